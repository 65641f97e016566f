import type { Cost } from '../contract/cost.ts'
import type { Clock } from '../kernel/clock.ts'
import type { TextLog } from '../kernel/text-log.ts'
import type { Journal } from '../journal/journal.ts'
import { costOf } from '../pricing/cost-of.ts'
import { framingOf } from '../formats/framing.ts'
import { nanoToUsdText } from '../pricing/money.ts'
import type { PriceTable } from '../pricing/price-table.ts'
import { headerOf, returnedHeaders } from './answer-headers.ts'
import { decodeStream } from './decoding.ts'
import { describeAnswer, describeServed, type Draft, type Ending, ownHeaders, writeDraft } from './draft.ts'
import { ClientLeft, type Sink } from './exchange.ts'
import { orderlyEnd, relay, type RelayOptions } from './relay.ts'
import { type AnswerReading, createPlainTap, createStreamTap, type Tap, type TapLimits } from './tap.ts'
import type { SharedCall } from './flight-waiter.ts'
import { keepAnswer, savedBy } from './stored-answer.ts'
import type { Target } from './target.ts'
import type { UpstreamAnswer } from './upstream.ts'

export interface AnswerDeps {
  clock: Clock
  log: TextLog
  prices: PriceTable
  journal: Journal
  limits: TapLimits
}

/** One provider's answer on its way to one client. */
export interface Passage {
  draft: Draft
  target: Target
  answer: UpstreamAnswer
  sink: Sink
  method: string
  /** The usage event of the stream was asked for by Tollgate, and is taken out. */
  hidesUsage: boolean
  /** Why the answer is none although it may look like one, in words; absent: it is what its status and its end say. */
  failure?: string | null
  /** Gives the provider's connection up. */
  abort: () => void
  /** Where others may wait for the same answer, or it is to be cached. */
  shared: SharedCall | null
}

const missed: Draft['cache'] = { status: 'MISS', reason: 'not-found' }
const followed: Draft['cache'] = { status: 'HIT', reason: 'followed' }

/** An answer that is no longer than this is sent in one piece, with its cost in a header. */
const shortAnswerBytes = 64 * 1024

/**
 * Passes a provider's answer on and records how it ended. Rejects, before anything was sent to the client, with
 * `upstream_failed`, `upstream_timeout` or `ClientLeft`.
 */
export function passOn(passage: Passage, deps: AnswerDeps): Promise<void> {
  const { draft, target } = passage
  const contentType = headerOf(passage.answer.headers, 'content-type')
  const encoding = headerOf(passage.answer.headers, 'content-encoding')
  const createScanner = framingOf(contentType)
  const isEventStream = createScanner !== null
  const contentEncoding = encoding === 'identity' ? null : encoding
  const isDecoded = isEventStream && contentEncoding !== null
  const answer = isDecoded ? decodeStream(passage.answer, contentEncoding) : passage.answer
  draft.record.status = answer.status
  draft.record.responseContentType = contentType
  if (passage.shared) draft.cache = passage.shared.isFollower ? followed : missed

  const createReader = answer.status < 300 ? target.format.createStreamReader : null
  const length = isDecoded || hasNoBody(passage) ? null : headerOf(answer.headers, 'content-length')
  const lengthBytes = length === null ? null : Number(length)
  const isRead = createScanner !== null && createReader !== null
  const tap = isRead
    ? createStreamTap(createReader, { createScanner, hidesUsage: passage.hidesUsage, limits: deps.limits })
    : createPlainTap({
        format: answer.readFacts ? null : target.format,
        contentType,
        contentEncoding,
        lengthBytes,
        limits: deps.limits,
      })

  const isShort = !isEventStream && (answer.isEnded() || (lengthBytes !== null && lengthBytes <= shortAnswerBytes))
  if (isShort) return sendWhole(passage, tap, deps)
  const isSse = isRead && contentType?.startsWith('text/event-stream') === true
  const way = {
    answer,
    lengthBytes: isRead ? null : lengthBytes,
    errorEvent: (isSse && target.format.errorEvent) || null,
  }
  return sendAsItComes(passage, tap, way, deps)
}

function hasNoBody({ method, answer }: Passage): boolean {
  return method === 'HEAD' || answer.status === 204 || answer.status === 304
}

