import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readData, readStream } from '../../test/formats/recorded.ts'
import { perplexityChat } from './perplexity-chat.ts'

test('the fee of a call stands in its usage, and pays its searches', () => {
  const usage = {
    prompt_tokens: 8,
    completion_tokens: 5,
    total_tokens: 13,
    num_search_queries: 2,
    cost: { input_tokens_cost: 0.000024, output_tokens_cost: 0.000075, request_cost: 0.014, total_cost: 0.014099 },
  }
  assert.deepEqual(perplexityChat.readAnswer({ model: 'sonar-pro', usage }), {
    model: 'sonar-pro',
    usage: { input: 8, output: 5, requestFeeNanoUsd: 14_000_000 },
    error: null,
  })
})

test('research tells reasoning beside its output, citations and searches', () => {
  const usage = {
    prompt_tokens: 33,
    completion_tokens: 7163,
    total_tokens: 7196,
    citation_tokens: 20_016,
    num_search_queries: 28,
    reasoning_tokens: 193_176,
  }
  assert.deepEqual(perplexityChat.readAnswer({ model: 'sonar-deep-research', usage }).usage, {
    input: 33,
    output: 200_339,
    reasoning: 193_176,
    citations: 20_016,
    searches: 28,
  })
})

test('a stream is put together from its pieces, and may end without [DONE]', () => {
  const { reader, meanings } = readStream(perplexityChat, 'perplexity-chat.sse.txt')
  assert.deepEqual(meanings, ['more', 'more'])
  assert.ok(reader.endIsComplete)
  assert.deepEqual(reader.facts(), {
    model: 'sonar-pro',
    usage: { input: 8, output: 5, requestFeeNanoUsd: 6_000_000 },
    error: null,
  })
  assert.partialDeepStrictEqual(reader.message(), {
    choices: [{ message: { role: 'assistant', content: 'Bern, im Kanton Bern' }, finish_reason: 'stop' }],
    search_results: [{ title: 'A' }],
  })
})

test('a stream that breaks off is not complete, and one with an error says so', () => {
  const chunk = { choices: [{ index: 0, delta: { content: 'B' }, finish_reason: null }] }
  assert.ok(!readData(perplexityChat, chunk).reader.endIsComplete)
  assert.ok(!readData(perplexityChat).reader.endIsComplete)
  const error = { error: { message: 'Too many requests', code: 429 } }
  assert.equal(readData(perplexityChat, chunk, error).reader.facts().error, 'Too many requests')
})
