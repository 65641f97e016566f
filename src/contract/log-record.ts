import type { Cost } from './cost.ts'
import type { Usage } from './usage.ts'

/** How many entries the metadata of a row may have. */
export const maxMetadataEntries = 16

/** How the answer to a request ended. Only `complete` with a 2xx status is a success. */
export type Outcome =
  /** The format's terminal event or the HTTP end was reached. */
  | 'complete'
  /** The client left before that. */
  | 'client_left'
  /** The provider's connection broke, or its stream ended without its terminal event or with an error event. */
  | 'upstream_broken'
  | 'upstream_timeout'
  /** Tollgate itself refused or failed the request; `error` says why. */
  | 'refused'

/**
 * One finished request as the pipeline writes it to the journal, without its bodies, which travel beside it as
 * bytes. It is complete: usage and cost are computed once, here, and never again from the row. No secret is in it.
 */
export interface LogRecord {
  /** UUIDv7, also in the answer's `cf-aig-log-id`. */
  id: string
  /** The gateway's internal number, never its name: a re-created name inherits nothing. */
  gateway: number
  /** UTC milliseconds at which the request arrived. */
  startedMs: number
  /** Milliseconds from arrival to the end of the answer. */
  durationMs: number
  /** Milliseconds from arrival to the first byte of the provider's answer's body; null if none came. */
  firstByteMs: number | null
  method: string
  provider: string
  model: string | null
  /** What the endpoint does: `chat`, `completion`, `embedding`, ...; null where it is not known. */
  modelType: string | null
  /** Path and query after the provider, secrets in the query masked. */
  path: string
  /** The status the client got; 499 if it left before there was one. */
  status: number
  outcome: Outcome
  success: boolean
  cached: boolean
  isStream: boolean
  step: number
  eventId: string
  userAgent: string | null
  /** Whether the request carried a good Tollgate credential. */
  authenticated: boolean
  requestType: string | null
  requestContentType: string | null
  responseContentType: string | null
  /** Sizes on the wire, in bytes, whatever of it was kept. */
  requestSize: number
  responseSize: number
  /** Whether the kept bodies are shorter than what went over the wire. */
  requestTruncated: boolean
  responseTruncated: boolean
  /** Flat; null if none was given or it was not usable. */
  metadata: Record<string, string | number | boolean> | null
  /** Null where the answer reported none. */
  usage: Usage | null
  /** Null where the request was not answered. */
  cost: Cost | null
  /** What a hit of the cache saved; null for every other request. A hit itself used and cost nothing. */
  saved: Saved | null
  /** Why `success` is false, in words; null otherwise. Never a secret. */
  error: string | null
  /** All calls of the provider, in order; only where there was more than one, or one with a key that Tollgate added. */
  attempts?: readonly Attempt[]
  /** The dynamic route that led here; left out where there was none. */
  route?: TakenRoute
  /** It came as OpenAI's chat at the door for all providers; left out where it did not. */
  compatibilityMode?: true
  /** Id of the row whose request this one is a copy of, for a route's shadow; left out for any other. */
  shadowOf?: string
}

/** A dynamic route as one request took it. */
export interface TakenRoute {
  id: string
  name: string
  versionId: string
  /**
   * The elements that the request passed, in order. The last one is the model that the row is about, or was the last one
   * before the route ended without a model.
   */
  path: readonly PassedElement[]
}

/** An element of a dynamic route that a request passed. */
export interface PassedElement {
  elementId: string
  type: 'conditional' | 'percentage' | 'rate' | 'model' | 'end'
  /** Where it went on: `true`, `90%`, `fallback`, ...; null for the model that the row is about. */
  output: string | null
  /** Why a model could not be asked; left out where it was. Never a secret. */
  error?: string
}

/** One call of a provider. */
export interface Attempt {
  /** UTC milliseconds at which it began. */
  startedMs: number
  /** Milliseconds until it was known how it went: mostly, until the answer's head. */
  durationMs: number
  /** What the provider answered; null if it did not. */
  status: number | null
  /** Why it failed, in words, where the status does not tell; else null. */
  error: string | null
  /** The key that Tollgate added: of a stored one its id and alias, of the operator's null. Absent: it added none. */
  key?: { id: string | null; alias: string | null }
}

/** Of the answer as it was first given; null where that is not known. */
export interface Saved {
  tokensIn: number | null
  tokensOut: number | null
  costNanoUsd: number | null
}

/** What of a record is filtered, ordered and summed: it has columns of its own in the store. */
export interface LogSummary extends Pick<
  LogRecord,
  'id' | 'gateway' | 'provider' | 'model' | 'modelType' | 'status' | 'success' | 'cached' | 'durationMs'
> {
  tokensIn: number | null
  tokensOut: number | null
  costNanoUsd: number | null
}

/** The rest of a record. It is made into JSON once, when the request ends, and stored as that text. */
export type LogDetail = Omit<LogRecord, keyof LogSummary>

/** A record on its way to the store, with its bodies; null where a body was not kept (`collect_log_payload` off, nothing received). */
export interface LogEntry {
  summary: LogSummary
  /** JSON of a `LogDetail`. */
  detail: string
  request: Uint8Array | null
  response: Uint8Array | null
}
