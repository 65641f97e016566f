import { framingOf } from '../formats/framing.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { StoredAnswer } from '../kv/kv.ts'
import { headerOf } from './answer-headers.ts'
import { ClientLeft } from './exchange.ts'
import {
  type AcceptsEncoding,
  createWaiter,
  detach,
  feed,
  pass,
  serve,
  type SharedBytes,
  turnDown,
  type Waiter,
} from './flight-waiter.ts'
import { createHeldBytes } from './held-bytes.ts'
import type { UpstreamAnswer, UpstreamCall } from './upstream.ts'

/** One waiter's part of a call that several may share. It reads the answer at its own pace. */
export interface SharedCall extends UpstreamCall {
  /** Whether another request made the call, and this one only waits for what comes of it. */
  isFollower: boolean
  /**
   * Called once, when this waiter's answer has ended. `keep` makes what is stored of a complete good answer from all
   * its bytes; null where it was none. `paid`: the row of this request carries what the call used and cost; of all that
   * share it, one does. `free`: another one's does.
   */
  conclude(ending: { isLeft: boolean; keep: ((body: Buffer) => StoredAnswer) | null }): 'paid' | 'free'
}

/** Calls to providers that identical requests share, by cache key. */
export interface Flights {
  /** A waiter for the answer to a call that is under way; null where there is none. */
  join(key: string, acceptsEncoding: AcceptsEncoding): SharedCall | null
  /** Shares a call. `settle` is called exactly once, with what is to be kept of its answer, or null. */
  lead(key: string, call: UpstreamCall, settle: (answer: StoredAnswer | null) => void): SharedCall
}

/** The call that was shared came to nothing before this waiter had anything of it: it goes its own way. */
export class LeaderFailed extends Error {
  override readonly name = 'LeaderFailed'
}

/** What is kept of one answer for the cache; a longer one is not cached. */
const mostAnswerBytes = 8 << 20
/** How far a waiter may lag behind an answer that is not held whole, before it is given up. */
const mostLagBytes = 1 << 20

/** One call and all that wait for its answer, in the order in which they came. */
interface Flight extends SharedBytes {
  key: string
  call: UpstreamCall
  isStream: boolean
  /** Held of an answer that is whole. */
  bytes: number
  /** Whether all its bytes so far are here. Then everybody reads at their own pace; else the first waiter sets the pace. */
  isWhole: boolean
  isPaused: boolean
  waiters: Set<Waiter>
  /** Whether a row has what the call used and cost. */
  isPaid: boolean
  keep: ((body: Buffer) => StoredAnswer) | null
  /** Null once it was called. */
  settle: ((answer: StoredAnswer | null) => void) | null
}

/** What the calls of this process have in common. */
interface AllFlights {
  /**
   * Those that can still be joined. Not a Map: V8 links each table that a Map outgrew to the next one, and a dead table
   * that is old keeps alive what was in it, 13 KB a request, until the next full collection.
   */
  open: Record<string, Flight>
  /** Held for the cache by all of them together. */
  heldBytes: number
  budgetBytes: number
}

/** `budgetBytes` bounds what all calls together hold for the cache. */
export function createFlights(budgetBytes: number): Flights {
  const all: AllFlights = { open: Object.create(null) as Record<string, Flight>, heldBytes: 0, budgetBytes }
  return {
    join(key, acceptsEncoding) {
      const flight = all.open[key]
      if (!flight || (flight.head && !canRead(flight.head, acceptsEncoding))) return null
      return join(all, flight, acceptsEncoding)
    },
    lead: (key, call, settle) => join(all, start(all, key, call, settle), null),
  }
}

function start(all: AllFlights, key: string, call: UpstreamCall, settle: Flight['settle']): Flight {
  const flight: Flight = {
    key,
    call,
    head: null,
    isStream: false,
    held: createHeldBytes(),
    bytes: 0,
    isWhole: true,
    isPaused: false,
    isEnded: false,
    failure: null,
    waiters: new Set(),
    isPaid: false,
    keep: null,
    settle,
  }
  all.open[key] = flight
  call.answer.then(
    (head) => begin(all, flight, head),
    (error: unknown) => failBeforeHead(all, flight, error),
  )
  return flight
}

function join(all: AllFlights, flight: Flight, acceptsEncoding: AcceptsEncoding | null): SharedCall {
  const waiter = createWaiter(acceptsEncoding)
  flight.waiters.add(waiter)
  if (flight.isEnded || (flight.isStream && flight.held.end() > 0)) serve(flight, waiter, () => pace(flight))
  return {
    isFollower: acceptsEncoding !== null,
    answer: waiter.answer.promise,
    leave: () => turnDown(waiter, new ClientLeft('the client left before the provider answered')),
    abort: () => leave(all, flight, waiter),
    conclude({ isLeft, keep }) {
      waiter.isConcluded = true
      flight.keep ??= keep
      const pays = !flight.isPaid && !(isLeft && hasOthers(flight))
      if (pays) flight.isPaid = true
      // Whoever joined a call that is given up in a moment would pay for it a second time.
      if (pays && isLeft) land(all, flight)
      return pays ? 'paid' : 'free'
    },
  }
}

