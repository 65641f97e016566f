/**
 * What lives between requests and may be lost: counters, cached answers, leases of calls that are under way, signals between
 * processes. This is the port; engines: memory (one process) and Redis (many). Every engine passes
 * `test/kv/conformance.ts`. The durable truth is elsewhere (`store/`, `journal/`).
 */
export interface Kv {
  /** The one question of a request that is cached or limited. Memory answers at once, Redis with one round trip. */
  admit(ask: Admission): Verdict | Promise<Verdict>
  /**
   * Ends the lease of a `pass` and wakes who waits for it: with the answer, which is then kept for `ttlMs`, or with
   * null, where there is none to keep. Never rejects.
   */
  settle(lease: Lease, kept: { answer: StoredAnswer; ttlMs: number } | null): void | Promise<void>
  /** After `busy`: resolves when the leader in another process settled, with null where it failed or disappeared. */
  awaitAnswer(gateway: number, key: string, signal: AbortSignal): Promise<StoredAnswer | null>
  /**
   * Drops all cached answers of a gateway. `everything`, for a gateway that is gone: its counters too, and nothing is
   * kept for its number any more. Resolves when they are gone; rejects where the engine cannot be reached.
   */
  drop(gateway: number, what: 'answers' | 'everything'): Promise<void>
  /** Tells the other processes; they may miss it. */
  publish(message: string): Promise<void>
  /** Called with what other processes publish; what is published while the engine is away is missed. At most one subscriber. */
  subscribe(receive: (message: string) => void): Promise<void>
  /** Rejects with the reason where the engine cannot be reached. */
  ping(): Promise<void>
  close(): Promise<void>
}

export interface Admission {
  /** The gateway's internal number. */
  gateway: number
  cache: {
    /** Scoped to the gateway's number already; 1-100 characters. */
    key: string
    /** False: the caller waited in vain for another's answer and goes its own way, with no lease. */
    joins: boolean
  } | null
  limit: RateLimit | null
  /** Which of the gateway's windows the limit counts in, 1-100 characters; absent: that of the gateway itself. */
  window?: string
  /** The window is one of those that clients name: there may be very many, and then the oldest give way. */
  isOneOfMany?: true
}

export interface RateLimit {
  /** Requests per window, at least 1. */
  requests: number
  windowMs: number
  /** `fixed`: windows aligned to the clock. `sliding`: no stretch of `windowMs` ever holds more than `requests`. */
  technique: 'fixed' | 'sliding'
}

export type Verdict =
  /** Costs nothing and counted for no limit. */
  | { type: 'hit'; answer: StoredAnswer }
  /** Another process is asking the provider the same: `awaitAnswer`. Nothing was counted. */
  | { type: 'busy' }
  /** Counted. The caller leads where there is a lease, and must `settle` it. */
  | { type: 'pass'; lease: Lease | null }
  /** The window is full. `resetMs`: until a request may pass again, at least 1. */
  | { type: 'limited'; resetMs: number }
  /** The engine cannot be reached: nothing was counted, nothing is known. */
  | { type: 'away' }

export interface Lease {
  gateway: number
  key: string
  /** Tells this lease from a later one of the same key. */
  token: string
}

/** A complete answer as it is replayed. */
export interface StoredAnswer {
  storedMs: number
  status: number
  /** As the client gets them, names and values in turn, without those that name one request. */
  headers: readonly string[]
  /** As it went to the client, in the content encoding that the headers name. */
  body: Buffer
  /** What the log keeps of it; null: the body itself. */
  logBody: Buffer | null
  isLogTruncated: boolean
  /** The model that answered. */
  model: string | null
  /** What a hit saves; null where it is not known. */
  tokensIn: number | null
  tokensOut: number | null
  costNanoUsd: number | null
}
