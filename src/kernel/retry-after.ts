/**
 * How long an answer asks to wait before the next attempt, in milliseconds, by its headers: in `retry-after-ms`, or in `Retry-After` as
 * seconds or a date (RFC 9110, section 10.2.3). Null: it does not say.
 */
export function retryAfterMs(headerOf: (name: string) => string | null, nowMs: number): number | null {
  const ms = headerOf('retry-after-ms')
  if (ms !== null && /^\d+(\.\d+)?$/.test(ms)) return Number(ms)
  const value = headerOf('retry-after')
  if (value === null) return null
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000
  const atMs = Date.parse(value)
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs)
}
