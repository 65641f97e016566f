import type { Usage } from '../contract/usage.ts'

/**
 * A wire format: what the bodies and events of one endpoint shape look like. Pure functions, no I/O, no provider.
 *
 * To add one: a file here that exports a `Format`, one line in `index.ts`, a recorded answer in `fixtures/` and a
 * test beside it. A provider's data file then names the format for its paths.
 */
export interface Format {
  name: string
  /** What a log row shows as `model_type`. */
  modelType: 'chat' | 'completion' | 'embedding' | 'image' | 'audio' | 'moderation' | null
  /**
   * `priced`: an answer costs what it used; `free`: nothing; `unpriceable`: its endpoint has no price of its own that an
   * answer could tell (lists, files, batches), so its cost is not known.
   */
  pricing: Pricing
  /** Reads what the pipeline must know of a request. Never throws: what cannot be read is null or false. */
  readRequest(request: FormatRequest): RequestFacts
  /** Reads a whole parsed answer (any JSON value, also a provider's error body). Never throws. */
  readAnswer(body: unknown): AnswerFacts
  /** Reads the usage that the answer's headers (names in lower case) tell; asked where the body told none. Never throws. */
  readHead?(header: ReadHeader): Usage | null
  /** An answer names a job that goes on elsewhere: given again, it would be another one's. */
  makesJobs?: true
  /** A reader for one streamed answer; null where the format does not stream. */
  createStreamReader: (() => StreamReader) | null
  /**
   * Whether an event (its data, of a stream that began well) only opens the answer: a role, an empty message, a sign of
   * life. Left out: every event is content.
   */
  isOpening?(data: string): boolean
  /**
   * What tells the clients of this format, at the end of a stream of server-sent events, that it broke off: their SDKs
   * throw at it. Left out: there is no such thing, and only the connection can tell.
   */
  errorEvent?(failure: StreamFailure): string
}

/** Why a stream broke off. */
export interface StreamFailure {
  /** What the client would have been answered, had it been known in time: 502 or 504. */
  status: number
  /** Tollgate's own number for it. */
  number: number
  /** In words that a client may see. */
  message: string
}

export type Pricing = 'priced' | 'free' | 'unpriceable'

export interface FormatRequest {
  /** The path at the provider, without query: `chat/completions`, `v1beta/models/gemini-x:generateContent`. */
  path: string
  /** The query string without `?`, possibly empty. */
  query: string
  /** Top-level members of the JSON body; empty where there is none. Large bodies give only the scanned ones. */
  fields: RequestFields
}

/** What is read of a request body at its top level. Values are as parsed: check before use. */
export interface RequestFields {
  model?: unknown
  model_id?: unknown
  stream?: unknown
  stream_options?: unknown
}

/** Gives an answer's header by its name in lower case. */
export type ReadHeader = (name: string) => string | null

export interface RequestFacts {
  model: string | null
  isStream: boolean
}

export interface AnswerFacts {
  /** The model that answered, where the answer tells it. */
  model: string | null
  /** Null where the answer reports none. */
  usage: Usage | null
  /** The provider's own error message where the answer is (or the stream contained) an error. */
  error: string | null
}

/**
 * Reads one stream event by event and puts it together. Keeps only the assembled message, never the raw events.
 * Never throws: events that cannot be read are skipped.
 */
export interface StreamReader {
  /**
   * Takes one server-sent event (`name` is null where it has no `event:` line) and says what it means for the
   * stream: `more` will come; `terminal`: the format's last event, the answer is complete; `usage-only`: it holds
   * nothing but the usage that `stream_options.include_usage` asks for.
   */
  event(name: string | null, data: string): 'more' | 'terminal' | 'usage-only'
  /** What was read so far; callable at any time, also in the middle of a stream. */
  facts(): AnswerFacts
  /**
   * The stream put together into the body that the same request without streaming would have got, as a JSON value;
   * null if there was nothing.
   */
  message(): unknown
  /**
   * Matches, in the stream's bytes read as Latin-1, every event that may be anything but content: terminal, usage-only,
   * an error. Events in which it does not match may be given later, together with others, in the same order. Left out:
   * every event must be given at once.
   */
  decisive?: RegExp
  /** Whether the HTTP end without a terminal event still is a complete answer (formats that have no such event). */
  endIsComplete: boolean
}
