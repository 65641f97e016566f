import type { AnswerFacts, Format } from './format.ts'

/** Reads an answer that says that it is JSON. Of a chat, half a JSON is an error; elsewhere it is nothing. Never throws. */
export function readJsonAnswer(format: Format, body: Buffer): AnswerFacts {
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString('utf8'))
  } catch {
    const error =
      format.modelType === 'chat' ? "The provider's answer says that it is JSON, but it is not, or not whole." : null
    return { model: null, usage: null, error }
  }
  return format.readAnswer(parsed)
}
