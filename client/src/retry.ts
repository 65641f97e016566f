/** What is known of an attempt that failed. */
export interface FailedAttempt {
  /** 0 for the first. */
  attempt: number
  maxRetries: number
  /** Whether doing it twice is the same as doing it once. */
  isRepeatable: boolean
  /** Null where no answer came. */
  answer: { status: number; headers: Headers } | null
}

/** A server that asks for more patience than this is not asked again: the caller can tell better what to do. */
const longestWaitMs = 60_000

/**
 * How long to wait before the next attempt; null: there is none. A call that is not repeatable is made again only where the
 * server says that it did not do it: with a 429, or with `x-should-retry`.
 */
export function retryDelayMs({ attempt, maxRetries, isRepeatable, answer }: FailedAttempt): number | null {
  if (attempt >= maxRetries) return null
  if (answer === null) return isRepeatable ? backoffMs(attempt) : null
  const { status, headers } = answer
  const told = headers.get('x-should-retry')
  const isWorth = told === 'true' || status === 429 || (isRepeatable && isTransient(status))
  if (told === 'false' || !isWorth) return null
  const asked = askedMs(headers)
  if (asked === null) return backoffMs(attempt)
  return asked > longestWaitMs ? null : asked
}

function isTransient(status: number): boolean {
  return status === 408 || status === 409 || status >= 500
}

/** Half a second, doubled each time up to eight, less up to a quarter so that many clients do not come back at once. */
function backoffMs(attempt: number): number {
  return Math.min(500 * 2 ** attempt, 8000) * (1 - Math.random() * 0.25)
}

/** What the server asks for: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after, or its variant in milliseconds. */
function askedMs(headers: Headers): number | null {
  const exact = Number.parseFloat(headers.get('retry-after-ms') ?? '')
  if (exact >= 0) return exact
  const after = headers.get('retry-after')
  if (after === null) return null
  const seconds = Number(after)
  const waitMs = Number.isNaN(seconds) ? Date.parse(after) - Date.now() : seconds * 1000
  return Number.isNaN(waitMs) ? null : Math.max(0, waitMs)
}
