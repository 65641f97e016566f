import type { Clock } from '../kernel/clock.ts'
import type { RateLimit } from './kv.ts'

/** Counts the requests of gateways in their windows, in this process. */
export interface Windows {
  /**
   * Counts a request and gives 0; or counts nothing and gives the milliseconds (at least 1) until one may pass again.
   * `name`: which of the gateway's windows; empty for its own.
   */
  take(gateway: number, name: string, limit: RateLimit): number
  /** The same for windows that clients name: those that are over are forgotten, and of too many the oldest. */
  takeOneOfMany(gateway: number, name: string, limit: RateLimit): number
  forget(gateway: number): void
}

interface Window {
  technique: RateLimit['technique']
  windowMs: number
  take(requests: number): number
  /** Nothing is counted in it any more. */
  isOver(): boolean
}

/** The windows of one gateway. */
interface Group {
  windows: Map<string, Window>
  many: Map<string, Window>
  /** With so many of the latter they are looked through. */
  lookThroughAt: number
}

/** Of a gateway, of those that clients name. */
const mostWindows = 200_000
const fewWindows = 1000

/**
 * Exact: no window ever holds more than its limit, also where the wall clock steps. A limit whose window or technique
 * was changed begins anew.
 */
export function createWindows(clock: Clock): Windows {
  const groups = new Map<number, Group>()

  function groupOf(gateway: number): Group {
    const known = groups.get(gateway)
    if (known) return known
    const group = { windows: new Map(), many: new Map(), lookThroughAt: fewWindows }
    groups.set(gateway, group)
    return group
  }
  function takeIn(windows: Map<string, Window>, name: string, { requests, windowMs, technique }: RateLimit): number {
    let window = windows.get(name)
    if (window?.technique !== technique || window.windowMs !== windowMs) {
      window = technique === 'fixed' ? createFixedWindow(clock, windowMs) : createSlidingWindow(clock, windowMs)
      windows.set(name, window)
    }
    return window.take(requests)
  }

  return {
    take: (gateway, name, limit) => takeIn(groupOf(gateway).windows, name, limit),
    takeOneOfMany(gateway, name, limit) {
      const group = groupOf(gateway)
      if (group.many.size >= group.lookThroughAt) lookThrough(group)
      return takeIn(group.many, name, limit)
    },
    forget: (gateway) => void groups.delete(gateway),
  }
}

/** In a new map, and seldom: one in which entries come and go all the time is slow. */
function lookThrough(group: Group): void {
  const counting = [...group.many].filter(([, window]) => !window.isOver())
  const kept = counting.length < mostWindows ? counting : counting.slice(-mostWindows / 2)
  group.many = new Map(kept)
  group.lookThroughAt = Math.min(mostWindows, Math.max(fewWindows, kept.length * 2))
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
    isOver: () => clock.tickMs() - startTick >= windowMs,
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
    isOver() {
      expire(clock.tickMs())
      return total === 0
    },
  }
}
