import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

import fc from 'fast-check'

import type { Format } from '../../src/formats/format.ts'
import { formats } from '../../src/formats/index.ts'
import { readPieces, recordedStream } from './recorded.ts'

/** The format of each streamed fixture. */
const streams: Readonly<Record<string, Format>> = {
  'openai-chat.sse.txt': formats['openai-chat'],
  'openai-chat-tools.sse.txt': formats['openai-chat'],
  'openai-responses.sse.txt': formats['openai-responses'],
  'anthropic-messages.sse.txt': formats['anthropic-messages'],
  'gemini.sse.txt': formats.gemini,
  'workers-ai-run.sse.txt': formats['workers-ai-run'],
  'bedrock-converse.events.txt': formats['bedrock-converse'],
  'bedrock-invoke.events.txt': formats['bedrock-invoke'],
  'cohere-chat-v2.sse.txt': formats['cohere-chat'],
  'cohere-chat-v1.jsonl.txt': formats['cohere-chat'],
  'perplexity-chat.sse.txt': formats['perplexity-chat'],
  'cartesia-tts.sse.txt': formats.speech,
}

for (const [file, format] of Object.entries(streams)) {
  test(`${file} tells the same however it is cut`, () => {
    const { bytes, createScanner } = recordedStream(file)
    const whole = readPieces(format, createScanner, [bytes])
    assert.ok(whole.meanings.length > 1 && whole.reader.message() !== null)
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (cuts) => {
        const borders = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
        const pieces = borders.slice(1).map((end, at) => bytes.subarray(borders[at], end))
        const { reader, meanings } = readPieces(format, createScanner, pieces)
        assert.deepEqual(meanings, whole.meanings)
        assert.deepEqual(reader.facts(), whole.reader.facts())
        assert.deepEqual(reader.message(), whole.reader.message())
        assert.equal(reader.endIsComplete, whole.reader.endIsComplete)
      }),
      { numRuns: 200 },
    )
    const bytewise = Array.from(bytes, (byte) => Buffer.from([byte]))
    assert.deepEqual(readPieces(format, createScanner, bytewise).reader.message(), whole.reader.message())
  })
}

test('every streamed fixture is cut', () => {
  const folder = path.join(import.meta.dirname, '../../src/formats/fixtures')
  assert.deepEqual(globSync('*.txt', { cwd: folder }).toSorted(), Object.keys(streams).toSorted())
})
