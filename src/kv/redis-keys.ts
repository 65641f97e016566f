/**
 * The names of what is in Redis. Those of one gateway share a hash tag, the number in braces, so that the keys of a
 * script are always on the same node.
 */
export interface GatewayKeys {
  /** Before the key of a cached answer. */
  answer: string
  /** Before the key of an answer that somebody is asking a provider for. */
  lease: string
  /** The keys of all cached answers, by the time at which they expire. */
  answers: string
  /** The state of the rate limit. */
  window: string
  /** Of a sliding window: the older groups of requests that still count. */
  groups: string
  /** There while answers to a gateway that is gone may still come. */
  gone: string
}

export type KeysOf = (gateway: number) => GatewayKeys

/** `scope`: the store that numbers the gateways, for another one numbers its own alike. */
export function createKeysOf(scope: string): KeysOf {
  return (gateway) => {
    const start = `tollgate:{${scope}:${gateway}}:`
    return {
      answer: `${start}answer:`,
      lease: `${start}lease:`,
      answers: `${start}answers`,
      window: `${start}window`,
      groups: `${start}groups`,
      gone: `${start}gone`,
    }
  }
}
