import type { AnswerFacts } from '../format.ts'
import type { JsonObject } from '../json.ts'

/**
 * One half of every pair of formats: from OpenAI's chat completions, the hub, to a provider's format, and from its
 * answers back. Pure functions; a stream's translator has the state of that one stream.
 *
 * To add one: files here, one line in `index.ts`, a recorded answer in `../fixtures/`.
 */
export interface Translator {
  /** Makes the provider's body of a chat's. Throws `Untranslatable` for what it cannot say. */
  toProvider(body: JsonObject, model: string): TranslatedRequest
  /** Makes the chat's answer of a whole good one. Any JSON value is taken; what cannot be read is left out. */
  fromProvider(answer: unknown, asked: Asked): TranslatedAnswer
  /** A translator for one streamed answer. */
  createStream(asked: Asked, emit: Emit): StreamTranslator
}

export interface TranslatedRequest {
  body: JsonObject
  /** Names in lower case and values in turn, that the format needs beside the credential; the client's own stand. */
  headers: readonly string[]
  /** Members of the chat that the format has no word for and that were left out. */
  dropped: readonly string[]
}

export interface TranslatedAnswer {
  answer: JsonObject
  /** As the provider told it in its own format. */
  facts: AnswerFacts
}

/** What an answer must know of its request. */
export interface Asked {
  /** Names an answer whose provider gives it no id. */
  id: string
  createdSeconds: number
  model: string
  /** `stream_options.include_usage`. */
  includesUsage: boolean
}

/** Takes the next chunk of a translated stream; the text is what stands behind `data: `. */
export type Emit = (data: string) => void

/** Translates one stream event by event. Never throws: events that cannot be read are skipped. */
export interface StreamTranslator {
  /** Takes one event, and gives its chunks to `emit`. */
  event(name: string | null, data: string): void
  /** The provider ended its answer: what is missing is given, `[DONE]` or an error. */
  end(): void
  facts(): AnswerFacts
}

/** A chat that a format cannot say without changing what it means. The client is told, with 400. */
export class Untranslatable extends Error {
  override readonly name = 'Untranslatable'
  /** The member: `messages.2.content`. */
  readonly param: string

  constructor(param: string, message: string) {
    super(message)
    this.param = param
  }
}
