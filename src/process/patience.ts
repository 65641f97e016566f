/** How long the product waits for others, in milliseconds; shorter in tests. */
export interface Patience {
  connectMs: number
  /** For the head of a provider's answer. */
  headersMs: number
  /** For the next piece of a provider's answer. */
  answerIdleMs: number
  /** For the first content of an answer, while there is something else to try. */
  heldStartMs: number
  /** For a target that failed again and again, before it is tried again. */
  breakerOpenMs: number
  /** For the next piece of a client's body. */
  bodyIdleMs: number
  /** For a client to read what it was sent. */
  drainIdleMs: number
  /** For running requests at a stop. */
  stopMs: number
}

export const usualPatience: Patience = {
  connectMs: 10_000,
  headersMs: 15 * 60_000,
  answerIdleMs: 5 * 60_000,
  heldStartMs: 2000,
  breakerOpenMs: 15_000,
  bodyIdleMs: 60_000,
  drainIdleMs: 5 * 60_000,
  stopMs: 25_000,
}
