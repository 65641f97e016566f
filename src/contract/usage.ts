/**
 * What one answer used: the one canonical record into which every wire format's usage is read.
 *
 * The input members are disjoint (a token is counted in exactly one of them), so that cost is a plain sum.
 * `reasoning` is part of `output`, not beside it. A member that is absent is 0. All are whole numbers.
 */
export interface Usage {
  /** Input tokens that were neither read from nor written to a cache; text unless counted below. */
  input?: number
  /** Input tokens read from the provider's prompt cache. */
  cacheRead?: number
  /** Input tokens of audio read from the provider's prompt cache, where the answer counts them apart. */
  cacheReadAudio?: number
  /** Input tokens written to the provider's prompt cache, kept 5 minutes (or for a time not told). */
  cacheWrite5m?: number
  /** Input tokens written to the provider's prompt cache, kept 1 hour. */
  cacheWrite1h?: number
  /** Input tokens of audio that were not read from a cache. */
  inputAudio?: number
  /** Input tokens of images, where the answer counts them apart; else they are in `input`. */
  inputImage?: number
  /** Output tokens, reasoning included, audio and images not. */
  output?: number
  /** Of `output`: tokens spent on reasoning. Priced as output, save by the few models that price it apart. */
  reasoning?: number
  outputAudio?: number
  /** Output tokens of images, where the answer counts them apart. */
  outputImage?: number
  /** Images made, where the answer does not count them as tokens. */
  images?: number
  /** Web searches made by the provider for this answer. */
  searches?: number
}

/** All input tokens, as shown in a log row's `tokens_in`. */
export function tokensIn(usage: Usage): number {
  return (
    (usage.input ?? 0) +
    (usage.cacheRead ?? 0) +
    (usage.cacheReadAudio ?? 0) +
    (usage.cacheWrite5m ?? 0) +
    (usage.cacheWrite1h ?? 0) +
    (usage.inputAudio ?? 0) +
    (usage.inputImage ?? 0)
  )
}

/** All output tokens, as shown in a log row's `tokens_out`. */
export function tokensOut(usage: Usage): number {
  return (usage.output ?? 0) + (usage.outputAudio ?? 0) + (usage.outputImage ?? 0)
}
