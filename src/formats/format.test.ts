import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { formats } from './index.ts'

/** Names that formats look for, so that arbitrary JSON reaches into them. */
const names = fc.constantFrom(
  ...'type choices delta index content tool_calls usage prompt_tokens input_tokens prompt_tokens_details cached_tokens'.split(
    ' ',
  ),
  ...'error errors message detail model output item response output_index content_index result __proto__ id data'.split(
    ' ',
  ),
  ...'event_type billed_units input_tokens meta metrics images predictions status contentBlockIndex start'.split(' '),
  ...'toolUse input reasoningContent signature message response citations tool_calls tokens duration'.split(' '),
  ...'candidates parts text usageMetadata promptTokensDetails finishReason promptFeedback content_block'.split(' '),
)
const texts = fc.oneof(
  fc.string(),
  fc.constantFrom('message_start', 'message_delta', 'content_block_start', 'content_block_delta', 'text_delta'),
  fc.constantFrom('content-delta', 'message-end', 'text-generation', 'stream-end', 'chunk', 'done', 'failed'),
  fc.constantFrom(
    'response.created',
    'response.output_item.added',
    'response.output_text.delta',
    'error',
    'a.completed',
  ),
)
const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'large', withCrossShrink: true },
    fc.oneof(texts, fc.double(), fc.integer({ min: -1, max: 3 }), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 8 }),
  ),
}))

const eventNames = [null, 'messageStart', 'contentBlockStart', 'contentBlockDelta', 'messageStop', 'metadata', 'chunk']

for (const format of Object.values(formats)) {
  test(`${format.name}: no JSON makes it throw, and what it tells has the right types`, () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 6 }), fc.string(), (events, path) => {
        const [first] = events
        format.readRequest({ path, query: '', fields: Object(first) })
        format.readAnswer(first)
        const reader = format.createStreamReader?.()
        if (!reader) return
        for (const [at, event] of events.entries()) {
          const name = eventNames[(path.length + at) % eventNames.length] ?? null
          const meaning = reader.event(name, JSON.stringify(event))
          assert.ok(['more', 'terminal', 'usage-only'].includes(meaning))
          const { usage } = reader.facts()
          assert.ok(Object.values(usage ?? {}).every((count) => Number.isSafeInteger(count) && count > 0))
          JSON.stringify(reader.message())
        }
      }),
      { numRuns: 300 },
    )
  })

  test(`${format.name}: text that is no JSON is skipped`, () => {
    const reader = format.createStreamReader?.()
    for (const data of ['', '{', 'ping', '[]', '1', '"x"']) assert.equal(reader?.event(null, data) ?? 'more', 'more')
    assert.deepEqual(reader?.facts() ?? null, reader ? { model: null, usage: null, error: null } : null)
  })
}

test('every format is listed under its own name', () => {
  for (const [name, format] of Object.entries(formats)) assert.equal(format.name, name)
})
