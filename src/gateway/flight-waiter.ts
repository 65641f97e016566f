import type { AnswerFacts } from '../formats/format.ts'
import type { GatewayError } from '../kernel/errors.ts'
import type { StoredAnswer } from '../kv/kv.ts'
import { ClientLeft } from './exchange.ts'
import type { HeldBytes } from './held-bytes.ts'
import type { AnswerReceiver, UpstreamAnswer, UpstreamCall } from './upstream.ts'

/** One waiter's part of a call that several may share. It reads the answer at its own pace. */
export interface SharedCall extends UpstreamCall {
  /** Whether another request made the call, and this one only waits for what comes of it. */
  isFollower: boolean
  /**
   * Called once, when this waiter's answer has ended. `keep` makes what is stored of a complete good answer from all
   * its bytes; null where it was none. `paid`: the row of this request carries what the call used and cost; of all that
   * share it, one does. `free`: another one's does.
   */
  conclude(isLeft: boolean, keep: ((body: Buffer) => StoredAnswer) | null): 'paid' | 'free'
}

/** An answer that several read, each at its own pace. */
export interface SharedAnswer {
  held: HeldBytes
  isEnded: boolean
  failure: GatewayError | null
  /** A waiter asks to wait, or for more. */
  pace(): void
  conclude(isLeft: boolean, keep: ((body: Buffer) => StoredAnswer) | null): 'paid' | 'free'
  leave(waiter: Waiter): void
}

/**
 * One of those that wait for the answer to a shared call, and how far it has read: to its request it is that call, and,
 * once it is served, the answer (which therefore must not be spread). A class, for there is one for every request that may be
 * cached: as objects of closures these took four times the memory.
 */
export class Waiter implements SharedCall, UpstreamAnswer {
  readonly shared: SharedAnswer
  readonly isFollower: boolean
  /** What its client can read, as `accept-encoding` says. Whoever made the call can read all that comes: it was asked for so. */
  readonly acceptEncoding: string | null
  readonly served = Promise.withResolvers<UpstreamAnswer>()
  status = 0
  headers: UpstreamAnswer['headers'] = {}
  readFacts?: () => AnswerFacts
  /** Whether it has the answer's head. */
  isServed = false
  receiver: AnswerReceiver | null = null
  isPaused = false
  /** How many of the answer's bytes it has. */
  offset = 0
  /** Whether it was told how the answer ended. */
  isDone = false
  /** Whether its row is written. */
  isConcluded = false

  constructor(shared: SharedAnswer, isFollower: boolean, acceptEncoding: string | null) {
    this.shared = shared
    this.isFollower = isFollower
    this.acceptEncoding = acceptEncoding
  }

  get answer(): Promise<UpstreamAnswer> {
    return this.served.promise
  }

  leave = (): void => this.turnDown(new ClientLeft('the client left before the provider answered'))
  abort = (): void => this.shared.leave(this)

  conclude(isLeft: boolean, keep: ((body: Buffer) => StoredAnswer) | null): 'paid' | 'free' {
    this.isConcluded = true
    return this.shared.conclude(isLeft, keep)
  }

  isEnded(): boolean {
    return this.shared.isEnded
  }

  deliver(receiver: AnswerReceiver): void {
    this.receiver = receiver
    this.feed()
  }

  pause(): void {
    this.isPaused = true
    this.shared.pace()
  }

  resume(): void {
    this.isPaused = false
    this.shared.pace()
    this.feed()
  }

  /** Ends the wait of one that has nothing yet. */
  turnDown(error: Error): void {
    // It may have left before: then nobody awaits this any more.
    this.served.promise.catch(() => {})
    this.served.reject(error)
  }

  /** Gives it the head of the answer. */
  serve(head: UpstreamAnswer): void {
    this.status = head.status
    this.headers = head.headers
    if (head.readFacts) this.readFacts = head.readFacts
    this.isServed = true
    this.served.resolve(this)
  }

  /** Gives it what it has not had yet, until it asks to wait. */
  feed(): void {
    const { shared, receiver } = this
    if (!receiver || this.isDone) return
    while (!this.isPaused) {
      const bytes = shared.held.from(this.offset)
      if (!bytes) break
      this.offset += bytes.length
      receiver.chunk(bytes)
    }
    if (this.offset < shared.held.end()) return
    if (!shared.isEnded && !shared.failure) return
    this.isDone = true
    if (shared.failure) receiver.failed(shared.failure)
    else receiver.end()
  }

  /** Gives it a piece of the answer that was just held; one that is behind gets all that it has not had. */
  pass(bytes: Buffer): void {
    const isNext = this.offset + bytes.length === this.shared.held.end()
    if (!isNext || this.isPaused || !this.receiver) return this.feed()
    this.offset += bytes.length
    this.receiver.chunk(bytes)
  }

  /** Tells it that it gets nothing more. */
  detach(error: GatewayError): void {
    this.isDone = true
    if (this.receiver) this.receiver.failed(error)
    else this.turnDown(error)
  }
}