function begin(all: AllFlights, flight: Flight, head: UpstreamAnswer): void {
  flight.head = head
  flight.isStream = framingOf(headerOf(head.headers, 'content-type')) !== null
  const isGood = head.status >= 200 && head.status < 300
  const isEncodedStream = flight.isStream && headerOf(head.headers, 'content-encoding') !== null
  if (!isGood || isEncodedStream) giveUpWhole(all, flight)
  else for (const waiter of followers(flight)) if (!canRead(head, waiter.acceptsEncoding)) turnAway(flight, waiter)
  head.deliver({
    chunk: (bytes) => take(all, flight, bytes),
    end() {
      flight.isEnded = true
      finish(all, flight)
      serveAll(flight)
    },
    failed(error) {
      flight.failure = error
      giveUpWhole(all, flight)
      serveAll(flight)
    },
  })
  const leader = first(flight)
  if (leader) serve(flight, leader, () => pace(flight))
}

function failBeforeHead(all: AllFlights, flight: Flight, error: unknown): void {
  giveUpWhole(all, flight)
  const leader = first(flight)
  if (leader) turnDown(leader, error instanceof Error ? error : new LeaderFailed('the call failed'))
}

function take(all: AllFlights, flight: Flight, bytes: Buffer): void {
  flight.held.append(bytes)
  if (flight.isWhole) {
    flight.bytes += bytes.length
    all.heldBytes += bytes.length
    if (flight.bytes > mostAnswerBytes || all.heldBytes > all.budgetBytes) giveUpWhole(all, flight)
  }
  for (const waiter of flight.waiters) {
    if (waiter.isServed) pass(flight, waiter, bytes)
    else if (flight.isStream) serve(flight, waiter, () => pace(flight))
  }
  if (!flight.isWhole) letGo(flight)
}

function serveAll(flight: Flight): void {
  for (const waiter of flight.waiters) {
    if (waiter.isServed) feed(flight, waiter)
    else serve(flight, waiter, () => pace(flight))
  }
}

/** From here on nobody can join, nothing is kept, and only what somebody still has to read is held. */
function giveUpWhole(all: AllFlights, flight: Flight): void {
  flight.isWhole = false
  land(all, flight)
  release(all, flight)
  // Who was not served anything yet goes its own way: it would wait for an end to which nothing is held.
  for (const waiter of followers(flight)) if (!waiter.isServed) turnAway(flight, waiter)
  pace(flight)
}

/** No more waiters, and nothing is kept unless it is already. */
function land(all: AllFlights, flight: Flight): void {
  if (all.open[flight.key] === flight) delete all.open[flight.key]
  flight.settle?.(null)
  flight.settle = null
}

/** Keeps the answer once it has ended and somebody found it good. */
function finish(all: AllFlights, flight: Flight): void {
  if (!flight.keep || !flight.settle || !flight.isWhole) return
  const settle = flight.settle
  flight.settle = null
  settle(flight.keep(flight.held.all()))
  land(all, flight)
}

function release(all: AllFlights, flight: Flight): void {
  all.heldBytes -= flight.bytes
  flight.bytes = 0
}

/** A waiter has all it wants, or its client left. The last one ends the call. */
function leave(all: AllFlights, flight: Flight, waiter: Waiter): void {
  if (!flight.waiters.delete(waiter)) return
  const isLast = flight.waiters.size === 0
  // Not before the client has its answer. The call of the last one may be given up before its connection ends.
  if (flight.isEnded || isLast) finish(all, flight)
  if (isLast) {
    land(all, flight)
    release(all, flight)
    flight.call.abort()
    return
  }
  const next = first(flight)
  if (next && !next.isServed) serve(flight, next, () => pace(flight))
  pace(flight)
}

/** Holds the provider up where the first waiter wants that and the answer is not held whole anyway. */
function pace(flight: Flight): void {
  const isPaused = !flight.isWhole && first(flight)?.isPaused === true
  if (isPaused === flight.isPaused) return
  flight.isPaused = isPaused
  if (isPaused) flight.head?.pause()
  else flight.head?.resume()
}

/** Lets go what everybody has; who lags too far behind is cut off, so that it holds up nobody. */
function letGo(flight: Flight): void {
  const leader = first(flight)
  const end = flight.held.end()
  let oldest = end
  for (const waiter of flight.waiters) {
    if (waiter !== leader && end - waiter.offset > mostLagBytes) cutOff(flight, waiter)
    else oldest = Math.min(oldest, waiter.offset)
  }
  flight.held.drop(oldest)
}

function cutOff(flight: Flight, waiter: Waiter): void {
  flight.waiters.delete(waiter)
  detach(waiter, new GatewayError('upstream_failed', 'The client read a shared answer too slowly and was cut off.'))
}

/** The one that has waited longest: it has the answer as it comes. */
function first(flight: Flight): Waiter | undefined {
  return flight.waiters.values().next().value
}

/** All but the first. */
function followers(flight: Flight): Waiter[] {
  return [...flight.waiters].slice(1)
}

function hasOthers(flight: Flight): boolean {
  for (const waiter of flight.waiters) if (!waiter.isConcluded) return true
  return false
}

function turnAway(flight: Flight, waiter: Waiter): void {
  flight.waiters.delete(waiter)
  turnDown(waiter, new LeaderFailed('the shared call came to nothing'))
}

function canRead(head: UpstreamAnswer, acceptsEncoding: AcceptsEncoding | null): boolean {
  const encoding = headerOf(head.headers, 'content-encoding')
  return encoding === null || encoding === 'identity' || acceptsEncoding === null || acceptsEncoding(encoding)
}