async function sendWhole(passage: Passage, tap: Tap, deps: AnswerDeps): Promise<void> {
  const { draft, answer, sink } = passage
  draft.record.firstByteMs = Math.round(deps.clock.tickMs() - draft.startTick)
  // Usually everything is here already, and a promise that is not made costs nothing.
  const collected = collect(answer, sink, tap)
  const body = collected instanceof Promise ? await collected : collected
  const read = tap.read()
  finishDraft(passage, read instanceof Promise ? await read : read, orderlyEnd(tap), deps)

  const headers = returnedHeaders(answer.headers)
  headers.push(...ownHeaders(draft))
  const total = draft.record.cost?.totalNanoUsd
  if (total !== undefined && total !== null) headers.push('tollgate-cost', nanoToUsdText(total))
  const length = hasNoBody(passage) ? headerOf(answer.headers, 'content-length') : String(body.length)
  if (length !== null) headers.push('content-length', length)

  await new Promise<void>((resolve, reject) => {
    writeDraft(draft, deps.journal, deps.clock, () => {
      try {
        sink.head(answer.status, headers)
        sink.end(body)
        resolve()
      } catch (error) {
        // A header that Node refuses to send. Thrown on, it would end the process.
        reject(error)
      }
    })
  })
}

/** The whole body. Rejects where it breaks off or the client leaves; nothing was sent to the client by then. */
function collect(answer: UpstreamAnswer, sink: Sink, tap: Tap): Buffer | Promise<Buffer> {
  const chunks: Buffer[] = []
  const whole = Promise.withResolvers<Buffer>()
  let isEnded = false
  const join = (): Buffer => (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
  answer.deliver({
    chunk(bytes) {
      tap.take(bytes)
      chunks.push(bytes)
    },
    end() {
      isEnded = true
      whole.resolve(join())
    },
    failed: (error) => whole.reject(error),
  })
  if (isEnded) return join()
  sink.onLeave(() => whole.reject(new ClientLeft('the client left before the answer began')))
  return whole.promise
}

function sendAsItComes(
  passage: Passage,
  tap: Tap,
  { answer, lengthBytes, errorEvent }: Pick<RelayOptions, 'answer' | 'errorEvent'> & { lengthBytes: number | null },
  deps: AnswerDeps,
): Promise<void> {
  const { draft, sink } = passage
  const headers = returnedHeaders(answer.headers)
  headers.push(...ownHeaders(draft))
  if (lengthBytes !== null) headers.push('content-length', String(lengthBytes))

  async function record(ending: Ending, written: () => void): Promise<void> {
    try {
      finishDraft(passage, await tap.read(), ending, deps)
    } catch (error) {
      deps.log.error('what an answer said could not be read', error)
    }
    writeDraft(draft, deps.journal, deps.clock, written)
    // The provider must not see the connection go before the row is safe.
    if (ending.outcome === 'client_left') deps.journal.flush()
  }
  return relay({
    answer,
    tap,
    sink,
    status: answer.status,
    headers,
    abort: passage.abort,
    errorEvent,
    onBytes() {
      draft.record.firstByteMs ??= Math.round(deps.clock.tickMs() - draft.startTick)
    },
    onEnded: (ending, written) => void record(ending, written),
  })
}

/** Fills in the draft with what the tap read: usage and cost are computed here, once. */
function finishDraft(passage: Passage, told: AnswerReading, ending: Ending, deps: AnswerDeps): void {
  const { draft, shared } = passage
  const reading = withHead(passage, told)
  const { record } = draft
  describeAnswer(draft, reading, ending)
  if (passage.failure && record.success) {
    Object.assign(record, { success: false, outcome: 'upstream_broken', error: passage.failure })
  }
  record.model ??= reading.facts.model
  if (record.success || reading.facts.usage !== null) record.cost = price(passage, reading, deps)
  if (!shared) return
  const saved = savedBy(record)
  const keep = record.success
    ? (body: Buffer) => keepAnswer({ draft, answer: passage.answer, hidden: reading.hidden, saved }, body, deps.clock)
    : null
  const share = shared.conclude(ending.outcome === 'client_left', keep)
  if (share === 'free')
    describeServed(record, { isHit: shared.isFollower || record.success, saved: record.success ? saved : null })
}

/** The reading with what was read of the answer before, or the usage of its head, where its body told none. */
function withHead({ target, answer }: Passage, reading: AnswerReading): AnswerReading {
  const own = answer.readFacts?.()
  const facts = own ? { ...own, error: reading.facts.error ?? own.error } : reading.facts
  const usage = facts.usage ?? target.format.readHead?.((name) => headerOf(answer.headers, name)) ?? null
  return { ...reading, facts: { ...facts, usage } }
}

function price({ draft, target }: Passage, { facts }: AnswerReading, { prices }: AnswerDeps): Cost {
  return costOf(target.prices ?? prices, {
    priceId: target.prices ? target.provider.slug : target.provider.priceId,
    requestedModel: draft.record.model,
    answeredModel: target.provider.pricesRequestedModel ? null : facts.model,
    usage: facts.usage,
    pricing: target.format.pricing,
    atMs: draft.record.startedMs,
  })
}
