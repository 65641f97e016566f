import type { Clock } from '../../src/kernel/clock.ts'

/** A clock that stands until it is moved. Its wall time may step alone, as it does when an operator sets it. */
export interface MovedClock extends Clock {
  move(ms: number): void
  step(ms: number): void
}

export function createMovedClock(startMs: number): MovedClock {
  let wallMs = startMs
  let tickMs = 0.25
  return {
    nowMs: () => wallMs,
    tickMs: () => tickMs,
    move(ms) {
      wallMs += ms
      tickMs += ms
    },
    step(ms) {
      wallMs += ms
    },
  }
}
