import type { LogRecord, Saved } from '../contract/log-record.ts'
import { tokensIn, tokensOut } from '../contract/usage.ts'
import type { Clock } from '../kernel/clock.ts'
import type { StoredAnswer } from '../kv/kv.ts'
import { headerOf, returnedHeaders } from './answer-headers.ts'
import type { Draft } from './draft.ts'
import type { Range } from './tap.ts'
import type { UpstreamAnswer } from './upstream.ts'

export interface ReadAnswer {
  draft: Draft
  answer: UpstreamAnswer
  /** What of its bytes the client did not get. */
  hidden: readonly Range[] | null
  saved: Saved
}

/** What is kept of an answer that was read to its good end. `body` is all of it as the provider sent it. */
export function keepAnswer({ draft, answer, hidden, saved }: ReadAnswer, body: Buffer, clock: Clock): StoredAnswer {
  const { record } = draft
  const isPlain = !record.isStream && headerOf(answer.headers, 'content-encoding') === null
  return {
    storedMs: clock.nowMs(),
    status: answer.status,
    headers: returnedHeaders(answer.headers, isOfOneRequest),
    body: hidden ? without(body, hidden) : body,
    logBody: isPlain ? null : draft.response,
    isLogTruncated: record.responseTruncated,
    model: record.model,
    ...saved,
  }
}

/** When and under which id a request was answered, and what was left of a limit then, is not true of a later one. */
function isOfOneRequest(name: string): boolean {
  return name === 'date' || name === 'age' || name.endsWith('request-id') || name.includes('ratelimit')
}

/** What an answer used and cost, for those to whom it is given again. */
export function savedBy({ usage, cost }: LogRecord): Saved {
  return {
    tokensIn: usage && tokensIn(usage),
    tokensOut: usage && tokensOut(usage),
    costNanoUsd: cost && cost.totalNanoUsd,
  }
}

function without(body: Buffer, hidden: readonly Range[]): Buffer {
  const kept: Buffer[] = []
  let from = 0
  for (const [start, end] of hidden) {
    kept.push(body.subarray(from, start))
    from = end
  }
  kept.push(body.subarray(from))
  return Buffer.concat(kept)
}
