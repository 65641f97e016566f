import type { TextLog } from '../kernel/text-log.ts'
import type { Admission, Kv, Lease, StoredAnswer, Verdict } from '../kv/kv.ts'
import type { GatewaySnapshot } from '../live/live.ts'
import type { CachePlan } from './cache-plan.ts'
import { acceptsEncoding } from './decoding.ts'
import type { Draft } from './draft.ts'
import { ClientLeft, type Sink } from './exchange.ts'
import { type Flights, LeaderFailed, type SharedCall } from './flight.ts'
import { countersAway, rateLimited } from './limit-errors.ts'
import type { UpstreamAnswer, UpstreamCall } from './upstream.ts'

export interface AdmissionDeps {
  kv: Kv
  flights: Flights
  log: TextLog
}

export interface Applicant {
  gateway: GatewaySnapshot
  /** Null: caching is not in play. */
  plan: CachePlan | null
  /** Calls the provider. */
  call: () => UpstreamCall
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
 * request under way waits for its answer; everybody else is counted and calls. Throws `rate_limited`, `unavailable`
 * and what a call throws.
 */
export async function admit(applicant: Applicant, deps: AdmissionDeps): Promise<Admitted> {
  const { gateway, plan, draft } = applicant
  if (plan?.type === 'bypass') bypassed(draft, plan.reason)
  if (plan?.type !== 'cached' && gateway.rateLimit === null) {
    return await answered(applicant, applicant.call(), null)
  }
  try {
    return await enter(applicant, true, deps)
  } catch (error) {
    if (!(error instanceof LeaderFailed)) throw error
    return await enter(applicant, false, deps)
  }
}

/** `joins`: it may wait for another's answer. Where it did so in vain, it goes its own way. */
async function enter(applicant: Applicant, joins: boolean, deps: AdmissionDeps): Promise<Admitted> {
  const { gateway, plan, draft, acceptEncoding } = applicant
  const cache = plan?.type === 'cached' ? plan : null
  const canRead = (encoding: string): boolean => acceptsEncoding(acceptEncoding, encoding)
  const joined = cache && joins ? deps.flights.join(cache.key, canRead) : null
  if (joined) return await answered(applicant, joined, joined)

  const ask: Admission = {
    gateway: gateway.number,
    cache: cache && { key: cache.key, joins },
    limit: gateway.rateLimit,
  }
  const asked = deps.kv.admit(ask)
  const verdict = asked instanceof Promise ? await asked : asked
  if (verdict.type === 'hit') return { type: 'stored', answer: verdict.answer }
  if (verdict.type === 'busy' && cache) {
    // It may be this process that asks, since a moment ago: then the answer is shared while it comes.
    const sharing = deps.flights.join(cache.key, canRead)
    return sharing ? await answered(applicant, sharing, sharing) : await waitForOther(applicant, cache.key, deps)
  }
  const lease = allow(verdict, gateway, draft, cache !== null)
  const call = applicant.call()
  if (!cache || !lease) {
    if (cache && verdict.type !== 'away') draft.cache = { status: 'MISS', reason: 'own-way' }
    return await answered(applicant, call, null)
  }
  const shared = deps.flights.lead(cache.key, call, (answer) => settle(lease, answer, cache.ttlMs, deps))
  return await answered(applicant, shared, shared)
}

async function answered(
  { sink, onCall }: Applicant,
  call: UpstreamCall,
  shared: SharedCall | null,
): Promise<Admitted & { type: 'answered' }> {
  onCall(call)
  sink.onLeave(call.leave)
  return { type: 'answered', answer: await call.answer, call, shared }
}

/** Another process asks the provider the same: what it gets is stored, or nothing is. */
async function waitForOther({ gateway, sink }: Applicant, key: string, { kv }: AdmissionDeps): Promise<Admitted> {
  const leaving = new AbortController()
  const left = Promise.withResolvers<never>()
  sink.onLeave(() => {
    leaving.abort()
    left.reject(new ClientLeft('the client left while another process was asking the provider'))
  })
  const answer = await Promise.race([kv.awaitAnswer(gateway.number, key, leaving.signal), left.promise])
  if (answer) return { type: 'stored', answer }
  throw new LeaderFailed('the other process came to nothing')
}

/** The lease of who may call, null where nothing of the answer is kept. */
function allow(verdict: Verdict, gateway: GatewaySnapshot, draft: Draft, isCached: boolean): Lease | null {
  if (verdict.type === 'pass') return verdict.lease
  if (verdict.type === 'limited' && gateway.rateLimit)
    throw rateLimited('this gateway', gateway.rateLimit, verdict.resetMs)
  if (isCached) bypassed(draft, 'unavailable')
  if (gateway.rateLimit === null || gateway.rateLimitFailsOpen) return null
  throw countersAway()
}

function bypassed(draft: Draft, reason: string): void {
  draft.cache = { status: 'BYPASS', reason }
}

function settle(lease: Lease, answer: StoredAnswer | null, ttlMs: number, { kv, log }: AdmissionDeps): void {
  const settled = kv.settle(lease, answer && { answer, ttlMs })
  if (settled instanceof Promise) settled.catch((error: unknown) => log.error('an answer was not cached', error))
}
