import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { readData, readStream } from '../../test/formats/recorded.ts'
import { openaiResponses } from './openai-responses.ts'

const usage = { input: 37, output: 75, reasoning: 64 }

test('a stream ends with the response, which is the message', () => {
  const { reader, meanings } = readStream(openaiResponses, 'openai-responses.sse.txt')
  assert.deepEqual(meanings, [...Array<string>(10).fill('more'), 'terminal'])
  assert.deepEqual(reader.facts(), { model: 'gpt-5-mini-2025-08-07', usage, error: null })
  assert.partialDeepStrictEqual(reader.message(), { status: 'completed', usage: { total_tokens: 112 } })
})

test('a stream that is cut is put together from its parts', () => {
  const text = readFileSync(new URL('fixtures/openai-responses.sse.txt', import.meta.url), 'utf8')
  const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => data).slice(0, 8)
  const { reader } = readData(openaiResponses, ...events)
  assert.deepEqual(reader.facts(), { model: 'gpt-5-mini-2025-08-07', usage: null, error: null })
  assert.partialDeepStrictEqual(reader.message(), {
    status: 'in_progress',
    output: [
      { id: 'rs_1', type: 'reasoning' },
      { id: 'msg_1', type: 'message', content: [{ type: 'output_text', text: 'Hi there!' }] },
    ],
  })
})

test('a function call’s arguments and a refusal are put together too', () => {
  const delta = { output_index: 0, content_index: 0 }
  const { reader } = readData(
    openaiResponses,
    { type: 'response.created', response: { id: 'r' } },
    { type: 'response.output_item.added', output_index: 1, item: { type: 'function_call', arguments: '' } },
    { type: 'response.function_call_arguments.delta', output_index: 1, delta: '{"a"' },
    { type: 'response.function_call_arguments.delta', output_index: 1, delta: ':1}' },
    { type: 'response.refusal.delta', ...delta, delta: 'No' },
  )
  assert.partialDeepStrictEqual(reader.message(), {
    output: [{ content: [{ refusal: 'No' }] }, { type: 'function_call', arguments: '{"a":1}' }],
  })
})

test('failed, incomplete and error events tell what went wrong', () => {
  const failed = { type: 'response.failed', response: { error: { code: 'server_error', message: 'Sorry' } } }
  const { reader, meanings } = readData(openaiResponses, failed)
  assert.deepEqual(meanings, ['terminal'])
  assert.equal(reader.facts().error, 'Sorry')
  const incomplete = { type: 'response.incomplete', response: { incomplete_details: { reason: 'max_output_tokens' } } }
  assert.deepEqual(readData(openaiResponses, incomplete).meanings, ['terminal'])
  const error = readData(openaiResponses, { type: 'error', code: 'rate_limit_exceeded', message: 'Slow down' })
  assert.deepEqual(error.meanings, ['more'])
  assert.equal(error.reader.facts().error, 'Slow down')
})

test('web searches are counted, opened pages are not', () => {
  const call = (type?: string) => ({ type: 'web_search_call', ...(type ? { action: { type } } : {}) })
  const output = [call('search'), call('open_page'), call(), { type: 'message' }]
  const answer = { output, usage: { input_tokens: 1, output_tokens: 1 } }
  assert.deepEqual(openaiResponses.readAnswer(answer).usage, { input: 1, output: 1, searches: 2 })
})
