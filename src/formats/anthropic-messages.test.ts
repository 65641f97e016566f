import assert from 'node:assert/strict'
import { test } from 'node:test'

import { anthropicMessages } from './anthropic-messages.ts'
import { readBody, readData, readStream } from '../../test/formats/recorded.ts'

test('a plain answer’s input stands beside its cache reads, and searches are counted', () => {
  assert.deepEqual(anthropicMessages.readAnswer(readBody('anthropic-messages.json')), {
    model: 'claude-sonnet-4-5-20250929',
    usage: { input: 105, cacheRead: 7123, output: 239, searches: 2 },
    error: null,
  })
})

test('a stream’s usage is that of its last event, with what only the first told', () => {
  const { reader, meanings } = readStream(anthropicMessages, 'anthropic-messages.sse.txt')
  assert.equal(meanings.at(-1), 'terminal')
  assert.equal(meanings.filter((meaning) => meaning !== 'more').length, 1)
  assert.deepEqual(reader.facts(), {
    model: 'claude-sonnet-4-5-20250929',
    usage: { input: 472, cacheRead: 1800, cacheWrite5m: 300, cacheWrite1h: 2000, output: 89 },
    error: null,
  })
})

test('a stream is put together into the plain message', () => {
  const { reader } = readStream(anthropicMessages, 'anthropic-messages.sse.txt')
  assert.partialDeepStrictEqual(reader.message(), {
    id: 'msg_014p7gG3',
    type: 'message',
    content: [
      {
        type: 'thinking',
        thinking: 'Weather, then.',
        signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pk=',
      },
      { type: 'text', text: "Okay, let's check the weather:" },
      { type: 'tool_use', name: 'get_weather', input: { location: 'San Francisco, CA' } },
    ],
    stop_reason: 'tool_use',
    usage: { output_tokens: 89 },
  })
})

test('a tool’s input that was cut is kept as text, and citations are collected', () => {
  const { reader } = readData(
    anthropicMessages,
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'citations_delta', citation: { cited_text: 'a' } } },
    { type: 'content_block_delta', index: 0, delta: { type: 'citations_delta', citation: { cited_text: 'b' } } },
    { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', name: 't', input: {} } },
    { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"x": "y' } },
  )
  assert.partialDeepStrictEqual(reader.message(), {
    content: [{ citations: [{ cited_text: 'a' }, { cited_text: 'b' }] }, { input: '{"x": "y' }],
  })
})

test('an error event is the stream’s error and not its end', () => {
  const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
  const { reader, meanings } = readData(anthropicMessages, overloaded)
  assert.deepEqual(meanings, ['more'])
  assert.equal(reader.facts().error, 'Overloaded')
})

test('model and stream stand in the body, or in the path', () => {
  const read = (path: string, fields: object) => anthropicMessages.readRequest({ path, query: '', fields })
  const body = { model: 'claude-sonnet-4-5', stream: true }
  assert.deepEqual(read('messages', body), { model: 'claude-sonnet-4-5', isStream: true })
  const path = 'v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-4-5@20250929'
  assert.deepEqual(read(`${path}:rawPredict`, {}), { model: 'claude-sonnet-4-5@20250929', isStream: false })
  assert.equal(read(`${path}:streamRawPredict`, {}).isStream, true)
})
