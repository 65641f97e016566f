import type { Clock } from '../kernel/clock.ts'
import type { GatewaySnapshot } from '../live/live.ts'
import type { Applicant } from './admission.ts'
import { openAttempts } from './attempts.ts'
import { planCache } from './cache-plan.ts'
import { describeChat, describeRequest, type Draft, openDraft } from './draft.ts'
import type { Sink } from './exchange.ts'
import { callTarget, type KeyedCallDeps } from './keyed-call.ts'
import type { BodyLimits } from './request-body.ts'
import { planAttempts } from './retry-plan.ts'
import type { AskedStep, Step } from './step.ts'
import { toUpstreamRequest } from './to-upstream.ts'
import { createTries } from './tries.ts'
import type { UpstreamCall } from './upstream.ts'

export interface TryStepDeps extends KeyedCallDeps {
  clock: Clock
  newId: () => string
  limits: BodyLimits
}

export interface Application {
  gateway: GatewaySnapshot
  method: string
  step: AskedStep
  draft: Draft
  sink: Sink
  onCall: (call: UpstreamCall) => void
  isCounted: boolean
}

/** One step as it is tried: what its provider is asked, whether the cache may answer, and how often it is called. */
export function apply(
  { gateway, method, step, draft, sink, onCall, isCounted }: Application,
  deps: TryStepDeps,
): Applicant & { hidesUsage: boolean } {
  const { target, options, body } = step
  describeChat(draft, target)
  const { provider, format } = target
  const facts = format.readRequest({ path: target.endpoint, query: target.query, fields: body.fields })
  describeRequest(draft, format, facts, body, deps.limits.keptBytes)
  const request = toUpstreamRequest(target, method, options, body, facts)
  const key = target.keys[0] ?? null
  const plan = planCache({ gateway, options: options.cache, provider, format, method, request, key, body, facts })
  const attemptPlan = planAttempts(gateway, options.attempts, {
    isWhole: body.rest === null,
    hasNext: step.next !== null,
  })
  const tries = attemptPlan || key ? createTries(deps.clock) : null
  draft.tries = tries && tries.all
  const attempts = attemptPlan && tries && openAttempts(attemptPlan, tries, gateway, target, facts)
  const { secrets } = draft
  const onSecrets = (found: readonly string[]): void => void secrets.push(...found)
  return {
    gateway,
    plan,
    origin: request.origin,
    call: () => callTarget({ request, target, gateway, tries, onSecrets }, deps),
    hidesUsage: request.hidesUsage,
    attempts,
    isCounted,
    draft,
    sink,
    acceptEncoding: options.acceptEncoding,
    onCall,
  }
}

/** A step of a universal request or of a dynamic route has a row of its own, under the event id that all of them share. */
export function openStep(
  known: Draft,
  step: Step,
  { isFirst, gateway }: { isFirst: boolean; gateway: GatewaySnapshot },
  { newId, clock }: Pick<TryStepDeps, 'newId' | 'clock'>,
): Draft {
  const { door, options, index } = step
  const { record, startTick } = known
  const begin = isFirst
    ? { id: record.id, startedMs: record.startedMs, startTick }
    : { id: newId(), startedMs: clock.nowMs(), startTick: clock.tickMs() }
  const draft = openDraft({ ...begin, method: record.method, door, gateway, options })
  draft.record.step = index
  draft.record.eventId = options.eventId ?? record.eventId
  return draft
}
