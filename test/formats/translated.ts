import type { AnswerFacts } from '../../src/formats/format.ts'
import { openaiChat } from '../../src/formats/openai-chat.ts'
import { translators } from '../../src/formats/translate/index.ts'
import type { Asked, TranslatedRequest, Translator } from '../../src/formats/translate/translator.ts'
import type { RecordedStream } from './recorded.ts'

export const asked: Asked = { id: 'chatcmpl-1', createdSeconds: 1764150000, model: 'the-model', includesUsage: true }

export function translatorOf(format: string): Translator {
  const translator = translators[format]
  if (!translator) throw new Error(`no translator for ${format}`)
  return translator
}

/** A chat's request in this format. */
export function translated(format: string, body: Record<string, unknown>, model = 'the-model'): TranslatedRequest {
  return translatorOf(format).toProvider({ model, messages: [{ role: 'user', content: 'Hi' }], ...body }, model)
}

export interface Chunks {
  /** What stands behind each `data: `. */
  data: string[]
  /** Put together as OpenAI's clients do it. */
  message: unknown
  facts: AnswerFacts
}

/** The chunks that a stream in this format makes, given in these pieces. */
export function translateStream(
  format: string,
  { bytes, createScanner }: RecordedStream,
  pieces: readonly Uint8Array[] = [bytes],
  from: Asked = asked,
): Chunks {
  const data: string[] = []
  const stream = translatorOf(format).createStream(from, (text) => data.push(text))
  const scanner = createScanner((name, text) => stream.event(name, text))
  for (const piece of pieces) scanner.push(piece)
  scanner.end()
  stream.end()
  const reader = openaiChat.createStreamReader?.()
  for (const text of data) reader?.event(null, text)
  return { data, message: reader?.message(), facts: stream.facts() }
}

/** The chunks that these events make; an event is its name and its data. */
export function translateEvents(format: string, ...events: readonly (readonly [string | null, unknown])[]): Chunks {
  const data: string[] = []
  const stream = translatorOf(format).createStream(asked, (text) => data.push(text))
  for (const [name, event] of events) stream.event(name, JSON.stringify(event))
  stream.end()
  const reader = openaiChat.createStreamReader?.()
  for (const text of data) reader?.event(null, text)
  return { data, message: reader?.message(), facts: stream.facts() }
}

/** The first choice's message of an answer. */
export function messageOf(answer: unknown): Record<string, unknown> {
  const { choices } = answer as { choices: { message: Record<string, unknown> }[] }
  return choices[0]?.message ?? {}
}

/** Why the first choice of an answer ended. */
export function finishOf(answer: unknown): unknown {
  const { choices } = answer as { choices: { finish_reason: unknown }[] }
  return choices[0]?.finish_reason
}
