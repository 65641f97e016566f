import type { Clock } from '../kernel/clock.ts'
import type { TextLog } from '../kernel/text-log.ts'
import type { Journal } from '../journal/journal.ts'
import { costOf } from '../pricing/cost-of.ts'
import { nanoToUsdText } from '../pricing/money.ts'
import type { PriceTable } from '../pricing/price-table.ts'
import { headerOf, returnedHeaders } from './answer-headers.ts'
import { decodeStream } from './decoding.ts'
import { describeAnswer, type Draft, type Ending, ownHeaders, writeDraft } from './draft.ts'
import { ClientLeft, type Sink } from './exchange.ts'
import { orderlyEnd, relay } from './relay.ts'
import { createPlainTap, createStreamTap, type Tap, type TapLimits } from './tap.ts'
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
  /** Gives the provider's connection up. */
  abort: () => void
}

/** An answer that is no longer than this is sent in one piece, with its cost in a header. */
const shortAnswerBytes = 64 * 1024

/**
 * Passes a provider's answer on and records how it ended. Rejects, before anything was sent to the client, with
 * `upstream_failed`, `upstream_timeout` or `ClientLeft`.
 */
export async function passOn(passage: Passage, deps: AnswerDeps): Promise<void> {
  const { draft, target, method } = passage
  const contentType = headerOf(passage.answer.headers, 'content-type')
  const encoding = headerOf(passage.answer.headers, 'content-encoding')
  const isEventStream = contentType?.startsWith('text/event-stream') === true
  const contentEncoding = encoding === 'identity' ? null : encoding
  const answer =
    isEventStream && contentEncoding !== null ? decodeStream(passage.answer, contentEncoding) : passage.answer
  draft.record.status = answer.status
  draft.record.responseContentType = contentType

  const createReader = isEventStream && answer.status < 300 ? target.format.createStreamReader : null
  const length = headerOf(answer.headers, 'content-length')
  const hasNoBody = method === 'HEAD' || answer.status === 204 || answer.status === 304
  const lengthBytes = length === null || hasNoBody || answer !== passage.answer ? null : Number(length)
  const tap = createReader
    ? createStreamTap(createReader, { hidesUsage: passage.hidesUsage, limits: deps.limits })
    : createPlainTap({ format: target.format, contentType, contentEncoding, lengthBytes, limits: deps.limits })

  const isShort = !isEventStream && (answer.isEnded() || (lengthBytes !== null && lengthBytes <= shortAnswerBytes))
  if (isShort) await sendWhole({ ...passage, answer }, tap, deps)
  else await sendAsItComes({ ...passage, answer }, tap, createReader ? null : lengthBytes, deps)
}

async function sendWhole(passage: Passage, tap: Tap, deps: AnswerDeps): Promise<void> {
  const { draft, answer, sink, method } = passage
  draft.record.firstByteMs = Math.round(deps.clock.tickMs() - draft.startTick)
  const body = await collect(passage, tap)
  await finishDraft(passage, tap, orderlyEnd(tap), deps)

  const headers = returnedHeaders(answer.headers)
  headers.push(...ownHeaders(draft))
  const total = draft.record.cost?.totalNanoUsd
  if (total !== undefined && total !== null) headers.push('tollgate-cost', nanoToUsdText(total))
  const hasLength = method === 'HEAD' || answer.status === 204 || answer.status === 304
  const length = hasLength ? headerOf(answer.headers, 'content-length') : String(body.length)
  if (length !== null) headers.push('content-length', length)

  await new Promise<void>((resolve) => writeDraft(draft, deps.journal, deps.clock, resolve))
  sink.head(answer.status, headers)
  sink.end(body)
}

/** The whole body. Rejects where it breaks off or the client leaves; nothing was sent to the client by then. */
function collect({ answer, sink }: Passage, tap: Tap): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    sink.onLeave(() => reject(new ClientLeft('the client left before the answer began')))
    answer.deliver({
      chunk(bytes) {
        tap.take(bytes)
        chunks.push(bytes)
      },
      end() {
        const only = chunks.length === 1 ? chunks[0] : undefined
        resolve(only ?? Buffer.concat(chunks))
      },
      failed: reject,
    })
  })
}

function sendAsItComes(passage: Passage, tap: Tap, lengthBytes: number | null, deps: AnswerDeps): Promise<void> {
  const { draft, answer, sink } = passage
  const headers = returnedHeaders(answer.headers)
  headers.push(...ownHeaders(draft))
  if (lengthBytes !== null) headers.push('content-length', String(lengthBytes))
  return relay({
    answer,
    tap,
    sink,
    status: answer.status,
    headers,
    abort: passage.abort,
    onBytes() {
      draft.record.firstByteMs ??= Math.round(deps.clock.tickMs() - draft.startTick)
    },
    onEnded(ending, written) {
      finishDraft(passage, tap, ending, deps).then(
        () => {
          writeDraft(draft, deps.journal, deps.clock, written)
          // The provider must not see the connection go before the row is safe.
          if (ending.outcome === 'client_left') deps.journal.flush()
        },
        (error: unknown) => {
          deps.log.error('an answer could not be recorded', error)
          written()
        },
      )
    },
  })
}

/** Reads what the tap saw and fills in the draft: usage and cost are computed here, once. */
async function finishDraft(passage: Passage, tap: Tap, ending: Ending, deps: AnswerDeps): Promise<void> {
  const { draft, target } = passage
  const { record } = draft
  const read = tap.read()
  const reading = read instanceof Promise ? await read : read
  describeAnswer(draft, reading, ending)
  record.model ??= reading.facts.model
  if (!record.success && reading.facts.usage === null) return
  record.cost = costOf(deps.prices, {
    priceId: target.provider.priceId,
    requestedModel: record.model,
    answeredModel: reading.facts.model,
    usage: reading.facts.usage,
    format: target.format,
    atMs: record.startedMs,
  })
}
