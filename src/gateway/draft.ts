import type { Attempt, LogRecord, Outcome, Saved } from '../contract/log-record.ts'
import { writeLogText } from '../contract/log-text.ts'
import type { Format, RequestFacts } from '../formats/format.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Journal } from '../journal/journal.ts'
import type { GatewaySnapshot } from '../live/live.ts'
import { canonicalSlug } from '../providers/index.ts'
import { chatDoor, type Door } from './door.ts'
import { maskRecord } from './mask-record.ts'
import type { RequestBody } from './request-body.ts'
import type { RequestOptions } from './request-options.ts'
import type { AnswerReading } from './tap.ts'
import type { Target } from './target.ts'

/**
 * A log record in the making: what is known so far, so that a failure at any step still leaves a complete and
 * truthful row. Only the pipeline changes it.
 */
export interface Draft {
  record: LogRecord
  /** Null until it was read. */
  body: RequestBody | null
  request: Buffer | null
  response: Buffer | null
  secrets: string[]
  startTick: number
  isLogged: boolean
  keepsPayload: boolean
  /** What the cache did, for the answer's head; null where nobody asked it. */
  cache: { status: 'HIT' | 'MISS' | 'BYPASS'; reason: string } | null
  /** The calls of the provider so far; null where it is simply called, with the client's own key. */
  tries: readonly Attempt[] | null
  /** What answers a chat, and what it was not told, for the answer's head; null at native doors. */
  chat: { provider: string; model: string; dropped: readonly string[] } | null
}

export function openDraft(parts: {
  id: string
  startedMs: number
  startTick: number
  method: string
  door: Door
  gateway: GatewaySnapshot
  options: RequestOptions
}): Draft {
  const { id, startedMs, door, gateway, options: request } = parts
  const draft: Draft = {
    record: {
      id,
      gateway: gateway.number,
      startedMs,
      durationMs: 0,
      firstByteMs: null,
      method: parts.method,
      provider: door.slug === '' ? 'universal' : canonicalSlug(door.slug),
      model: null,
      modelType: null,
      path: door.query === '' ? door.path : `${door.path}?${door.query}`,
      status: 0,
      outcome: 'refused',
      success: false,
      cached: false,
      isStream: false,
      step: 0,
      eventId: request.eventId ?? id,
      userAgent: request.userAgent,
      authenticated: request.authenticated,
      requestType: null,
      requestContentType: request.contentType,
      responseContentType: null,
      requestSize: 0,
      responseSize: 0,
      requestTruncated: false,
      responseTruncated: false,
      metadata: request.metadata,
      usage: null,
      cost: null,
      saved: null,
      error: null,
    },
    body: null,
    request: null,
    response: null,
    secrets: request.secrets,
    startTick: parts.startTick,
    isLogged: request.collectLog ?? gateway.collectLogs,
    keepsPayload: request.collectLogPayload,
    cache: null,
    tries: null,
    chat: null,
  }
  if (door.slug === chatDoor) draft.record.compatibilityMode = true
  return draft
}

/** What is known once the body was read and the target chosen. */
export function describeRequest(
  draft: Draft,
  format: Format,
  facts: RequestFacts,
  body: RequestBody,
  keptBytes: number,
): void {
  const { record } = draft
  record.model = facts.model && shorten(facts.model, 256)
  record.isStream = facts.isStream
  record.modelType = format.modelType
  draft.body = body
  record.requestTruncated = body.rest !== null || body.bytes.length > keptBytes
  if (body.bytes.length > 0)
    draft.request = body.bytes.length > keptBytes ? body.bytes.subarray(0, keptBytes) : body.bytes
}

/** What is known of a chat once its model is read. */
export function describeChat(draft: Draft, { provider, chat }: Pick<Target, 'provider' | 'chat'>): void {
  if (!chat) return
  draft.record.provider = provider.slug
  draft.chat = { provider: provider.slug, model: chat.model, dropped: chat.dropped }
}

