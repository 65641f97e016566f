import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wordsAsked, wordsOf } from './words-of.ts'

const asked = (search: string): string[] =>
  wordsAsked(search).map(({ word, isBeginning }) => word + (isBeginning ? '*' : ''))

test('words are letters and digits of any language, in small letters', () => {
  assert.deepEqual(
    [...wordsOf(["Hello, hello WORLD-2! don't", 'Ünïcode ΑΒΓ'])],
    ['hello', 'world', '2', 'don', 't', 'ünïcode', 'αβγ'],
  )
  assert.deepEqual([...wordsOf(['ｆｕｌｌ ﬁne'])], ['full', 'fine'])
  assert.deepEqual([...wordsOf(['a'.repeat(100)])], ['a'.repeat(64)])
})

test('without spaces each two characters are a word', () => {
  assert.deepEqual([...wordsOf(['東京都 GPT4は'])], ['東京', '京都', '都', 'gpt4', 'は'])
  assert.deepEqual(asked('東京都'), ['東京', '京都'])
  assert.deepEqual(asked('都'), ['都*'])
  assert.deepEqual(asked('สวัสดี').length, 5)
})

test('nothing that an engine could take for its own language is left of a search', () => {
  assert.deepEqual(asked('"a* NEAR(b) AND -c : ^d \' & | ! <-> \\ \0'), ['a', 'near', 'b', 'and', 'c', 'd'])
  assert.deepEqual(asked('" * ()'), [])
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      for (const { word } of wordsAsked(text)) assert.match(word, /^[\p{L}\p{N}\p{M}]+$/u)
    }),
  )
})

test('each part of a text finds it, cut at words', () => {
  const units = ['a', 'B', ' ', '.', 'é', '東', '京', 'の', 'ー', '1']
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom(...units), minLength: 1 })), (parts) => {
      const words = wordsOf([parts.join(' ')])
      for (const part of parts) {
        for (const { word, isBeginning } of wordsAsked(part)) {
          assert.ok(
            isBeginning ? [...words].some((one) => one.startsWith(word)) : words.has(word),
            `${word} of ${part}`,
          )
        }
      }
    }),
  )
})
