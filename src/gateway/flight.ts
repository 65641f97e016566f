import { framingOf } from '../formats/framing.ts'
import { GatewayError } from '../kernel/errors.ts'
import { createKeyTable, type Keyed, type KeyTable } from '../kernel/key-table.ts'
import type { StoredAnswer } from '../kv/kv.ts'
import { headerOf } from './answer-headers.ts'
import { acceptsEncoding } from './decoding.ts'
import { type SharedAnswer, type SharedCall, Waiter } from './flight-waiter.ts'
import { createHeldBytes } from './held-bytes.ts'
import type { AnswerReceiver, UpstreamAnswer, UpstreamCall } from './upstream.ts'

/** Calls to providers that identical requests share, by cache key. */
export interface Flights {
  /** A waiter for the answer to a call that is under way; null where there is none. */
  join(key: string, acceptEncoding: string | null): SharedCall | null
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

/** What the calls of this process have in common. */
interface AllFlights {
  /** Those that can still be joined. */
  open: KeyTable<Flight>
  /** Held for the cache by all of them together. */
  heldBytes: number
  budgetBytes: number
}

/** `budgetBytes` bounds what all calls together hold for the cache. */
export function createFlights(budgetBytes: number): Flights {
  const all: AllFlights = { open: createKeyTable<Flight>(), heldBytes: 0, budgetBytes }
  return {
    join: (key, acceptEncoding) => all.open.find(key)?.join(acceptEncoding) ?? null,
    lead(key, call, settle) {
      const flight = new Flight(all, key, call, settle)
      const leader = new Waiter(flight, false, null)
      flight.first = leader
      all.open.add(flight)
      call.answer.then(
        (head) => flight.begin(head),
        (error: unknown) => flight.failBeforeHead(error),
      )
      return leader
    },
  }
}

/** One call and all that wait for its answer. A class for the same reason as `Waiter`. */
class Flight implements SharedAnswer, AnswerReceiver, Keyed<Flight> {
  readonly all: AllFlights
  readonly key: string
  next: Flight | null = null
  readonly call: UpstreamCall
  head: UpstreamAnswer | null = null
  isStream = false
  readonly held = createHeldBytes()
  /** Held of an answer that is whole. */
  bytes = 0
  /** Whether all its bytes so far are here. Then everybody reads at their own pace; else the first waiter sets the pace. */
  isWhole = true
  isPaused = false
  isEnded = false
  failure: GatewayError | null = null
  /** The one that has waited longest: it has the answer as it comes. */
  first: Waiter | null = null
  /** The others, in the order in which they came; null where there never was one, as nearly always. */
  others: Set<Waiter> | null = null
  /** Whether a row has what the call used and cost. */
  isPaid = false
  keep: ((body: Buffer) => StoredAnswer) | null = null
  /** Null once it was called. */
  settle: ((answer: StoredAnswer | null) => void) | null

  constructor(all: AllFlights, key: string, call: UpstreamCall, settle: (answer: StoredAnswer | null) => void) {
    this.all = all
    this.key = key
    this.call = call
    this.settle = settle
  }

  join(acceptEncoding: string | null): Waiter | null {
    if (this.head && !canRead(this.head, acceptEncoding)) return null
    const waiter = new Waiter(this, true, acceptEncoding)
    this.others ??= new Set()
    this.others.add(waiter)
    if (this.head && (this.isEnded || (this.isStream && this.held.end() > 0))) waiter.serve(this.head)
    return waiter
  }

  begin(head: UpstreamAnswer): void {
    this.head = head
    this.isStream = framingOf(headerOf(head.headers, 'content-type')) !== null
    const isGood = head.status >= 200 && head.status < 300
    const isEncodedStream = this.isStream && headerOf(head.headers, 'content-encoding') !== null
    if (!isGood || isEncodedStream) this.giveUpWhole()
    else if (this.others)
      for (const waiter of this.others) if (!canRead(head, waiter.acceptEncoding)) this.turnAway(waiter)
    head.deliver(this)
    if (this.first?.isServed === false) this.first.serve(head)
  }

  failBeforeHead(error: unknown): void {
    this.giveUpWhole()
    this.first?.turnDown(error instanceof Error ? error : new LeaderFailed('the call failed'))
  }

