import type { StoredAnswer } from '../kv/kv.ts'
import { GatewayError } from '../kernel/errors.ts'
import { headerOf } from './answer-headers.ts'
import { ClientLeft } from './exchange.ts'
import type { AnswerReceiver, UpstreamAnswer, UpstreamCall } from './upstream.ts'

/** One waiter's part of a call that several may share. It reads the answer at its own pace. */
export interface SharedCall extends UpstreamCall {
  /** Whether this one's row carries the usage and the cost: one waiter's does, the others were served by its call. */
  pays(): boolean
  /** The answer was complete and good: `keep` makes what is stored of it from all its bytes. The first one counts. */
  judged(keep: (body: Buffer) => StoredAnswer): void
}

/** Calls to providers that identical requests share, by cache key. */
export interface Flights {
  /** A waiter for the answer to a call that is under way; null where there is none. */
  join(key: string): SharedCall | null
  /** Shares a call. `settle` is called exactly once, with what is to be kept of its answer, or null. */
  lead(key: string, call: UpstreamCall, settle: (answer: StoredAnswer | null) => void): SharedCall
}

/** The call that was shared came to nothing before this waiter had anything of it: it may go its own way. */
export class LeaderFailed extends Error {
  override readonly name = 'LeaderFailed'
}

/** What is kept of one answer for the cache; a longer one is not cached. */
const mostAnswerBytes = 8 << 20
/** How far a waiter may lag behind an answer that is not kept, before it is given up. */
const mostLagBytes = 1 << 20

interface Flight {
  call: UpstreamCall
  head: UpstreamAnswer | null
  isStream: boolean
  chunks: Buffer[]
  /** How many chunks were let go at the front of `chunks`, because everybody had them. */
  dropped: number
  bytes: number
  /** Whether all its bytes are still here. */
  isWhole: boolean
  isEnded: boolean
  failure: GatewayError | null
  waiters: Set<Waiter>
  keep: ((body: Buffer) => StoredAnswer) | null
  /** Whose row has the usage and the cost, once it is written. */
  paidBy: Waiter | null
  /** Null once it was called. */
  settle: ((answer: StoredAnswer | null) => void) | null
}

interface Waiter {
  answer: PromiseWithResolvers<UpstreamAnswer>
  isServed: boolean
  receiver: AnswerReceiver | null
  isPaused: boolean
  /** The next chunk it gets, counted from the answer's first. */
  next: number
  isDone: boolean
}

/** What the calls of this process have in common. */
interface AllFlights {
  flights: Map<string, Flight>
  /** Held for the cache by all of them together. */
  heldBytes: number
  budgetBytes: number
}

/** `budgetBytes` bounds what all calls together hold for the cache. */
export function createFlights(budgetBytes: number): Flights {
  const all: AllFlights = { flights: new Map(), heldBytes: 0, budgetBytes }
  return {
    join(key) {
      const flight = all.flights.get(key)
      return flight ? join(all, key, flight) : null
    },
    lead: (key, call, settle) => join(all, key, start(all, key, call, settle)),
  }
}

function start(all: AllFlights, key: string, call: UpstreamCall, settle: Flight['settle']): Flight {
  const flight: Flight = {
    call,
    head: null,
    isStream: false,
    chunks: [],
    dropped: 0,
    bytes: 0,
    isWhole: true,
    isEnded: false,
    failure: null,
    waiters: new Set(),
    keep: null,
    paidBy: null,
    settle,
  }
  all.flights.set(key, flight)
  call.answer.then(
    (head) => begin(all, key, flight, head),
    (error: unknown) => failBeforeHead(all, key, flight, error),
  )
  return flight
}

function begin(all: AllFlights, key: string, flight: Flight, head: UpstreamAnswer): void {
  flight.head = head
  flight.isStream = headerOf(head.headers, 'content-type')?.startsWith('text/event-stream') === true
  const isGood = head.status >= 200 && head.status < 300
  const isEncodedStream = flight.isStream && headerOf(head.headers, 'content-encoding') !== null
  if (!isGood || isEncodedStream) {
    flight.isWhole = false
    land(all, key, flight)
    turnAway(flight)
  }
  head.deliver({
    chunk: (bytes) => take(all, key, flight, bytes),
    end() {
      flight.isEnded = true
      finish(all, key, flight)
      serveAll(flight)
    },
    failed(error) {
      flight.failure = error
      land(all, key, flight)
      turnAway(flight)
      serveAll(flight)
    },
  })
  const leader = payer(flight)
  if (leader) serve(flight, leader)
}

function failBeforeHead(all: AllFlights, key: string, flight: Flight, error: unknown): void {
  land(all, key, flight)
  const leader = payer(flight)
  leader?.answer.reject(error instanceof Error ? error : new LeaderFailed('the call failed'))
  turnAway(flight)
}

function take(all: AllFlights, key: string, flight: Flight, bytes: Buffer): void {
  flight.chunks.push(bytes)
  if (flight.isWhole) {
    flight.bytes += bytes.length
    all.heldBytes += bytes.length
    if (flight.bytes > mostAnswerBytes || all.heldBytes > all.budgetBytes) giveUpWhole(all, key, flight)
  }
  if (flight.isStream) for (const waiter of flight.waiters) if (!waiter.isServed) serve(flight, waiter)
  for (const waiter of flight.waiters) feed(flight, waiter)
  if (!flight.isWhole) letGo(flight)
}

