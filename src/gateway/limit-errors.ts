import { GatewayError } from '../kernel/errors.ts'
import type { RateLimit } from '../kv/kv.ts'

/**
 * A window is full. `who`: whose it is, `this gateway`. `RateLimit` and `RateLimit-Policy` as in
 * draft-ietf-httpapi-ratelimit-headers-10, times in whole seconds.
 */
export function rateLimited(who: string, { requests, windowMs, technique }: RateLimit, resetMs: number): GatewayError {
  const seconds = Math.ceil(resetMs / 1000)
  const windowSeconds = Math.ceil(windowMs / 1000)
  return new GatewayError(
    'rate_limited',
    `Rate limited: ${who} takes ${requests} requests in ${windowSeconds} s (${technique}). Try again in ${seconds} s`,
    {
      headers: [
        'retry-after',
        String(seconds),
        'ratelimit',
        `"default";r=0;t=${seconds}`,
        'ratelimit-policy',
        `"default";q=${requests};w=${windowSeconds}`,
      ],
    },
  )
}

/** The counters are away, and the gateway lets nothing pass then. */
export function countersAway(): GatewayError {
  return new GatewayError(
    'unavailable',
    'The counters of the rate limit cannot be reached, and this gateway lets nothing pass then ' +
      '(rate_limiting_failure: closed). Try again later.',
  )
}
