import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textOfBodies } from './body-text.ts'

const text = (request: string | Uint8Array | null, response: string | null = null): string[] =>
  textOfBodies({
    request: typeof request === 'string' ? Buffer.from(request) : request,
    response: response === null ? null : Buffer.from(response),
  })

test('of JSON the texts are read, the end of a request first, and no labels, names, vectors or images', () => {
  const request = JSON.stringify({
    model: 'gpt-4o',
    messages: [
      { role: 'system', content: 'be kind' },
      {
        role: 'user',
        content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(999)}` } }],
      },
      { role: 'user', content: 'the newest' },
    ],
    input: [0.1, 0.2],
  })
  assert.deepEqual(text(request, '{"choices":[{"message":{"content":"hello"}}]}'), [
    'hello',
    'the newest',
    'be kind',
    'gpt-4o',
  ])
})

test('what is no JSON is a text, and what is no UTF-8 is none', () => {
  assert.deepEqual(text('data: x'), ['data: x'])
  assert.deepEqual(text('{"cut": "of'), ['{"cut": "of'])
  assert.deepEqual(text(Buffer.from('né').subarray(0, 2)), ['n'])
  assert.deepEqual(text(new Uint8Array([0xff, 0xfe, 0])), [])
  assert.deepEqual(text(null), [])
})

test('a row has 64 Ki characters at most, and an answer leaves half of them to its request', () => {
  const long = JSON.stringify(['w '.repeat(100_000)])
  assert.deepEqual(
    text(long, long).map(({ length }) => length),
    [32_768, 32_768],
  )
  assert.deepEqual(
    text(long).map(({ length }) => length),
    [65_536],
  )
})
