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
  /** Images made or read, where the answer does not count them as tokens. */
  images?: number
  /** Web searches made by the provider for this answer. */
  searches?: number
  /** Output tokens of the sources that an answer cites, where they are priced apart; not part of `output`. */
  citations?: number
  /** What a reranking is billed by: a query with up to a hundred documents. */
  searchUnits?: number
  /** Characters that were spoken, as the provider bills them. */
  characters?: number
  /** Length of the audio that was heard or made, in milliseconds. */
  audioMs?: number
  /**
   * What the provider says that the call itself cost beside its tokens, in 1e-9 USD; it takes the place of the table's
   * price per request. Absent: not told.
   */
  requestFeeNanoUsd?: number
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