  chunk(bytes: Buffer): void {
    this.held.append(bytes)
    if (this.isWhole) {
      this.bytes += bytes.length
      this.all.heldBytes += bytes.length
      if (this.bytes > mostAnswerBytes || this.all.heldBytes > this.all.budgetBytes) this.giveUpWhole()
    }
    if (this.first?.isServed === true) this.first.pass(bytes)
    if (this.others)
      for (const waiter of this.others) {
        if (waiter.isServed) waiter.pass(bytes)
        else if (this.isStream) this.serve(waiter)
      }
    if (!this.isWhole) this.letGo()
  }

  end(): void {
    this.isEnded = true
    this.finish()
    this.serveAll()
  }

  failed(error: GatewayError): void {
    this.failure = error
    this.giveUpWhole()
    this.serveAll()
  }

  serveAll(): void {
    if (this.first) this.serve(this.first)
    if (this.others) for (const waiter of this.others) this.serve(waiter)
  }

  /** Gives a waiter the head of the answer, or all that it has not had of it. */
  serve(waiter: Waiter): void {
    if (waiter.isServed) waiter.feed()
    else if (this.head) waiter.serve(this.head)
  }

  /** From here on nobody can join, nothing is kept, and only what somebody still has to read is held. */
  giveUpWhole(): void {
    this.isWhole = false
    this.land()
    this.release()
    // Who was not served anything yet goes its own way: it would wait for an end to which nothing is held.
    if (this.others) for (const waiter of this.others) if (!waiter.isServed) this.turnAway(waiter)
    this.pace()
  }

  /** No more waiters, and nothing is kept unless it is already. */
  land(): void {
    this.all.open.remove(this)
    this.settle?.(null)
    this.settle = null
  }

  /** Keeps the answer once it has ended and somebody found it good. */
  finish(): void {
    if (!this.keep || !this.settle || !this.isWhole) return
    const { settle } = this
    this.settle = null
    settle(this.keep(this.held.all()))
    this.land()
  }

  release(): void {
    this.all.heldBytes -= this.bytes
    this.bytes = 0
  }

  conclude(isLeft: boolean, keep: ((body: Buffer) => StoredAnswer) | null): 'paid' | 'free' {
    this.keep ??= keep
    const pays = !this.isPaid && !(isLeft && this.hasOpen())
    if (pays) this.isPaid = true
    // Whoever joined a call that is given up in a moment would pay for it a second time.
    if (pays && isLeft) this.land()
    return pays ? 'paid' : 'free'
  }

  /** Whether a row is still to come. */
  hasOpen(): boolean {
    if (this.first?.isConcluded === false) return true
    if (this.others) for (const waiter of this.others) if (!waiter.isConcluded) return true
    return false
  }

  /** A waiter has all it wants, or its client left. The last one ends the call. */
  leave(waiter: Waiter): void {
    if (this.first === waiter) this.first = null
    else if (this.others?.delete(waiter) !== true) return
    this.first ??= this.takeNext()
    // Not before the client has its answer. The call of the last one may be given up before its connection ends.
    if (this.isEnded || !this.first) this.finish()
    if (!this.first) {
      this.land()
      this.release()
      this.call.abort()
      return
    }
    this.serve(this.first)
    this.pace()
  }

  takeNext(): Waiter | null {
    const next = this.others?.values().next().value
    if (!next) return null
    this.others?.delete(next)
    return next
  }

  /** Holds the provider up where the first waiter wants that and the answer is not held whole anyway. */
  pace(): void {
    const isPaused = !this.isWhole && this.first?.isPaused === true
    if (isPaused === this.isPaused) return
    this.isPaused = isPaused
    if (isPaused) this.head?.pause()
    else this.head?.resume()
  }

  /** Lets go what everybody has; who lags too far behind is cut off, so that it holds up nobody. */
  letGo(): void {
    const end = this.held.end()
    let oldest = this.first?.offset ?? end
    for (const waiter of this.others ?? []) {
      if (end - waiter.offset > mostLagBytes) this.cutOff(waiter)
      else oldest = Math.min(oldest, waiter.offset)
    }
    this.held.drop(oldest)
  }

  cutOff(waiter: Waiter): void {
    this.others?.delete(waiter)
    waiter.detach(new GatewayError('upstream_failed', 'The client read a shared answer too slowly and was cut off.'))
  }

  turnAway(waiter: Waiter): void {
    this.others?.delete(waiter)
    waiter.turnDown(new LeaderFailed('the shared call came to nothing'))
  }
}

function canRead(head: UpstreamAnswer, acceptEncoding: string | null): boolean {
  const encoding = headerOf(head.headers, 'content-encoding')
  return encoding === null || encoding === 'identity' || acceptsEncoding(acceptEncoding, encoding)
}
