import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readBody, readStream } from '../../test/formats/recorded.ts'
import { speech, transcription } from './audio.ts'
import { falRun, huggingfaceInference, ideogramImages, replicatePredictions } from './media-jobs.ts'
import { vertexPredict } from './vertex-predict.ts'

const none = { query: '', fields: {} }

test('speech: the model stands in the body or the query, and a path tells a stream', () => {
  const read = (path: string, query: string, fields: object) => speech.readRequest({ path, query, fields })
  assert.deepEqual(read('tts/bytes', '', { model_id: 'sonic-2' }), { model: 'sonic-2', isStream: false })
  assert.deepEqual(read('v1/speak', 'model=aura-2-thalia-en&encoding=mp3', {}).model, 'aura-2-thalia-en')
  assert.equal(read('v1/text-to-speech/v/stream', '', { model_id: 'eleven_v3' }).isStream, true)
  assert.equal(read('tts/sse', '', {}).isStream, true)
})

test('speech: the characters stand in a header', () => {
  const head = (headers: Record<string, string>) => speech.readHead?.((name) => headers[name] ?? null)
  assert.deepEqual(head({ 'character-cost': '403' }), { characters: 403 })
  assert.deepEqual(head({ 'dg-char-count': '11' }), { characters: 11 })
  assert.equal(head({ 'character-cost': '0.5' }), null)
  assert.equal(head({}), null)
})

test('speech: a stream of events ends with done, and its audio is not kept', () => {
  const { reader, meanings } = readStream(speech, 'cartesia-tts.sse.txt')
  assert.deepEqual(meanings, ['more', 'more', 'terminal'])
  assert.ok(!JSON.stringify(reader.message()).includes('UklGR'))
})

test('a transcription tells how long the audio was', () => {
  assert.deepEqual(transcription.readAnswer(readBody('deepgram-listen.json')).usage, { audioMs: 25_933 })
  assert.deepEqual(transcription.readAnswer({ type: 'transcript', text: 'Hi', duration: 1.5 }).usage, { audioMs: 1500 })
  assert.equal(transcription.readAnswer({ text: 'Hi', words: [] }).usage, null)
  const error = { err_code: 'Bad Request', err_msg: 'no audio', request_id: 'r' }
  assert.equal(transcription.readAnswer(error).error, 'no audio')
})

test('a prediction tells its model and images, and why it failed', () => {
  assert.deepEqual(replicatePredictions.readAnswer(readBody('replicate-prediction.json')), {
    model: 'black-forest-labs/flux-schnell',
    usage: { images: 2 },
    error: null,
  })
  const starting = { model: 'a/b', status: 'starting', error: null, metrics: {} }
  assert.deepEqual(replicatePredictions.readAnswer(starting), { model: 'a/b', usage: null, error: null })
  const failed = { model: 'a/b', status: 'failed', error: 'NSFW content' }
  assert.equal(replicatePredictions.readAnswer(failed).error, 'NSFW content')
  assert.match(replicatePredictions.readAnswer({ status: 'canceled', error: null }).error ?? '', /canceled/)
  const path = 'models/black-forest-labs/flux-dev/predictions'
  assert.equal(replicatePredictions.readRequest({ path, ...none }).model, 'black-forest-labs/flux-dev')
})

test('images are counted, and models read from the path', () => {
  assert.deepEqual(falRun.readAnswer({ images: [{ url: 'x' }, { url: 'y' }], seed: 1 }).usage, { images: 2 })
  assert.deepEqual(falRun.readAnswer({ image: { url: 'x' } }).usage, { images: 1 })
  assert.equal(falRun.readAnswer({ video: { url: 'x' } }).usage, null)
  assert.equal(falRun.readAnswer({ detail: [{ msg: 'field required' }] }).error, 'field required')
  assert.equal(falRun.readRequest({ path: 'fal-ai/flux/dev', ...none }).model, 'fal-ai/flux/dev')
  assert.deepEqual(ideogramImages.readAnswer({ created: 'x', data: [{ url: 'x', seed: 1 }] }).usage, { images: 1 })
  assert.equal(ideogramImages.readRequest({ path: 'v1/ideogram-v3/generate', ...none }).model, 'ideogram-v3')
  const path = 'hf-inference/models/bigcode/starcoder'
  assert.equal(huggingfaceInference.readRequest({ path, ...none }).model, 'bigcode/starcoder')
})

test('predictions tell their tokens, or are images', () => {
  const embedded = [{ embeddings: { values: [], statistics: { token_count: 6, truncated: false } } }]
  assert.deepEqual(vertexPredict.readAnswer({ predictions: [...embedded, ...embedded] }).usage, { input: 12 })
  assert.deepEqual(vertexPredict.readAnswer({ predictions: [{ bytesBase64Encoded: 'AA==' }] }).usage, { images: 1 })
  const path = 'v1/projects/p/locations/l/publishers/google/models/text-embedding-005:predict'
  assert.equal(vertexPredict.readRequest({ path, ...none }).model, 'text-embedding-005')
  assert.equal(vertexPredict.readAnswer({ error: { code: 404, message: 'Not found' } }).error, 'Not found')
})
