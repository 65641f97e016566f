import type { Clock } from '../kernel/clock.ts'
import type { RateLimit } from './kv.ts'

/** Counts the requests of gateways in their windows, in this process. */
export interface Windows {
  /**
   * Counts a request and gives 0; or counts nothing and gives the milliseconds (at least 1) until one may pass again.
   * `name`: which of the gateway's windows; empty for its own.
   */
  take(gateway: number, name: string, limit: RateLimit): number
  forget(gateway: number): void
}

interface Window {
  technique: RateLimit['technique']
  windowMs: number
  take(requests: number): number
}

/**
 * Exact: no window ever holds more than its limit, also where the wall clock steps. A limit whose window or technique
 * was changed begins anew.
 */
export function createWindows(clock: Clock): Windows {
  const gateways = new Map<number, Map<string, Window>>()
  return {
    take(gateway, name, { requests, windowMs, technique }) {
      const windows = gateways.get(gateway) ?? new Map<string, Window>()
      let window = windows.get(name)
      if (window?.technique !== technique || window.windowMs !== windowMs) {
        window = technique === 'fixed' ? createFixedWindow(clock, windowMs) : createSlidingWindow(clock, windowMs)
        gateways.set(gateway, windows.set(name, window))
      }
      return window.take(requests)
    },
    forget: (gateway) => void gateways.delete(gateway),
  }
}

/** Windows begin at whole multiples of their length on the wall clock, and last that long on the monotonic one. */
function createFixedWindow(clock: Clock, windowMs: number): Window {
  let current = Number.NEGATIVE_INFINITY
  let startTick = Number.NEGATIVE_INFINITY
  let count = 0
  return {
    technique: 'fixed',
    windowMs,
    take(requests) {
      const nowMs = clock.nowMs()
      const tick = clock.tickMs()
      const index = Math.floor(nowMs / windowMs)
      // A clock that was put back would open a window again that is full already: then this one is stayed in to its end.
      if (index > current || (index < current && tick - startTick >= windowMs)) {
        current = index
        startTick = tick - (nowMs - index * windowMs)
        count = 0
      }
      if (count >= requests) return Math.max(1, startTick + windowMs - tick)
      count++
      return 0
    },
  }
}

/** How finely a window is divided: what is kept of it is bounded, whatever the limit. */
const mostGroups = 10_000

/**
 * Every request counts for `windowMs` from its arrival on. Those that arrive within a ten-thousandth of the window (a
 * millisecond at least) are one group and stop to count together, with the last of them: so a request may be refused
 * that much too early, and none passes too early.
 */
function createSlidingWindow(clock: Clock, windowMs: number): Window {
  const groupMs = Math.max(1, windowMs / mostGroups)
  /** Of each group: when it stops to count, and how many it is. */
  let endTicks: number[] = []
  let counts: number[] = []
  let first = 0
  let total = 0
  /** When the newest group began. */
  let openedTick = Number.NEGATIVE_INFINITY

  function expire(tick: number): void {
    for (let end = endTicks[first]; end !== undefined && end <= tick; end = endTicks[first]) {
      total -= counts[first] ?? 0
      first++
    }
    if (first < 64 || first * 2 < endTicks.length) return
    endTicks = endTicks.slice(first)
    counts = counts.slice(first)
    first = 0
  }

  return {
    technique: 'sliding',
    windowMs,
    take(requests) {
      const tick = clock.tickMs()
      expire(tick)
      if (total >= requests) return Math.max(1, (endTicks[first] ?? tick) - tick)
      const last = endTicks.length - 1
      if (last >= first && tick - openedTick < groupMs) {
        endTicks[last] = tick + windowMs
        counts[last] = (counts[last] ?? 0) + 1
      } else {
        endTicks.push(tick + windowMs)
        counts.push(1)
        openedTick = tick
      }
      total++
      return 0
    },
  }
}
