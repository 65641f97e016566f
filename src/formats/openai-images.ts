import type { AnswerFacts, Format, StreamReader } from './format.ts'
import { asList, asObject, parseObject } from './json.ts'
import type { JsonObject } from './json.ts'
import { readOpenAiAnswer, readOpenAiRequest } from './openai-chat.ts'

/**
 * OpenAI's image generations and edits. Newer models report tokens; for the others the images are counted. A stream
 * tells each image in an event `image_generation.completed` (or `image_edit.completed`), the last one with the usage.
 * Source: https://platform.openai.com/docs/api-reference/images (checked 2026-11-22).
 */
export const openaiImages: Format = {
  name: 'openai-images',
  modelType: 'image',
  pricing: 'priced',
  readRequest: readOpenAiRequest,
  readAnswer,
  createStreamReader,
}

function readAnswer(body: unknown): AnswerFacts {
  const facts = readOpenAiAnswer(body)
  const images = asList(asObject(body)?.['data']).length
  return { ...facts, usage: facts.usage ?? (images > 0 ? { images } : null) }
}

function createStreamReader(): StreamReader {
  const images: JsonObject[] = []
  let answer: JsonObject | null = null

  return {
    endIsComplete: true,
    event(_name, data) {
      const event = parseObject(data)
      const type = event?.['type']
      if (event?.['error']) answer = { ...answer, error: event['error'] }
      if (!event || typeof type !== 'string' || !type.endsWith('.completed')) return 'more'
      images.push({ b64_json: event['b64_json'] })
      answer = { created: event['created_at'], data: images, ...(event['usage'] ? { usage: event['usage'] } : {}) }
      return 'more'
    },
    facts: () => readAnswer(answer),
    message: () => answer,
  }
}
