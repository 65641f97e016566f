import type { Usage } from '../contract/usage.ts'
import { errorMessage } from './error-message.ts'
import type { AnswerFacts, Format, FormatRequest, ReadHeader, RequestFacts, StreamReader } from './format.ts'
import { asObject, asText, parseObject } from './json.ts'
import type { JsonObject } from './json.ts'

/**
 * Text made into speech, as the providers of voices have it: the answer is the audio itself, and what it costs in
 * characters stands in a header, where it is told. A stream of events ends with `done`. Sources:
 * https://elevenlabs.io/docs/api-reference/text-to-speech/convert,
 * https://developers.deepgram.com/reference/text-to-speech/speak-request,
 * https://docs.cartesia.ai/use-the-api/compare-tts-endpoints (checked 2026-11-26).
 */
export const speech: Format = {
  name: 'speech',
  modelType: 'audio',
  pricing: 'priced',
  readRequest,
  readAnswer: (body) => ({ model: null, usage: null, error: errorMessage(body) }),
  readHead,
  createStreamReader,
}

/**
 * Speech made into text, where the answer tells how long the audio was. Sources:
 * https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded,
 * https://docs.cartesia.ai/api-reference/stt/transcribe,
 * https://elevenlabs.io/docs/api-reference/speech-to-text/convert (checked 2026-11-26).
 */
export const transcription: Format = {
  name: 'transcription',
  modelType: 'audio',
  pricing: 'priced',
  readRequest,
  readAnswer: readTranscript,
  createStreamReader: null,
}

const streamPath = /\/(?:stream|sse)(?:\/with-timestamps)?$/

/** The model stands in the body, or in the query where the body is audio or nothing but a text. */
function readRequest({ path, query, fields }: FormatRequest): RequestFacts {
  const model = asText(fields.model_id) ?? asText(fields.model) ?? modelInQuery(query)
  return { model, isStream: streamPath.test(path) }
}

function modelInQuery(query: string): string | null {
  if (!query.includes('model')) return null
  const parameters = new URLSearchParams(query)
  return asText(parameters.get('model')) ?? asText(parameters.get('model_id'))
}

function readHead(header: ReadHeader): Usage | null {
  const text = header('character-cost') ?? header('dg-char-count')
  const characters = text !== null && /^\d{1,15}$/.test(text) ? Number(text) : 0
  return characters > 0 ? { characters } : null
}

function readTranscript(body: unknown): AnswerFacts {
  const answer = asObject(body)
  const metadata = asObject(answer?.['metadata'])
  const audioMs = milliseconds(metadata?.['duration'] ?? answer?.['duration'] ?? answer?.['audio_duration_secs'])
  return { model: asText(answer?.['model']), usage: audioMs > 0 ? { audioMs } : null, error: errorMessage(answer) }
}

function milliseconds(seconds: unknown): number {
  const found = typeof seconds === 'number' ? Math.round(seconds * 1000) : 0
  return Number.isSafeInteger(found) ? found : 0
}

function createStreamReader(): StreamReader {
  let last: JsonObject | null = null
  let error: string | null = null

  return {
    endIsComplete: false,
    event(_name, data) {
      const event = parseObject(data)
      if (!event) return 'more'
      error ??= errorMessage(event)
      // The audio is not kept: it would fill the log, and nobody could read it there.
      if (event['type'] === 'chunk') return 'more'
      last = event
      return event['type'] === 'done' ? 'terminal' : 'more'
    },
    facts: () => ({ model: null, usage: null, error }),
    message: () => last,
  }
}