/** What is known once the answer ended, however it ended. Usage, model and cost are filled in by the caller. */
export function describeAnswer(draft: Draft, reading: AnswerReading, ending: Ending): void {
  const { record } = draft
  const isOk = record.status >= 200 && record.status < 300
  const told = reading.facts.error
  // Clients leave when a stream tells of an error: then that is why it ended, not that they left.
  record.outcome = isOk && record.isStream && told !== null ? 'upstream_broken' : ending.outcome
  record.success = ending.outcome === 'complete' && isOk && told === null
  record.error = record.success ? null : (told ?? ending.error ?? statusError(record.status))
  record.responseSize = reading.size
  record.responseTruncated = reading.isTruncated
  record.usage = reading.facts.usage
  draft.response = reading.body
}

export interface Ending {
  outcome: Outcome
  /** In words, where Tollgate knows why; null: what the provider said. */
  error: string | null
}

function statusError(status: number): string | null {
  return status >= 200 && status < 300 ? null : `The provider answered with status ${status}.`
}

/**
 * A request that a stored answer or another one's call served used and cost nothing itself: what it would have is what it
 * saved (null where it got no good answer).
 */
export function describeServed(record: LogRecord, { isHit, saved }: { isHit: boolean; saved: Saved | null }): void {
  record.cached = isHit
  record.usage = null
  record.cost = null
  record.saved = saved
}

/** Hands the finished record to the journal; `onWritten` once it is safe there, or at once where nothing is logged. */
export function writeDraft(draft: Draft, journal: Journal, clock: Clock, onWritten: () => void): void {
  if (!draft.isLogged) {
    onWritten()
    return
  }
  // One row per request, whatever happens after this.
  draft.isLogged = false
  closeRecord(draft, clock)
  journal.append(
    {
      meta: writeLogText(draft.record),
      request: draft.keepsPayload ? draft.request : null,
      response: draft.keepsPayload ? draft.response : null,
      secrets: draft.secrets,
    },
    onWritten,
  )
}

/** Masks before it shortens: a secret that is cut in two is not found. */
function closeRecord(draft: Draft, clock: Clock): void {
  const { record } = draft
  record.requestSize = draft.body?.receivedBytes() ?? 0
  record.durationMs = Math.round(clock.tickMs() - draft.startTick)
  const { tries } = draft
  if (tries && (tries.length > 1 || tries[0]?.key)) record.attempts = tries
  // The longest first: of a secret that holds another one, nothing may be left.
  if (draft.secrets.length > 1) draft.secrets.sort((a, b) => b.length - a.length)
  maskRecord(record, draft.secrets)
  record.provider = shorten(record.provider, 64)
  record.model = record.model && shorten(record.model, 256)
  record.path = shorten(record.path, 2048)
  record.userAgent = record.userAgent && shorten(record.userAgent, 2048)
  record.requestContentType = record.requestContentType && shorten(record.requestContentType, 2048)
  record.responseContentType = record.responseContentType && shorten(record.responseContentType, 2048)
}

function shorten(text: string, length: number): string {
  return text.length > length ? text.slice(0, length) : text
}

/** The headers that name the row of an answer, names and values in turn. */
export function ownHeaders({ record, cache, chat }: Draft): string[] {
  const headers = [
    'cf-aig-log-id',
    record.id,
    'cf-aig-request-id',
    record.id,
    'cf-aig-event-id',
    record.eventId,
    'cf-aig-step',
    String(record.step),
  ]
  if (cache) headers.push('cf-aig-cache-status', cache.status, 'tollgate-cache-reason', cache.reason)
  if (chat) headers.push('cf-aig-provider', chat.provider, 'cf-aig-model', asHeader(chat.model))
  if (chat && chat.dropped.length > 0) headers.push('tollgate-dropped-params', asHeader(chat.dropped.join(', ')))
  return headers
}

/** A text of the client's as a header may hold it. */
function asHeader(text: string): string {
  return shorten(text.replaceAll(/[^\x20-\x7e]/g, '?'), 1024)
}
