import type { Clock } from '../kernel/clock.ts'
import { createAnswerPages } from './answer-pages.ts'
import type { Kv } from './kv.ts'
import { readStoredAnswer, writeStoredAnswer } from './stored-answer-bytes.ts'
import { createWindows } from './windows.ts'

/**
 * Counters and cached answers in the memory of this process, which is the only one: nobody else ever leads, and signals
 * reach nobody. At most `maxBytes` of answers are kept; one above an eighth of it is not.
 */
export function createMemoryKv({ clock, maxBytes }: { clock: Clock; maxBytes: number }): Kv {
  const windows = createWindows(clock)
  /** Gateways that are gone: a number is never given again, and their last answers may still come. */
  const gone = new Set<number>()
  const answers = createAnswerPages({ clock, maxBytes })

  return {
    admit({ gateway, cache, limit, window = '', isOneOfMany }) {
      const bytes = cache && answers.get(cache.key)
      const answer = bytes && readStoredAnswer(bytes)
      if (answer) return { type: 'hit', answer }
      const take = isOneOfMany ? windows.takeOneOfMany : windows.take
      const resetMs = limit === null ? 0 : take(gateway, window, limit)
      if (resetMs > 0) return { type: 'limited', resetMs }
      return { type: 'pass', lease: cache?.joins ? { gateway, key: cache.key, token: '' } : null }
    },
    settle({ gateway, key }, kept) {
      if (kept === null || kept.ttlMs <= 0 || gone.has(gateway)) return
      const { answer, ttlMs } = kept
      writeStoredAnswer(answer, (length) => answers.reserve(key, length, { group: gateway, ttlMs }))
    },
    awaitAnswer: () => Promise.resolve(null),
    drop(gateway, what) {
      answers.deleteGroup(gateway)
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
