import type { GatewayError } from '../kernel/errors.ts'
import type { HeldBytes } from './held-bytes.ts'
import type { AnswerReceiver, UpstreamAnswer } from './upstream.ts'

/** An answer that several read, each at its own pace. */
export interface SharedBytes {
  head: UpstreamAnswer | null
  held: HeldBytes
  isEnded: boolean
  failure: GatewayError | null
}

/** Whether a client can read an answer in that content encoding. */
export type AcceptsEncoding = (encoding: string) => boolean

/** One of those that wait for the answer to a shared call, and how far it has read. */
export interface Waiter {
  answer: PromiseWithResolvers<UpstreamAnswer>
  /** Null for the one that made the call: it was asked for as that one can read it. */
  acceptsEncoding: AcceptsEncoding | null
  /** Whether it has the answer's head. */
  isServed: boolean
  receiver: AnswerReceiver | null
  isPaused: boolean
  /** How many of the answer's bytes it has. */
  offset: number
  /** Whether it was told how the answer ended. */
  isDone: boolean
  /** Whether its row is written. */
  isConcluded: boolean
}

export function createWaiter(acceptsEncoding: AcceptsEncoding | null): Waiter {
  return {
    answer: Promise.withResolvers<UpstreamAnswer>(),
    acceptsEncoding,
    isServed: false,
    receiver: null,
    isPaused: false,
    offset: 0,
    isDone: false,
    isConcluded: false,
  }
}

/** Ends the wait of one that has nothing yet. */
export function turnDown(waiter: Waiter, error: Error): void {
  // It may have left before: then nobody awaits this any more.
  waiter.answer.promise.catch(() => {})
  waiter.answer.reject(error)
}

/** Gives a waiter the head of the answer, if there is one; `onPace` is called where it asks to wait, or for more. */
export function serve(shared: SharedBytes, waiter: Waiter, onPace: () => void): void {
  const { head } = shared
  if (!head) return
  waiter.isServed = true
  waiter.answer.resolve({
    status: head.status,
    headers: head.headers,
    isEnded: () => shared.isEnded,
    ...(head.readFacts && { readFacts: head.readFacts }),
    deliver(receiver) {
      waiter.receiver = receiver
      feed(shared, waiter)
    },
    pause() {
      waiter.isPaused = true
      onPace()
    },
    resume() {
      waiter.isPaused = false
      onPace()
      feed(shared, waiter)
    },
  })
}

/** Gives a waiter what it has not had yet, until it asks to wait. */
export function feed(shared: SharedBytes, waiter: Waiter): void {
  const { receiver } = waiter
  if (!receiver || waiter.isDone) return
  while (!waiter.isPaused) {
    const bytes = shared.held.from(waiter.offset)
    if (!bytes) break
    waiter.offset += bytes.length
    receiver.chunk(bytes)
  }
  if (waiter.offset < shared.held.end()) return
  if (!shared.isEnded && !shared.failure) return
  waiter.isDone = true
  if (shared.failure) receiver.failed(shared.failure)
  else receiver.end()
}

/** Gives a waiter a piece of the answer that was just held; one that is behind gets all that it has not had. */
export function pass(shared: SharedBytes, waiter: Waiter, bytes: Buffer): void {
  const isNext = waiter.offset + bytes.length === shared.held.end()
  if (!isNext || waiter.isPaused || !waiter.receiver) return feed(shared, waiter)
  waiter.offset += bytes.length
  waiter.receiver.chunk(bytes)
}

/** Tells a waiter that it gets nothing more. */
export function detach(waiter: Waiter, error: GatewayError): void {
  waiter.isDone = true
  if (waiter.receiver) waiter.receiver.failed(error)
  else turnDown(waiter, error)
}
