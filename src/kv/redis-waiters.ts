import type { StoredAnswer } from './kv.ts'
import type { GatewayKeys, KeysOf } from './redis-keys.ts'
import type { RedisLink } from './redis-link.ts'
import { lookScript } from './redis-scripts.ts'
import { readStoredAnswer } from './stored-answer-bytes.ts'

/** Those who wait for an answer that another request is asking a provider for. */
export interface Waiters {
  /** Resolves with the answer, or with null where there will be none. Never rejects. */
  wait(gateway: number, key: string, signal: AbortSignal): Promise<StoredAnswer | null>
  /** Takes what a process tells at the end of a lease: `1` (kept) or `0`, and `nameOf` it. */
  told(message: string): void
  /** Nobody waits any longer. */
  close(): void
}

/** All who wait for one answer: Redis is asked once for all. */
interface Watch {
  answerKey: string
  leaseKey: string
  waiters: Set<(answer: StoredAnswer | null) => void>
  /** Of the lease at whose end they wait; null until it was seen. */
  token: string | null
  isLooking: boolean
  /** How often a look was asked for, which may be while one is under way. */
  asked: number
}

/** How a lease is called in what is told of it. */
export function nameOf(gateway: number, key: string): string {
  return `${gateway}:${key}`
}

/** What is told may be missed, and who would tell it may be killed: so all leases are looked at every `pollMs`. */
export function createWaiters(link: RedisLink, keysOf: KeysOf, pollMs: number): Waiters {
  const watches = new Map<string, Watch>()

  function end(name: string, watch: Watch, answer: StoredAnswer | null): void {
    if (watches.get(name) === watch) watches.delete(name)
    for (const resolve of watch.waiters) resolve(answer)
    watch.waiters.clear()
  }

  async function look(name: string, watch: Watch): Promise<void> {
    watch.asked++
    if (watch.isLooking) return
    watch.isLooking = true
    let answered: number
    do {
      answered = watch.asked
      const found = await lookOnce(link, watch)
      if (found.type === 'over') return end(name, watch, found.answer)
    } while (answered !== watch.asked && watches.get(name) === watch)
    watch.isLooking = false
  }

  const timer = setInterval(() => {
    for (const [name, watch] of watches) void look(name, watch)
  }, pollMs)

  return {
    wait(gateway, key, signal) {
      if (signal.aborted) return Promise.resolve(null)
      const name = nameOf(gateway, key)
      const watch = watches.get(name) ?? newWatch(keysOf(gateway), key)
      return new Promise((resolve) => {
        const waiter = (answer: StoredAnswer | null): void => {
          signal.removeEventListener('abort', leave)
          resolve(answer)
        }
        const leave = (): void => {
          watch.waiters.delete(waiter)
          if (watch.waiters.size === 0 && watches.get(name) === watch) watches.delete(name)
          waiter(null)
        }
        signal.addEventListener('abort', leave)
        watch.waiters.add(waiter)
        if (watches.has(name)) return
        watches.set(name, watch)
        // It may have been settled just now, before anybody here listened.
        void look(name, watch)
      })
    },
    told(message) {
      const name = message.slice(1)
      const watch = watches.get(name)
      if (!watch) return
      if (message.startsWith('1')) void look(name, watch)
      else end(name, watch, null)
    },
    close() {
      clearInterval(timer)
      for (const [name, watch] of watches) end(name, watch, null)
    },
  }
}

function newWatch(keys: GatewayKeys, key: string): Watch {
  return {
    answerKey: keys.answer + key,
    leaseKey: keys.lease + key,
    waiters: new Set(),
    token: null,
    isLooking: false,
    asked: 0,
  }
}

type Found = { type: 'over'; answer: StoredAnswer | null } | { type: 'wait' }

async function lookOnce(link: RedisLink, watch: Watch): Promise<Found> {
  try {
    const found = await link.run(lookScript, [watch.answerKey, watch.leaseKey], [])
    if (Array.isArray(found)) {
      const bytes: unknown = found[0]
      return { type: 'over', answer: bytes instanceof Buffer ? readStoredAnswer(bytes) : null }
    }
    if (!(found instanceof Buffer)) return { type: 'over', answer: null }
    const token = found.toString()
    watch.token ??= token
    // Another one leads by now: the one that was waited for came to nothing.
    return token === watch.token ? { type: 'wait' } : { type: 'over', answer: null }
  } catch {
    // The log was told. Without Redis everybody goes their own way.
    return { type: 'over', answer: null }
  }
}
