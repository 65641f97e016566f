import { randomBytes } from 'node:crypto'
import type { Clock } from '../kernel/clock.ts'
import type { TextLog } from '../kernel/text-log.ts'
import type { Admission, Kv, Lease, StoredAnswer, Verdict } from './kv.ts'
import { loadRedisDriver } from './redis-driver.ts'
import { createKeysOf, type KeysOf } from './redis-keys.ts'
import { createLeases, type Leases } from './redis-leases.ts'
import { createRedisLink, type RedisLink } from './redis-link.ts'
import { createOutage } from './redis-outage.ts'
import { admitScript, dropScript, forgetScript, settleScript } from './redis-scripts.ts'
import { createSignals, type Signals } from './redis-signals.ts'
import { createWaiters, nameOf, type Waiters } from './redis-waiters.ts'
import { readStoredAnswer, writeStoredAnswer } from './stored-answer-bytes.ts'

export interface RedisKvOptions {
  /** `redis://user:password@host:port/database`, or `rediss://` for TLS. */
  url: string
  /** Names the store that numbers the gateways: what is kept for another one's is never met. */
  scope: string
  clock: Clock
  log: TextLog
  /** Those of a lease are shorter in tests. */
  times?: Partial<RedisTimes>
}

/** How long things may take, in milliseconds. */
interface RedisTimes {
  /** For an answer that a request waits for. */
  askMs: number
  /** For everything else, long answers among it. */
  otherMs: number
  connectMs: number
  /** Between two questions to a Redis that has stopped to answer, and at most between two attempts to connect. */
  retryMs: number
  /** Between two questions to a Redis that nobody else asks. */
  pulseMs: number
  /** How long a lease lives without its holder. */
  leaseMs: number
  renewMs: number
  /** Between two looks at a lease that is waited for. */
  pollMs: number
}

const usualTimes: RedisTimes = {
  askMs: 250,
  otherMs: 5000,
  connectMs: 2000,
  retryMs: 1000,
  pulseMs: 5000,
  leaseMs: 15_000,
  renewMs: 5000,
  pollMs: 1000,
}

/** A longer answer is not kept. */
const mostBodyBytes = 8 << 20
/** A longer one does not go where it would hold up requests. */
const mostBytesBesideRequests = 64 << 10
/** On the way to Redis at once; what comes on top is not kept. */
const mostPendingBytes = 64 << 20
/** Answers to a gateway that is gone may come so late. */
const goneMs = 86_400_000
const dropsAtOnce = '500'

interface Parts {
  keysOf: KeysOf
  /** What requests wait for, and nothing that would hold it up. */
  asking: RedisLink
  /** Everything else: signals, long answers. */
  other: RedisLink
  leases: Leases
  waiters: Waiters
  signals: Signals
  leaseMs: string
  newToken: () => string
  pendingBytes: number
}

/**
 * Counters and cached answers in Redis, for all processes that use the same one. Resolves when Redis was reached, or
 * could not be: it is looked for again and again, and `admit` says `away` at once meanwhile. Throws only where the
 * address cannot be read.
 */
export async function openRedisKv(options: RedisKvOptions): Promise<Kv> {
  const parts = await openParts(options)
  const { asking, other, leases, waiters, signals } = parts
  await Promise.all([asking.tried, other.tried])
  return {
    admit: (ask) => (asking.isAway() ? { type: 'away' } : admit(ask, parts)),
    settle: (lease, kept) => settle(lease, kept, parts),
    awaitAnswer: (gateway, key, signal) => waiters.wait(gateway, key, signal),
    async drop(gateway, what) {
      const keys = parts.keysOf(gateway)
      if (what === 'everything') await other.run(forgetScript, [keys.gone, keys.window, keys.groups], [String(goneMs)])
      while ((await other.run(dropScript, [keys.answers], [keys.answer, dropsAtOnce])) !== 0);
    },
    publish: (message) => signals.publish(other, message),
    subscribe(receive) {
      signals.subscribe(receive)
      return Promise.resolve()
    },
    ping: () => asking.ping(),
    async close() {
      leases.close()
      waiters.close()
      await Promise.all([asking.close(), other.close()])
    },
  }
}

