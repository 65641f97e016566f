import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readData } from '../../test/formats/recorded.ts'
import { openaiAudio } from './openai-audio.ts'
import { openaiCompletions } from './openai-completions.ts'
import { openaiEmbeddings } from './openai-embeddings.ts'
import { openaiImages } from './openai-images.ts'
import { openaiModerations } from './openai-moderations.ts'

test('a streamed text completion is put together', () => {
  const chunk = { id: 'cmpl-7', object: 'text_completion', created: 1, model: 'gpt-3.5-turbo-instruct' }
  const { reader, meanings } = readData(
    openaiCompletions,
    { ...chunk, choices: [{ text: 'This', index: 0, logprobs: null, finish_reason: null }] },
    { ...chunk, choices: [{ text: ' is', index: 0, logprobs: null, finish_reason: 'length' }] },
    { ...chunk, choices: [], usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 } },
    '[DONE]',
  )
  assert.deepEqual(meanings, ['more', 'more', 'usage-only', 'terminal'])
  assert.deepEqual(reader.facts().usage, { input: 5, output: 7 })
  assert.partialDeepStrictEqual(reader.message(), {
    ...chunk,
    choices: [{ text: 'This is', index: 0, logprobs: null, finish_reason: 'length' }],
  })
})

test('embeddings tell model and input tokens', () => {
  const answer = {
    object: 'list',
    data: [],
    model: 'text-embedding-3-small',
    usage: { prompt_tokens: 8, total_tokens: 8 },
  }
  const facts = { model: 'text-embedding-3-small', usage: { input: 8 }, error: null }
  assert.deepEqual(openaiEmbeddings.readAnswer(answer), facts)
})

test('images count as tokens where the answer reports them, else one by one', () => {
  const usage = {
    total_tokens: 100,
    input_tokens: 50,
    output_tokens: 50,
    input_tokens_details: { text_tokens: 10, image_tokens: 40 },
  }
  const data = [{ b64_json: 'AA==' }, { b64_json: 'AA==' }]
  assert.deepEqual(openaiImages.readAnswer({ data, usage }).usage, { input: 10, inputImage: 40, output: 50 })
  assert.deepEqual(openaiImages.readAnswer({ data }).usage, { images: 2 })
  assert.equal(openaiImages.readAnswer({ error: { message: 'No' } }).usage, null)
})

test('a streamed image is put together without its previews', () => {
  const usage = { input_tokens: 50, output_tokens: 60 }
  const { reader } = readData(
    openaiImages,
    { type: 'image_generation.partial_image', b64_json: 'AA==', partial_image_index: 0 },
    { type: 'image_generation.completed', b64_json: 'AQ==', created_at: 9, usage },
  )
  assert.deepEqual(reader.message(), { created: 9, data: [{ b64_json: 'AQ==' }], usage })
  assert.deepEqual(reader.facts().usage, { input: 50, output: 60 })
  assert.ok(reader.endIsComplete)
})

test('a transcription tells its audio tokens; one that tells seconds has no usage', () => {
  const usage = {
    type: 'tokens',
    input_tokens: 14,
    input_token_details: { text_tokens: 10, audio_tokens: 4 },
    output_tokens: 5,
  }
  assert.deepEqual(openaiAudio.readAnswer({ text: 'Hi', usage }).usage, { input: 10, inputAudio: 4, output: 5 })
  assert.equal(openaiAudio.readAnswer({ text: 'Hi', usage: { type: 'duration', seconds: 3 } }).usage, null)
  const { reader, meanings } = readData(
    openaiAudio,
    { type: 'transcript.text.delta', delta: 'H' },
    { type: 'transcript.text.done', text: 'Hi', usage },
  )
  assert.deepEqual(meanings, ['more', 'terminal'])
  assert.deepEqual(reader.message(), { text: 'Hi', usage })
})

test('moderations are free', () => {
  assert.equal(openaiModerations.pricing, 'free')
})

test('reasoning that the total counts beside the completion is output too', () => {
  const details = { completion_tokens_details: { reasoning_tokens: 94 } }
  const usage = (counts: object) => openaiCompletions.readAnswer({ usage: { ...counts, ...details } }).usage
  // As xAI has it, https://docs.x.ai/docs/guides/reasoning (checked 2026-11-26); then as all others.
  assert.deepEqual(usage({ prompt_tokens: 32, completion_tokens: 9, total_tokens: 135 }), {
    input: 32,
    output: 103,
    reasoning: 94,
  })
  assert.deepEqual(usage({ prompt_tokens: 32, completion_tokens: 103, total_tokens: 135 }), {
    input: 32,
    output: 103,
    reasoning: 94,
  })
})
