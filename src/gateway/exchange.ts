import type { Caller } from '../contract/permissions.ts'

/** One request as it came in, whatever it came in by. The pipeline reads it and answers into a `Sink`. */
export interface Exchange {
  method: string
  /** Path and query as they came, undecoded. */
  url: string
  /** Names and values in turn, as they came. */
  rawHeaders: readonly string[]
  body: BodySource
  /** Who makes it, where it comes from within Tollgate and shows no credential. */
  caller?: Caller
}

export interface BodySource {
  /** As told by the client; null if it told none. */
  lengthBytes: number | null
  /**
   * Reads until the end or until more than `limitBytes` have come. Rejects with `client_left` semantics (a
   * `ClientLeft`) where the client leaves, and with `client_too_slow` where it stays silent.
   */
  read(limitBytes: number): Promise<{ bytes: Buffer; isWhole: boolean }>
  /** What follows after `read` gave `isWhole: false`. Errors as `read`; `body_too_large` past `maxBytes` in total. */
  rest(maxBytes: number): AsyncIterable<Buffer>
}

/** Where the answer goes. `head` first, then `write` any number of times, then `end` or `cut`, once. */
export interface Sink {
  /** `headers`: names and values in turn. */
  head(status: number, headers: string[]): void
  /** Sends the head now; without it, the head goes out with the first `write`, or with `end`. */
  flush(): void
  /** False: wait for `onDrain` before more. */
  write(chunk: Buffer): boolean
  onDrain(callback: () => void): void
  end(chunk?: Buffer): void
  /** Ends in a way the client can tell from a complete answer. */
  cut(): void
  /** Called once when the client leaves before `end` was handed to the system. At most one callback is kept. */
  onLeave(callback: () => void): void
}

/** The client went away before its request was read or its answer was finished. */
export class ClientLeft extends Error {
  override readonly name = 'ClientLeft'
}
