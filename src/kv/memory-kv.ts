import { LRUCache } from 'lru-cache'
import type { Clock } from '../kernel/clock.ts'
import type { Kv, StoredAnswer } from './kv.ts'
import { createWindows } from './windows.ts'

interface Entry {
  gateway: number
  answer: StoredAnswer
}

/** What an entry takes beside its bodies and headers, roughly. */
const entryBytes = 512

/**
 * Counters and cached answers in the memory of this process, which is the only one: nobody else ever leads, and signals
 * reach nobody. At most `maxBytes` of answers are kept, the longest unused go first; one above an eighth of it is not kept.
 */
export function createMemoryKv({ clock, maxBytes }: { clock: Clock; maxBytes: number }): Kv {
  const windows = createWindows(clock)
  const keysOf = new Map<number, Set<string>>()
  /** Gateways that are gone: a number is never given again, and their last answers may still come. */
  const gone = new Set<number>()
  const answers = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    maxEntrySize: Math.max(1, Math.floor(maxBytes / 8)),
    sizeCalculation: ({ answer }) => sizeOf(answer),
    perf: { now: () => clock.tickMs() },
    ttlResolution: 0,
    dispose: ({ gateway }, key) => void keysOf.get(gateway)?.delete(key),
  })

  return {
    admit({ gateway, cache, limit }) {
      const known = cache && answers.get(cache.key)
      if (known) return { type: 'hit', answer: known.answer }
      const resetMs = limit === null ? 0 : windows.take(gateway, limit)
      if (resetMs > 0) return { type: 'limited', resetMs }
      return { type: 'pass', lease: cache?.joins ? { gateway, key: cache.key, token: '' } : null }
    },
    settle({ gateway, key }, kept) {
      if (kept === null || kept.ttlMs <= 0 || gone.has(gateway)) return
      answers.set(key, { gateway, answer: withOwnBytes(kept.answer) }, { ttl: kept.ttlMs })
      if (!answers.has(key)) return
      const keys = keysOf.get(gateway)
      if (keys) keys.add(key)
      else keysOf.set(gateway, new Set([key]))
    },
    awaitAnswer: () => Promise.resolve(null),
    drop(gateway, what) {
      for (const key of keysOf.get(gateway) ?? []) answers.delete(key)
      keysOf.delete(gateway)
      if (what === 'everything') {
        gone.add(gateway)
        windows.forget(gateway)
      }
      return Promise.resolve()
    },
    publish: () => Promise.resolve(),
    subscribe: () => Promise.resolve(),
    ping: () => Promise.resolve(),
    close() {
      answers.clear()
      return Promise.resolve()
    },
  }
}

function sizeOf({ body, logBody, headers }: StoredAnswer): number {
  let headerBytes = 0
  for (const text of headers) headerBytes += text.length
  return entryBytes + headerBytes + body.length + (logBody?.length ?? 0)
}

function withOwnBytes(answer: StoredAnswer): StoredAnswer {
  return { ...answer, body: ownBytes(answer.body), logBody: answer.logBody && ownBytes(answer.logBody) }
}

/** A short piece of a long read would keep all of it in memory, uncounted. */
function ownBytes(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength <= bytes.length + 1024) return bytes
  const own = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(own)
  return own
}
