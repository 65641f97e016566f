import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { readData, readStream } from '../../test/formats/recorded.ts'
import { gemini } from './gemini.ts'

const usage = { input: 32, cacheRead: 1000, inputImage: 258, output: 68, reasoning: 64 }

test('model and stream are read from the path', () => {
  const read = (path: string) => gemini.readRequest({ path, query: '', fields: {} })
  const plain = { model: 'gemini-2.5-flash', isStream: false }
  assert.deepEqual(read('v1beta/models/gemini-2.5-flash:generateContent'), plain)
  assert.deepEqual(read('v1/models/gemini-2.5-flash:streamGenerateContent'), { ...plain, isStream: true })
  assert.deepEqual(read('v1beta/models/gemini-2.5-flash'), { model: null, isStream: false })
})

test('a stream is put together, thoughts apart, and ends with its last chunk', () => {
  const { reader, meanings } = readStream(gemini, 'gemini.sse.txt')
  assert.deepEqual(meanings, ['more', 'more', 'terminal'])
  assert.deepEqual(reader.facts(), { model: 'gemini-2.5-flash', usage, error: null })
  const parts = [{ text: '**Counting**\n', thought: true }, { text: 'Three cats.' }]
  assert.partialDeepStrictEqual(reader.message(), {
    responseId: 'mK0haZ',
    candidates: [{ content: { parts, role: 'model' }, finishReason: 'STOP', index: 0 }],
  })
})

test('a stream as one JSON array tells the same as one of events', () => {
  const text = readFileSync(new URL('fixtures/gemini.sse.txt', import.meta.url), 'utf8')
  const chunks: unknown[] = [...text.matchAll(/^data: (.*)\r$/gm)].map(([, data = '']) => JSON.parse(data))
  assert.deepEqual(gemini.readAnswer(chunks), { model: 'gemini-2.5-flash', usage, error: null })
  assert.equal(gemini.readAnswer([{ error: { code: 429, message: 'Quota' } }]).error, 'Quota')
})

test('a refused prompt ends the stream without a candidate', () => {
  const { meanings } = readData(gemini, { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: {} })
  assert.deepEqual(meanings, ['terminal'])
})

test('the end is complete only when every candidate is finished', () => {
  const candidates = [{ index: 0, finishReason: 'STOP' }, { index: 1 }]
  const { reader } = readData(gemini, { candidates })
  assert.ok(!reader.endIsComplete)
  reader.event(null, JSON.stringify({ candidates: [{ index: 1, finishReason: 'STOP' }] }))
  assert.ok(reader.endIsComplete)
})

test('tool results and audio are counted, cached audio once', () => {
  const usageMetadata = {
    promptTokenCount: 100,
    cachedContentTokenCount: 50,
    candidatesTokenCount: 10,
    toolUsePromptTokenCount: 7,
    promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 40 }],
    cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 30 }],
    candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 10 }],
  }
  assert.deepEqual(gemini.readAnswer({ usageMetadata }).usage, {
    input: 47,
    cacheRead: 20,
    cacheReadAudio: 30,
    inputAudio: 10,
    outputImage: 10,
  })
})
