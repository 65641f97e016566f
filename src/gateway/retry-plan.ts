import { retryAfterMs } from '../kernel/retry-after.ts'
import type { GatewaySnapshot, RetrySettings } from '../live/live.ts'
import { headerOf } from './answer-headers.ts'
import type { AttemptOptions } from './attempt-options.ts'
import type { UpstreamAnswer } from './upstream.ts'

/** How one target is called. */
export interface AttemptPlan extends RetrySettings {
  /** To the head of each answer; null: only the usual one. */
  timeoutMs: number | null
  /** Whether another target takes over where this one fails. */
  hasNext: boolean
}

/** Longer nobody waits for a next attempt. */
const longestWaitMs = 60_000
/** By how much of itself a wait may grow, so that all whom a provider refused at once do not come back at once. */
const jitter = 0.25

/** Null where the target is simply called. `isWhole`: the body is here, so that it can be sent again. */
export function planAttempts(
  { retry }: GatewaySnapshot,
  options: AttemptOptions | null,
  { isWhole, hasNext }: { isWhole: boolean; hasNext: boolean },
): AttemptPlan | null {
  if (options === null && retry.maxAttempts === 1 && !hasNext) return null
  const maxAttempts = isWhole ? (options?.maxAttempts ?? retry.maxAttempts) : 1
  const timeoutMs = options?.timeoutMs ?? null
  if (maxAttempts === 1 && timeoutMs === null && !hasNext) return null
  return {
    maxAttempts,
    delayMs: options?.delayMs ?? retry.delayMs,
    backoff: options?.backoff ?? retry.backoff,
    timeoutMs,
    hasNext,
  }
}

const retried: ReadonlySet<number> = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529])

/** Whether another attempt may get a better answer than one with this status. */
export function isRetriedStatus(status: number): boolean {
  return retried.has(status)
}

/**
 * How long to wait after the attempt with this number (from 1 on): what the plan says with some jitter, and at least what
 * the provider asks for. Null where it asks for more than anybody waits here. `random`: from 0 to 1.
 */
export function waitMs(plan: RetrySettings, attempt: number, askedMs: number | null, random: number): number | null {
  if (askedMs !== null && askedMs > longestWaitMs) return null
  const factor = plan.backoff === 'constant' ? 1 : plan.backoff === 'linear' ? attempt : 2 ** (attempt - 1)
  const own = plan.delayMs * factor * (1 + jitter * random)
  return Math.min(longestWaitMs, Math.max(own, askedMs ?? 0))
}

/** How long the provider asks to wait, in milliseconds; null: it does not say. */
export function readRetryAfter(headers: UpstreamAnswer['headers'], nowMs: number): number | null {
  return retryAfterMs((name) => headerOf(headers, name), nowMs)
}
