import { toGatewayError } from '../kernel/errors.ts'
import type { GatewaySnapshot } from '../live/live.ts'
import { admit, type AdmissionDeps } from './admission.ts'
import { type AnswerDeps, passOn } from './answer.ts'
import { type Draft, writeDraft } from './draft.ts'
import { nowhere } from './nowhere.ts'
import { describeRefusal } from './refuse.ts'
import type { Slots } from './slots.ts'
import type { AskedStep } from './step.ts'
import { apply, openStep, type TryStepDeps } from './try-step.ts'
import type { UpstreamCall } from './upstream.ts'

export interface ShadowDeps extends AdmissionDeps, Omit<AnswerDeps, 'limits'>, TryStepDeps {
  /** For copies of requests that go to shadows. */
  shadowSlots: Slots
}

/** Nobody waits for it: more than this is not kept for a copy. */
const mostShadowBytes = 1 << 20

/**
 * Asks another model the same, when the client has its answer: nothing of it concerns the client, and its row is marked. Where too
 * many are under way it is left out. Never rejects.
 */
export async function askShadow(
  step: AskedStep,
  shadow: () => AskedStep,
  { known, gateway, method }: { known: Draft; gateway: GatewaySnapshot; method: string },
  deps: ShadowDeps,
): Promise<void> {
  if (step.body.bytes.length > mostShadowBytes || !deps.shadowSlots.enter()) return
  const draft = openStep(known, step, { isFirst: false, gateway }, deps)
  draft.record.shadowOf = known.record.id
  if (step.route) draft.record.route = step.route
  const calls: UpstreamCall[] = []
  try {
    const copy = shadow()
    const sink = nowhere({ onLeave: () => {} })
    const onCall = (call: UpstreamCall): void => void calls.push(call)
    const applicant = apply({ gateway, method, step: copy, draft, sink, onCall, isCounted: true }, deps)
    const admitted = await admit(applicant, deps)
    // It does not ask the cache.
    if (admitted.type === 'stored') return
    const { answer, shared, call } = admitted
    const { hidesUsage } = applicant
    await passOn({ draft, target: copy.target, answer, sink, hidesUsage, method, abort: call.abort, shared }, deps)
  } catch (thrown) {
    const error = toGatewayError(thrown)
    if (error.code === 'internal') deps.log.error('a shadow request failed inside Tollgate', thrown)
    describeRefusal(draft, error, null)
    await new Promise<void>((resolve) => writeDraft(draft, deps.journal, deps.clock, resolve))
  } finally {
    for (const call of calls) call.abort()
    deps.shadowSlots.leave()
  }
}
