import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readData, readStream } from '../../test/formats/recorded.ts'
import { cohereChat, cohereEmbed, cohereRerank } from './cohere.ts'

test('what is billed is the usage, and the tokens only where that is not told', () => {
  const billed = { input_tokens: 17, output_tokens: 12 }
  const tokens = { input_tokens: 215, output_tokens: 14 }
  const usage = (body: unknown) => cohereChat.readAnswer(body).usage
  assert.deepEqual(usage({ message: { content: [] }, usage: { billed_units: billed, tokens } }), {
    input: 17,
    output: 12,
  })
  assert.deepEqual(usage({ text: 'Hi', meta: { billed_units: billed, tokens } }), { input: 17, output: 12 })
  assert.deepEqual(usage({ usage: { tokens } }), { input: 215, output: 14 })
  assert.equal(usage({ usage: {} }), null)
  assert.equal(cohereChat.readAnswer({ message: 'invalid api token' }).error, 'invalid api token')
})

test('a stream of v2 is put together and ends with message-end', () => {
  const { reader, meanings } = readStream(cohereChat, 'cohere-chat-v2.sse.txt')
  assert.equal(meanings.indexOf('terminal'), meanings.length - 2)
  assert.deepEqual(reader.facts(), { model: null, usage: { input: 17, output: 12 }, error: null })
  assert.deepEqual(reader.message(), {
    id: '29f14a5a-11de-4cae-9800-25e4747408ea',
    message: {
      role: 'assistant',
      tool_plan: 'I will look it up.',
      tool_calls: [
        { id: 'get_weather_t8h1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Genève"}' } },
      ],
      content: [{ type: 'text', text: 'Il pleut à Genève.' }],
      citations: [{ start: 0, end: 8, text: 'Il pleut', sources: [{ type: 'tool', id: 'get_weather_t8h1:0' }] }],
    },
    finish_reason: 'COMPLETE',
    usage: { billed_units: { input_tokens: 17, output_tokens: 12 }, tokens: { input_tokens: 215, output_tokens: 14 } },
  })
})

test('a stream of v1 ends with its whole answer, and until then has its text', () => {
  const { reader, meanings } = readStream(cohereChat, 'cohere-chat-v1.jsonl.txt')
  assert.deepEqual(meanings, ['more', 'more', 'more', 'terminal'])
  assert.deepEqual(reader.facts().usage, { input: 3, output: 4 })
  assert.partialDeepStrictEqual(reader.message(), { response_id: 'f2c0', text: 'Salut à toi' })
  const cut = readData(
    cohereChat,
    { event_type: 'text-generation', text: 'Sa' },
    { event_type: 'text-generation', text: 'lut' },
  ).reader
  assert.deepEqual(cut.message(), { text: 'Salut' })
  assert.ok(!cut.endIsComplete)
})

test('an error that ends a stream is told', () => {
  const v1 = readData(cohereChat, { event_type: 'stream-end', finish_reason: 'ERROR_TOXIC', response: {} })
  assert.match(v1.reader.facts().error ?? '', /ERROR_TOXIC/)
  const v2 = readData(cohereChat, { type: 'message-end', delta: { error: 'internal', finish_reason: 'ERROR' } })
  assert.equal(v2.reader.facts().error, 'internal')
  assert.equal(readData(cohereChat, { message: 'too many tokens' }).reader.facts().error, 'too many tokens')
})

test('embeddings tell tokens and images, a reranking its search units', () => {
  const embed = (units: unknown) => cohereEmbed.readAnswer({ embeddings: {}, meta: { billed_units: units } }).usage
  assert.deepEqual(embed({ input_tokens: 2 }), { input: 2 })
  assert.deepEqual(embed({ images: 1 }), { images: 1 })
  assert.deepEqual(embed({ images: 1, image_tokens: 300, input_tokens: 4 }), { input: 4, inputImage: 300 })
  const reranked = { results: [{ index: 3, relevance_score: 0.9 }], meta: { billed_units: { search_units: 1 } } }
  assert.deepEqual(cohereRerank.readAnswer(reranked).usage, { searchUnits: 1 })
})
