import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readBody, readData, readStream } from '../../test/formats/recorded.ts'
import { openaiChat } from './openai-chat.ts'

const usage = { input: 93, cacheRead: 1024, output: 46 }

test('model and stream are read of a request, and only in their right types', () => {
  const read = (fields: object) => openaiChat.readRequest({ path: 'chat/completions', query: '', fields })
  assert.deepEqual(read({ model: 'gpt-4o', stream: true }), { model: 'gpt-4o', isStream: true })
  assert.deepEqual(read({ model: 5, stream: 'true' }), { model: null, isStream: false })
})

test('a plain answer tells model and usage, its input without what came from the cache', () => {
  const facts = openaiChat.readAnswer(readBody('openai-chat.json'))
  assert.deepEqual(facts, { model: 'gpt-4o-mini-2024-07-18', usage, error: null })
})

test('a stream is put together into the plain answer, and says which chunk holds only the usage', () => {
  const { reader, meanings } = readStream(openaiChat, 'openai-chat.sse.txt')
  assert.deepEqual(meanings, ['more', 'more', 'more', 'more', 'usage-only', 'terminal'])
  assert.deepEqual(reader.facts(), { model: 'gpt-4o-mini-2024-07-18', usage, error: null })
  assert.partialDeepStrictEqual(reader.message(), {
    id: 'chatcmpl-BTy4kq2',
    object: 'chat.completion',
    created: 1763800001,
    system_fingerprint: 'fp_560af6e559',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Grüße 🌍!', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: { total_tokens: 1163 },
  })
})

test('tool calls are merged by index, their arguments put in a row', () => {
  const { reader } = readStream(openaiChat, 'openai-chat-tools.sse.txt')
  assert.partialDeepStrictEqual(reader.message(), {
    choices: [
      {
        finish_reason: 'tool_calls',
        message: {
          content: null,
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Köln"}' } },
            { id: 'call_2', type: 'function', function: { name: 'get_time', arguments: '{}' } },
          ],
        },
      },
    ],
  })
})

test('choices that come interleaved are told apart, and unknown members are kept', () => {
  const { reader } = readData(
    openaiChat,
    { id: 'a', provider: 'X', choices: [{ index: 1, delta: { content: 'B', reasoning: 'be' } }] },
    { id: 'a', choices: [{ index: 0, delta: { content: 'A' } }] },
    { id: 'a', choices: [{ index: 1, delta: { content: 'b', reasoning: 'cause', annotations: [{ n: 1 }] } }] },
  )
  assert.partialDeepStrictEqual(reader.message(), {
    provider: 'X',
    choices: [
      { index: 0, message: { content: 'A' } },
      { index: 1, message: { content: 'Bb', reasoning: 'because', annotations: [{ n: 1 }] } },
    ],
  })
})

test('a first chunk without choices that tells of filters is no usage chunk', () => {
  const { meanings } = readData(openaiChat, { choices: [], usage: null, prompt_filter_results: [{ prompt_index: 0 }] })
  assert.deepEqual(meanings, ['more'])
})

test('usage is read where other providers of this format tell it', () => {
  const groq = readData(openaiChat, { x_groq: { usage: { prompt_tokens: 3, completion_tokens: 4 } }, choices: [] })
  assert.deepEqual(groq.reader.facts().usage, { input: 3, output: 4 })
  const deepseek = { usage: { prompt_tokens: 10, completion_tokens: 1, prompt_cache_hit_tokens: 8 } }
  assert.deepEqual(openaiChat.readAnswer(deepseek).usage, { input: 2, cacheRead: 8, output: 1 })
})

test('audio and reasoning tokens are told apart', () => {
  const answer = {
    usage: {
      prompt_tokens: 100,
      completion_tokens: 90,
      prompt_tokens_details: { audio_tokens: 60 },
      completion_tokens_details: { audio_tokens: 50, reasoning_tokens: 10 },
    },
  }
  const read = { input: 40, inputAudio: 60, output: 40, reasoning: 10, outputAudio: 50 }
  assert.deepEqual(openaiChat.readAnswer(answer).usage, read)
})

test('counts that cannot be counts are ignored', () => {
  for (const count of [-1, 1.5, '7', null, Infinity, [1]]) {
    assert.equal(openaiChat.readAnswer({ usage: { prompt_tokens: count } }).usage, null)
  }
})

test('an error in the middle of a stream is told beside what was read', () => {
  const { reader, meanings } = readData(
    openaiChat,
    { id: 'a', choices: [{ index: 0, delta: { content: 'Hal' } }] },
    { error: { message: 'Provider disconnected', code: 502 } },
  )
  assert.deepEqual(meanings, ['more', 'more'])
  assert.equal(reader.facts().error, 'Provider disconnected')
  assert.partialDeepStrictEqual(reader.message(), { choices: [{ message: { content: 'Hal' } }] })
})

test('a stream cannot change the prototype of anything', () => {
  const poison =
    '{"__proto__":{"polluted":1},"choices":[{"index":0,"delta":{"__proto__":{"polluted":1},"content":"x"}}]}'
  const { reader } = readData(openaiChat, poison, poison)
  assert.equal(Reflect.get({}, 'polluted'), undefined)
  assert.equal(Reflect.get(Object(reader.message()), 'polluted'), undefined)
})
