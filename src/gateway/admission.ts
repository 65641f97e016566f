import type { TextLog } from '../kernel/text-log.ts'
import type { Admission, Kv, Lease, RateLimit, StoredAnswer, Verdict } from '../kv/kv.ts'
import type { GatewaySnapshot } from '../live/live.ts'
import { type Attempts, type CallWithAttempts, timedOut } from './attempts.ts'
import type { CachePlan } from './cache-plan.ts'
import type { Draft } from './draft.ts'
import { ClientLeft, type Sink } from './exchange.ts'
import { type Flights, LeaderFailed } from './flight.ts'
import type { SharedCall } from './flight-waiter.ts'
import { countersAway, rateLimited } from './limit-errors.ts'
import type { UpstreamAnswer, UpstreamCall } from './upstream.ts'

export interface AdmissionDeps {
  kv: Kv
  flights: Flights
  callWithAttempts: CallWithAttempts
  log: TextLog
}

export interface Applicant {
  gateway: GatewaySnapshot
  /** Null: caching is not in play. */
  plan: CachePlan | null
  /** Where the call goes, as scheme, host and port. */
  origin: string
  /** Calls the provider once. */
  call: () => UpstreamCall
  /** Null: the target is simply called. */
  attempts: Attempts | null
  /** Whether the request was counted by the rate limit; set here, at its first call. */
  isCounted: boolean
  draft: Draft
  sink: Sink
  /** What the client can read, as its `accept-encoding` says; null where it has none. */
  acceptEncoding: string | null
  /** Told each call that is made or joined, so that it is given up whatever happens. */
  onCall: (call: UpstreamCall) => void
}

/** Where a request's answer comes from. */
export type Admitted =
  | { type: 'stored'; answer: StoredAnswer }
  | { type: 'answered'; answer: UpstreamAnswer; call: UpstreamCall; shared: SharedCall | null }

/**
 * The cache, then the limit, then the call: a stored answer costs nothing and counts for no limit; who finds the same
 * request under way waits for its answer; everybody else is counted and calls. Throws or rejects with `rate_limited`,
 * `unavailable` and what a call throws.
 */
export function admit(applicant: Applicant, deps: AdmissionDeps): Admitted | Promise<Admitted> {
  const { plan, draft } = applicant
  if (plan?.type === 'bypass') bypassed(draft, plan.reason)
  if (plan?.type !== 'cached' && limitOf(applicant) === null) return answered(applicant, call(applicant, deps), null)
  return enter(applicant, true, deps)
}

/** One count for each request, whatever is tried for it. */
function limitOf({ gateway, isCounted }: Applicant): RateLimit | null {
  return isCounted ? null : gateway.rateLimit
}

function call(applicant: Applicant, deps: AdmissionDeps): UpstreamCall {
  const { attempts } = applicant
  return attempts ? deps.callWithAttempts(applicant, attempts) : applicant.call()
}

/** `joins`: it may wait for another's answer. */
function enter(applicant: Applicant, joins: boolean, deps: AdmissionDeps): Admitted | Promise<Admitted> {
  const { gateway, plan, acceptEncoding } = applicant
  const cache = plan?.type === 'cached' ? plan : null
  const joined = cache && joins ? deps.flights.join(cache.key, acceptEncoding) : null
  if (joined) return orAlone(answered(applicant, joined, joined), applicant, deps)
  const ask: Admission = {
    gateway: gateway.number,
    cache: cache && { key: cache.key, joins },
    limit: limitOf(applicant),
  }
  // Memory tells it at once, and a promise that is not made costs nothing.
  const asked = deps.kv.admit(ask)
  return asked instanceof Promise
    ? asked.then((verdict) => follow(verdict, applicant, cache, deps))
    : follow(asked, applicant, cache, deps)
}

function follow(
  verdict: Verdict,
  applicant: Applicant,
  cache: (CachePlan & { type: 'cached' }) | null,
  deps: AdmissionDeps,
): Admitted | Promise<Admitted> {
  if (verdict.type === 'hit') return { type: 'stored', answer: verdict.answer }
  if (verdict.type === 'busy' && cache) {
    // It may be this process that asks, since a moment ago: then the answer is shared while it comes.
    const sharing = deps.flights.join(cache.key, applicant.acceptEncoding)
    const waiting = sharing ? answered(applicant, sharing, sharing) : waitForOther(applicant, cache.key, deps)
    return orAlone(waiting, applicant, deps)
  }
  const lease = allow(verdict, applicant, cache !== null)
  applicant.isCounted = true
  const own = call(applicant, deps)
  if (!cache || !lease) {
    if (cache && verdict.type !== 'away') applicant.draft.cache = { status: 'MISS', reason: 'own-way' }
    return answered(applicant, own, null)
  }
  const shared = deps.flights.lead(cache.key, own, (answer) => settle(lease, answer, cache.ttlMs, deps))
  return answered(applicant, shared, shared)
}

/** Who waited for another's answer in vain goes its own way. */
function orAlone(waiting: Promise<Admitted>, applicant: Applicant, deps: AdmissionDeps): Promise<Admitted> {
  return waiting.catch((error: unknown) => {
    if (error instanceof LeaderFailed) return enter(applicant, false, deps)
    throw error
  })
}

function answered(applicant: Applicant, call: UpstreamCall, shared: SharedCall | null): Promise<Admitted> {
  applicant.onCall(call)
  applicant.sink.onLeave(call.leave)
  const waiting = shared?.isFollower === true ? inTime(applicant, call.answer) : call.answer
  return waiting.then((answer) => ({ type: 'answered', answer, call, shared }))
}

/** Another process asks the provider the same: what it gets is stored, or nothing is. */
async function waitForOther(applicant: Applicant, key: string, { kv }: AdmissionDeps): Promise<Admitted> {
  const leaving = new AbortController()
  const left = Promise.withResolvers<never>()
  applicant.sink.onLeave(() => {
    leaving.abort()
    left.reject(new ClientLeft('the client left while another process was asking the provider'))
  })
  const stored = kv.awaitAnswer(applicant.gateway.number, key, leaving.signal)
  const answer = await inTime(applicant, Promise.race([stored, left.promise])).finally(() => leaving.abort())
  if (answer) return { type: 'stored', answer }
  throw new LeaderFailed('the other process came to nothing')
}

/** Who waits for another's call waits no longer than for an own one. */
async function inTime<T>({ attempts, origin }: Applicant, answer: Promise<T>): Promise<T> {
  const timeoutMs = attempts?.plan.timeoutMs ?? null
  if (timeoutMs === null) return await answer
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(timedOut(origin, timeoutMs)), timeoutMs)
  return await Promise.race([answer, late.promise]).finally(() => clearTimeout(timer))
}

/** The lease of who may call, null where nothing of the answer is kept. */
function allow(verdict: Verdict, applicant: Applicant, isCached: boolean): Lease | null {
  const limit = limitOf(applicant)
  if (verdict.type === 'pass') return verdict.lease
  if (verdict.type === 'limited' && limit) throw rateLimited('this gateway', limit, verdict.resetMs)
  if (isCached) bypassed(applicant.draft, 'unavailable')
  if (limit === null || applicant.gateway.rateLimitFailsOpen) return null
  throw countersAway()
}

function bypassed(draft: Draft, reason: string): void {
  draft.cache = { status: 'BYPASS', reason }
}

function settle(lease: Lease, answer: StoredAnswer | null, ttlMs: number, { kv, log }: AdmissionDeps): void {
  const settled = kv.settle(lease, answer && { answer, ttlMs })
  if (settled instanceof Promise) settled.catch((error: unknown) => log.error('an answer was not cached', error))
}
