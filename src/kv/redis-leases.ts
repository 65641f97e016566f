import type { Lease } from './kv.ts'
import type { KeysOf } from './redis-keys.ts'
import type { RedisLink } from './redis-link.ts'
import { renewScript } from './redis-scripts.ts'

/** The leases that this process holds. They are renewed as long as it lives, and run out soon after it was killed. */
export interface Leases {
  hold(lease: Lease): void
  /** It is renewed no more. */
  release(lease: Lease): void
  close(): void
}

export function createLeases(
  link: RedisLink,
  keysOf: KeysOf,
  { leaseMs, renewMs }: { leaseMs: number; renewMs: number },
): Leases {
  const held = new Map<string, Lease>()

  async function renew(lease: Lease): Promise<void> {
    const key = keysOf(lease.gateway).lease + lease.key
    try {
      const isOurs = await link.run(renewScript, [key], [lease.token, String(leaseMs)])
      if (isOurs === 0) held.delete(lease.token)
    } catch {
      // The log was told; it is tried again before the lease runs out.
    }
  }

  const timer = setInterval(() => {
    if (link.isAway()) return
    // All in one turn of the event loop: one write to the connection.
    for (const lease of held.values()) void renew(lease)
  }, renewMs)

  return {
    hold: (lease) => void held.set(lease.token, lease),
    release: (lease) => void held.delete(lease.token),
    close: () => clearInterval(timer),
  }
}
