/** The one clock: UTC milliseconds for what is stored, monotonic milliseconds for what is measured. */
export interface Clock {
  /** Wall time, UTC milliseconds since 1970. May step. */
  nowMs(): number
  /** Monotonic milliseconds with fractions; only differences mean something. */
  tickMs(): number
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  tickMs: () => performance.now(),
}