/** From here on nobody can join, and only what somebody still has to read is held. */
function giveUpWhole(all: AllFlights, key: string, flight: Flight): void {
  flight.isWhole = false
  land(all, key, flight)
  // Nobody waits for the end of an answer that is not held to the end.
  turnAway(flight)
}

/** No more waiters, and nothing to keep. */
function land(all: AllFlights, key: string, flight: Flight): void {
  if (all.flights.get(key) === flight) all.flights.delete(key)
  all.heldBytes -= flight.bytes
  flight.bytes = 0
  flight.settle?.(null)
  flight.settle = null
}

/** Keeps the answer once it has ended and somebody found it good. */
function finish(all: AllFlights, key: string, flight: Flight): void {
  if (!flight.keep || !flight.settle || !flight.isWhole) return
  const settle = flight.settle
  flight.settle = null
  settle(flight.keep(Buffer.concat(flight.chunks)))
  land(all, key, flight)
}

function join(all: AllFlights, key: string, flight: Flight): SharedCall {
  const waiter: Waiter = {
    answer: Promise.withResolvers<UpstreamAnswer>(),
    isServed: false,
    receiver: null,
    isPaused: false,
    next: 0,
    isDone: false,
  }
  flight.waiters.add(waiter)
  const isReady = flight.isEnded || (flight.isStream && flight.chunks.length > 0)
  if (flight.head && isReady) serve(flight, waiter)
  return {
    answer: waiter.answer.promise,
    leave: () => waiter.answer.reject(new ClientLeft('the client left before the provider answered')),
    abort() {
      const wasPayer = payer(flight) === waiter
      if (!flight.waiters.delete(waiter)) return
      if (flight.waiters.size === 0) {
        // A stream whose client has all it wants may be given up before its connection ends.
        finish(all, key, flight)
        land(all, key, flight)
        flight.call.abort()
      } else if (wasPayer) promote(flight)
    },
    pays: () => (flight.paidBy ?? payer(flight)) === waiter,
    judged(keep) {
      flight.keep ??= keep
      if (payer(flight) === waiter) flight.paidBy ??= waiter
      if (flight.isEnded) finish(all, key, flight)
    },
  }
}

/** The one that has waited longest. */
function payer(flight: Flight): Waiter | undefined {
  return flight.waiters.values().next().value
}

/** The payer left: the next one has the answer as it comes, and sets its pace. */
function promote(flight: Flight): void {
  const next = payer(flight)
  if (!next) return
  if (!next.isServed) serve(flight, next)
  if (!next.isPaused) flight.head?.resume()
}

/** Who was not served anything yet goes its own way; the payer has the failure for itself. */
function turnAway(flight: Flight): void {
  const leader = payer(flight)
  for (const waiter of flight.waiters) {
    if (waiter === leader || waiter.isServed) continue
    flight.waiters.delete(waiter)
    waiter.answer.reject(new LeaderFailed('the shared call came to nothing'))
  }
}

function serveAll(flight: Flight): void {
  for (const waiter of flight.waiters) {
    if (!waiter.isServed) serve(flight, waiter)
    feed(flight, waiter)
  }
}

function serve(flight: Flight, waiter: Waiter): void {
  const { head } = flight
  if (!head) return
  waiter.isServed = true
  waiter.answer.resolve({
    status: head.status,
    headers: head.headers,
    isEnded: () => flight.isEnded,
    deliver(receiver) {
      waiter.receiver = receiver
      feed(flight, waiter)
    },
    pause() {
      waiter.isPaused = true
      if (payer(flight) === waiter) head.pause()
    },
    resume() {
      waiter.isPaused = false
      if (payer(flight) === waiter) head.resume()
      feed(flight, waiter)
    },
  })
}

/** Gives a waiter what it has not had yet, until it asks to wait. */
function feed(flight: Flight, waiter: Waiter): void {
  const { receiver } = waiter
  if (!receiver || waiter.isDone) return
  while (!waiter.isPaused) {
    const chunk = flight.chunks[waiter.next - flight.dropped]
    if (!chunk) break
    waiter.next++
    receiver.chunk(chunk)
  }
  if (waiter.next < flight.dropped + flight.chunks.length) return
  if (!flight.isEnded && !flight.failure) return
  waiter.isDone = true
  if (flight.failure) receiver.failed(flight.failure)
  else receiver.end()
}

/** Lets go what everybody has; who lags too far behind is cut off, so that it holds up nobody. */
function letGo(flight: Flight): void {
  const leader = payer(flight)
  let oldest = flight.dropped + flight.chunks.length
  for (const waiter of flight.waiters) {
    if (waiter !== leader && lagBytes(flight, waiter) > mostLagBytes) detach(flight, waiter)
    else oldest = Math.min(oldest, waiter.next)
  }
  flight.chunks.splice(0, oldest - flight.dropped)
  flight.dropped = oldest
}

function lagBytes(flight: Flight, waiter: Waiter): number {
  let lag = 0
  for (let at = waiter.next - flight.dropped; at < flight.chunks.length; at++) lag += flight.chunks[at]?.length ?? 0
  return lag
}

function detach(flight: Flight, waiter: Waiter): void {
  flight.waiters.delete(waiter)
  waiter.isDone = true
  const error = new GatewayError('upstream_failed', 'The client read a shared answer too slowly and was cut off.')
  if (waiter.receiver) waiter.receiver.failed(error)
  else waiter.answer.reject(error)
}
