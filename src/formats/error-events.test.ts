import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formats } from './index.ts'
import type { Format } from './format.ts'
import { parseObject } from './json.ts'

const failure = { status: 502, number: 2005, message: 'The line broke: "here"' }
const data = (event: string): Record<string, unknown> =>
  parseObject(/^(?:event: \w+\n)?data: (.*)\n\n$/.exec(event)?.[1] ?? '') ?? assert.fail(event)

test('what tells that a stream broke off is read as an error by the reader of its own format', () => {
  const told = Object.values(formats as Record<string, Format>).filter(({ errorEvent }) => errorEvent)
  assert.ok(told.length >= 6)
  for (const { name, errorEvent, createStreamReader } of told) {
    const event = errorEvent?.(failure) ?? ''
    const reader = createStreamReader?.() ?? assert.fail(name)
    reader.event(null, event.startsWith('{') ? event : JSON.stringify(data(event)))
    assert.equal(reader.facts().error, failure.message, name)
  }
})

test('each family has its own shape', () => {
  const { 'openai-chat': chat, 'openai-responses': responses, 'anthropic-messages': anthropic, gemini } = formats
  const error = { message: failure.message, type: 'upstream_error', param: null, code: '2005' }
  assert.deepEqual(data(chat.errorEvent?.(failure) ?? ''), { error })
  assert.deepEqual(data(responses.errorEvent?.(failure) ?? ''), { ...error, type: 'error', error })
  assert.deepEqual(data(anthropic.errorEvent?.({ ...failure, status: 504 }) ?? ''), {
    type: 'error',
    error: { type: 'timeout_error', message: failure.message },
  })
  assert.deepEqual(JSON.parse(gemini.errorEvent?.(failure) ?? ''), {
    error: { code: 502, message: failure.message, status: 'UNAVAILABLE' },
  })
})

test('an opening says nothing yet, and everything else is content', () => {
  const isOpening = (format: Format, event: unknown): boolean => format.isOpening?.(JSON.stringify(event)) === true
  const choice = (rest: object): unknown => ({ choices: [{ index: 0, ...rest }] })
  for (const rest of [{ delta: { role: 'assistant', content: '' } }, { delta: {} }, { text: '' }]) {
    assert.ok(isOpening(formats['openai-chat'], choice(rest)), JSON.stringify(rest))
  }
  for (const rest of [
    { delta: { content: 'a' } },
    { delta: { reasoning_content: 'a' } },
    { delta: { tool_calls: [{}] } },
    { delta: {}, finish_reason: 'stop' },
    { text: 'a' },
  ]) {
    assert.ok(!isOpening(formats['openai-chat'], choice(rest)), JSON.stringify(rest))
  }
  assert.ok(isOpening(formats['anthropic-messages'], { type: 'ping' }))
  assert.ok(!isOpening(formats['anthropic-messages'], { type: 'content_block_delta' }))
  assert.ok(isOpening(formats['openai-responses'], { type: 'response.created' }))
  assert.ok(!isOpening(formats['openai-responses'], { type: 'response.output_text.delta' }))
})
