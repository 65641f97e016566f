import type { Format, StreamReader } from './format.ts'
import { parseObject } from './json.ts'
import type { JsonObject } from './json.ts'
import { readOpenAiAnswer, readOpenAiRequest } from './openai-chat.ts'

/**
 * OpenAI's transcriptions, translations and speech. Newer models report tokens; what reports seconds or nothing has no
 * usage here. Streams end with `transcript.text.done` or `speech.audio.done`, which carry the usage.
 * Source: https://platform.openai.com/docs/api-reference/audio (checked 2026-11-22).
 */
export const openaiAudio: Format = {
  name: 'openai-audio',
  modelType: 'audio',
  pricing: 'priced',
  readRequest: readOpenAiRequest,
  readAnswer: readOpenAiAnswer,
  createStreamReader,
}

function createStreamReader(): StreamReader {
  let answer: JsonObject | null = null
  let heard = ''

  return {
    endIsComplete: false,
    event(_name, data) {
      const event = parseObject(data)
      if (!event) return 'more'
      if (event['error']) answer = { ...answer, error: event['error'] }
      if (event['type'] === 'transcript.text.delta' && typeof event['delta'] === 'string') heard += event['delta']
      if (event['type'] !== 'transcript.text.done' && event['type'] !== 'speech.audio.done') return 'more'
      // The plain answer has no type.
      delete event['type']
      answer = { ...answer, ...event }
      return 'terminal'
    },
    facts: () => readOpenAiAnswer(answer),
    message: () => answer ?? (heard === '' ? null : { text: heard }),
  }
}