async function openParts({ url, scope, clock, log, times: changed }: RedisKvOptions): Promise<Parts> {
  const times = { ...usualTimes, ...changed }
  const base = { ...times, driver: await loadRedisDriver(url), outage: createOutage(log, clock, url) }
  const nothing = (): Promise<void> => Promise.resolve()
  const asking = createRedisLink({ ...base, name: 'asking', limitMs: times.askMs, onOpen: nothing })
  const keysOf = createKeysOf(scope)
  const waiters = createWaiters(asking, keysOf, times.pollMs)
  const signals = createSignals(scope, waiters.told)
  const other = createRedisLink({ ...base, name: 'other', limitMs: times.otherMs, onOpen: signals.open })
  const process = randomBytes(6).toString('base64url')
  let count = 0
  return {
    keysOf,
    asking,
    other,
    leases: createLeases(other, keysOf, times),
    waiters,
    signals,
    leaseMs: String(times.leaseMs),
    newToken: () => `${process}${(count++).toString(36)}`,
    pendingBytes: 0,
  }
}

async function admit({ gateway, cache, limit, window }: Admission, parts: Parts): Promise<Verdict> {
  const keys = parts.keysOf(gateway)
  const key = cache?.key ?? ''
  const lease = cache?.joins ? { gateway, key, token: parts.newToken() } : null
  // One that has a name is not dropped with its gateway: it expires.
  const name = window === undefined ? '' : `:${window}`
  try {
    const answer = await parts.asking.run(
      admitScript,
      [keys.answer + key, keys.lease + key, keys.window + name, keys.groups + name],
      [
        cache ? '1' : '0',
        lease?.token ?? '',
        parts.leaseMs,
        limit?.technique ?? '',
        String(limit?.requests ?? 0),
        String(Math.ceil(limit?.windowMs ?? 0)),
      ],
      {
        onLate(answer) {
          // Others would wait for a call that nobody makes.
          if (answer === 0 && lease) void settle(lease, null, parts)
        },
      },
    )
    return verdictOf(answer, lease, parts)
  } catch {
    // The log was told.
    return { type: 'away' }
  }
}

function verdictOf(answer: unknown, lease: Lease | null, { leases }: Parts): Verdict {
  if (answer === 0) {
    if (lease) leases.hold(lease)
    return { type: 'pass', lease }
  }
  if (answer === -1) return { type: 'busy' }
  if (typeof answer === 'number') return { type: 'limited', resetMs: Math.max(1, answer) }
  const stored = answer instanceof Buffer ? readStoredAnswer(answer) : null
  return stored ? { type: 'hit', answer: stored } : { type: 'away' }
}

async function settle(lease: Lease, kept: { answer: StoredAnswer; ttlMs: number } | null, parts: Parts): Promise<void> {
  parts.leases.release(lease)
  const bytes = kept && bytesToKeep(kept.answer, kept.ttlMs, parts)
  const length = bytes?.length ?? 0
  const keys = parts.keysOf(lease.gateway)
  const { key, token } = lease
  parts.pendingBytes += length
  try {
    await linkFor(length, parts).run(
      settleScript,
      [keys.answer + key, keys.lease + key, keys.answers, keys.gone],
      [
        token,
        bytes ? String(Math.ceil(kept?.ttlMs ?? 0)) : '',
        bytes ?? '',
        key,
        parts.signals.settledChannel,
        nameOf(lease.gateway, key),
      ],
      // Little to send, and others wait for it.
      { insists: bytes === null },
    )
  } catch {
    // The log was told. The lease runs out by itself.
  } finally {
    parts.pendingBytes -= length
  }
}

/** Null where an answer is not to be kept. */
function bytesToKeep(answer: StoredAnswer, ttlMs: number, parts: Parts): Buffer | null {
  const logBytes = answer.logBody?.length ?? 0
  if (ttlMs <= 0 || answer.body.length > mostBodyBytes || logBytes > mostBodyBytes) return null
  if (parts.asking.isAway() || parts.pendingBytes + answer.body.length + logBytes > mostPendingBytes) return null
  const bytes = writeStoredAnswer(answer, (length) => Buffer.allocUnsafeSlow(length))
  return linkFor(bytes.length, parts).isAway() ? null : bytes
}

/** A connection that is lost takes only what is its own with it. */
function linkFor(length: number, { asking, other }: Parts): RedisLink {
  return length > mostBytesBesideRequests ? other : asking
}
