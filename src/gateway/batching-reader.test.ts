import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formats } from '../formats/index.ts'
import { createBatchingReader } from './batching-reader.ts'

const choice = (delta: object, finish: string | null = null): string =>
  JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }], usage: null })

/** Events as providers send them, of every kind that a format treats differently. */
const events = {
  'openai-chat': [
    choice({ role: 'assistant', content: '' }),
    choice({ content: 'he says "usage": {' }),
    choice({ tool_calls: [{ index: 0, id: 't', function: { name: 'f', arguments: '{"a"' } }] }),
    choice({}, 'stop'),
    '{"id":"c","model":"m","choices":[],"usage": {"prompt_tokens":3,"completion_tokens":2}}',
    '{"error":{"message":"overloaded"}}',
    '{"error":"overloaded"}',
    '[DONE]',
    'no JSON',
  ],
  'anthropic-messages': [
    '{"type":"message_start","message":{"model":"claude","usage":{"input_tokens":5,"output_tokens":1}}}',
    '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
    '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a \\"message_stop\\" b"}}',
    '{"type":"content_block_stop","index":0}',
    '{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}',
    '{"type":"error","error":{"type":"overloaded_error","message":"busy"}}',
    '{"type":"message_stop"}',
  ],
  'openai-responses': [
    '{"type":"response.created","response":{"id":"r","model":"m"}}',
    '{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"hi"}',
    '{"type":"response.completed","response":{"id":"r","model":"m","usage":{"input_tokens":1,"output_tokens":2}}}',
    '{"type":"response.incomplete","response":{"id":"r","model":"m"}}',
    '{"type":"response.failed","response":{"id":"r","error":{"message":"no"}}}',
    '{"type":"error","message":"no"}',
    '[DONE]',
  ],
} as const

for (const [name, known] of Object.entries(events)) {
  test(`${name}: reading many at a time means the same as reading each at once`, () => {
    const format = formats[name as keyof typeof events]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...known), { maxLength: 30 }), (sequence) => {
        const plain = format.createStreamReader?.()
        const other = format.createStreamReader?.()
        assert.ok(plain && other)
        const batching = createBatchingReader(other)
        for (const data of sequence) assert.equal(batching.event(null, data), plain.event(null, data), data)
        assert.deepEqual(batching.facts(), plain.facts())
        assert.deepEqual(batching.message(), plain.message())
      }),
    )
  })
}

test('what waits is bounded', () => {
  const reader = formats['openai-chat'].createStreamReader?.()
  assert.ok(reader)
  let given = 0
  const batching = createBatchingReader({ ...reader, event: (name, data) => (given++, reader.event(name, data)) })
  for (let at = 0; at < 100; at++) batching.event(null, choice({ content: 'x'.repeat(1000) }))
  assert.ok(given > 80, `${given} of 100 were read`)
})
