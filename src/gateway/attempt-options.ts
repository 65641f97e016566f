import type { RetrySettings } from '../live/live.ts'

/** What a request says of how its provider is called; null: the gateway's setting, or none. */
export interface AttemptOptions {
  maxAttempts: number | null
  delayMs: number | null
  backoff: RetrySettings['backoff'] | null
  /** To the head of an answer, for every attempt anew. */
  timeoutMs: number | null
}

export function noAttemptOptions(): AttemptOptions {
  return { maxAttempts: null, delayMs: null, backoff: null, timeoutMs: null }
}

/** A day: longer than anything here waits. */
const longestTimeoutMs = 86_400_000

/** Reads one header; gives null, or what would have been allowed. */
export function readAttemptHeader(
  options: AttemptOptions,
  name: 'cf-aig-max-attempts' | 'cf-aig-retry-delay' | 'cf-aig-backoff' | 'cf-aig-request-timeout',
  value: string,
): string | null {
  const text = value.trim()
  switch (name) {
    case 'cf-aig-max-attempts':
      return (options.maxAttempts = wholeNumber(text, 1, 5)) === null ? 'whole numbers from 1 to 5 are allowed' : null
    case 'cf-aig-retry-delay':
      options.delayMs = wholeNumber(text, 0, 60_000)
      return options.delayMs === null ? 'whole milliseconds from 0 to 60000 are allowed' : null
    case 'cf-aig-request-timeout':
      options.timeoutMs = wholeNumber(text, 1, longestTimeoutMs)
      return options.timeoutMs === null ? `whole milliseconds from 1 to ${longestTimeoutMs} are allowed` : null
    case 'cf-aig-backoff':
      options.backoff = text === 'constant' || text === 'linear' || text === 'exponential' ? text : null
      return options.backoff === null ? 'constant, linear or exponential is allowed' : null
  }
}

function wholeNumber(text: string, least: number, most: number): number | null {
  const number = /^\d{1,8}$/.test(text) ? Number(text) : -1
  return number >= least && number <= most ? number : null
}
