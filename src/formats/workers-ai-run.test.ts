import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readData, readStream } from '../../test/formats/recorded.ts'
import { workersAiRun } from './workers-ai-run.ts'

test('the model is read from the path', () => {
  const request = { path: 'run/@cf/meta/llama-3.1-8b-instruct', query: '', fields: { stream: true } }
  assert.deepEqual(workersAiRun.readRequest(request), { model: '@cf/meta/llama-3.1-8b-instruct', isStream: true })
})

test('usage and error are read from the envelope', () => {
  const usage = { prompt_tokens: 17, completion_tokens: 8 }
  const answer = { result: { response: 'Hi', usage }, success: true, errors: [], messages: [] }
  assert.deepEqual(workersAiRun.readAnswer(answer), { model: null, usage: { input: 17, output: 8 }, error: null })
  const refusal = { result: null, success: false, errors: [{ code: 10000, message: 'Authentication error' }] }
  assert.equal(workersAiRun.readAnswer(refusal).error, 'Authentication error')
})

test('a stream is put together into the envelope, without its padding', () => {
  const { reader, meanings } = readStream(workersAiRun, 'workers-ai-run.sse.txt')
  assert.deepEqual(meanings, ['more', 'more', 'more', 'terminal'])
  assert.deepEqual(reader.facts().usage, { input: 17, output: 8 })
  const usage = { prompt_tokens: 17, completion_tokens: 8, total_tokens: 25 }
  const result = { response: 'Hello there', tool_calls: [], usage }
  assert.deepEqual(reader.message(), { result, success: true, errors: [], messages: [] })
})

test('a stream of OpenAI’s chunks is put together as a chat', () => {
  const { reader } = readData(
    workersAiRun,
    { model: '@cf/openai/gpt-oss-20b', choices: [{ index: 0, delta: { content: 'Hel' } }] },
    { choices: [{ index: 0, delta: { content: 'lo' } }], usage: { prompt_tokens: 1, completion_tokens: 2 } },
    '[DONE]',
  )
  assert.deepEqual(reader.facts(), { model: '@cf/openai/gpt-oss-20b', usage: { input: 1, output: 2 }, error: null })
  assert.partialDeepStrictEqual(reader.message(), { result: { choices: [{ message: { content: 'Hello' } }] } })
})
