import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hashWord, hashWords, wordsAsked, wordsOf } from './words-of.ts'

test('words are letters and digits of any language, in small letters', () => {
  assert.deepEqual(wordsOf("Hello, hello WORLD-2! don't"), ['hello', 'hello', 'world', '2', 'don', 't'])
  assert.deepEqual(wordsOf('Ünïcode ΑΒΓ'), ['ünïcode', 'αβγ'])
  assert.deepEqual(wordsOf('ｆｕｌｌ ﬁne'), ['full', 'fine'])
  assert.deepEqual(wordsOf('a'.repeat(100)), ['a'.repeat(64)])
})

test('without spaces each character and each two are a word', () => {
  assert.deepEqual(wordsOf('東京都 GPT4は'), ['東', '京', '都', '東京', '京都', 'gpt4', 'は'])
  assert.deepEqual(wordsAsked('東京都'), ['東京', '京都'])
  assert.deepEqual(wordsAsked('都'), ['都'])
  assert.deepEqual(wordsAsked('สวัสดี').length, 5)
})

test('a search is words and nothing else', () => {
  assert.deepEqual(wordsAsked('"a* NEAR(b) AND -c : ^d \' & | ! <-> \\ \0'), ['a', 'near', 'b', 'and', 'c', 'd'])
  assert.deepEqual(wordsAsked('" * ()'), [])
})

const units = [
  'a',
  'B',
  'z9',
  ' ',
  '\n',
  '.',
  '-',
  'é',
  'e\u0301',
  '\u0301',
  '東',
  '京',
  'の',
  'ー',
  '1',
  '’',
  '\u2017',
  '…',
  'ﬁ',
  'Σ',
  "'",
  'K',
  '\ud800',
  '😀',
]
const texts = fc.oneof(
  fc.array(fc.constantFrom(...units)).map((some) => some.join('')),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.nat({ max: 140 }).map((length) => `${'x'.repeat(length)}é ${'Y'.repeat(length)}`),
)

test('the words of a text are hashed where they stand, all of them and no others', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const expected = wordsOf(text).map((word) => hashesOf((use) => hashWord(word, use))[0])
      assert.deepEqual(new Set(hashesOf((use) => hashWords(text, use))), new Set(expected))
    }),
    { numRuns: 2000 },
  )
})

test('each part of a text finds it, cut at words', () => {
  fc.assert(
    fc.property(fc.array(texts), (parts) => {
      const words = new Set(wordsOf(parts.join(' ')))
      for (const part of parts) for (const word of wordsAsked(part)) assert.ok(words.has(word), `${word} of ${part}`)
    }),
  )
})

test('words have different hashes', () => {
  const words = Array.from({ length: 200_000 }, (_, at) => `w${at.toString(36)}`)
  assert.equal(new Set(words.flatMap((word) => hashesOf((use) => hashWord(word, use)))).size, words.length)
})

function hashesOf(hash: (use: (low: number, high: number) => void) => void): string[] {
  const hashes: string[] = []
  hash((low, high) => hashes.push(`${low} ${high}`))
  return hashes
}
