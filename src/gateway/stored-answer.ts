import type { LogRecord, Saved } from '../contract/log-record.ts'
import { tokensIn, tokensOut } from '../contract/usage.ts'
import type { Clock } from '../kernel/clock.ts'
import type { StoredAnswer } from '../kv/kv.ts'
import { headerOf, returnedHeaders } from './answer-headers.ts'
import type { Draft } from './draft.ts'
import { createStreamTap, type TapLimits } from './tap.ts'
import type { Target } from './target.ts'
import type { UpstreamAnswer } from './upstream.ts'

export interface ReadAnswer {
  draft: Draft
  target: Target
  answer: UpstreamAnswer
  hidesUsage: boolean
}

/** What is kept of an answer that was read to its good end. `body` is all of it as the provider sent it. */
export function keepAnswer(
  read: ReadAnswer,
  body: Buffer,
  saved: Saved,
  { clock, limits }: { clock: Clock; limits: TapLimits },
): StoredAnswer {
  const { draft, answer } = read
  const { record } = draft
  const isPlain = !record.isStream && headerOf(answer.headers, 'content-encoding') === null
  return {
    storedMs: clock.nowMs(),
    status: answer.status,
    headers: withoutThoseOfOneRequest(returnedHeaders(answer.headers)),
    body: read.hidesUsage ? withoutUsageEvent(read, body, limits) : body,
    logBody: isPlain ? null : draft.response,
    isLogTruncated: record.responseTruncated,
    model: record.model,
    ...saved,
  }
}

/** When and under which id a request was answered, and what was left of a limit then, is not true of a later one. */
function withoutThoseOfOneRequest(headers: readonly string[]): string[] {
  return headers.filter((_, at) => !/^date$|^age$|request-id$|ratelimit/.test(headers[at - (at % 2)] ?? ''))
}

/** What an answer used and cost, for those to whom it is given again. */
export function savedBy({ usage, cost }: LogRecord): Saved {
  return {
    tokensIn: usage && tokensIn(usage),
    tokensOut: usage && tokensOut(usage),
    costNanoUsd: cost && cost.totalNanoUsd,
  }
}

function withoutUsageEvent({ target }: ReadAnswer, body: Buffer, limits: TapLimits): Buffer {
  const { createStreamReader } = target.format
  if (!createStreamReader) return body
  const tap = createStreamTap(createStreamReader, { hidesUsage: true, limits })
  const passed = [tap.take(body), tap.rest()].filter((part) => part !== null)
  return Buffer.concat(passed)
}
