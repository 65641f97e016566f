import { GatewayError } from '../kernel/errors.ts'
import { admit, type AdmissionDeps, type Admitted, type Applicant } from './admission.ts'
import { type AnswerDeps, type Passage, passOn } from './answer.ts'
import { isUpstreamFailure } from './attempts.ts'
import { chatFormat, readChatFacts } from './chat.ts'
import { describeRequest, type Draft, writeDraft } from './draft.ts'
import { ClientLeft, type Sink } from './exchange.ts'
import { hasLeft, nowhere } from './nowhere.ts'
import { describeRefusal } from './refuse.ts'
import type { ReplayDeps } from './replay.ts'
import type { RefusedStep } from './step.ts'

/** Why a dynamic route found no model; the row says which route it was in place of one. */
export function refusalOf(
  { body, refusal }: RefusedStep,
  draft: Draft,
  { limits }: Pick<AnswerDeps, 'limits'>,
): GatewayError {
  describeRequest(draft, chatFormat, readChatFacts(body), body, limits.keptBytes)
  draft.record.provider = 'unknown'
  return refusal
}

/** Where another step may follow, a provider that fails is no reason to throw. */
export async function admitOrFail(
  applicant: Applicant,
  deps: AdmissionDeps,
): Promise<Admitted | { type: 'failed'; error: GatewayError }> {
  try {
    return await admit(applicant, deps)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    // An address that may not be called is not tried again, but the next one may be a good one.
    if (isUpstreamFailure(error) || error.code === 'upstream_refused') return { type: 'failed', error }
    throw error
  }
}

/** The row of a step that failed without an answer. Throws `ClientLeft` where nobody waits for the next one. */
export async function recordFailure(draft: Draft, error: GatewayError, sink: Sink, deps: ReplayDeps): Promise<void> {
  describeRefusal(draft, error, null)
  await new Promise<void>((resolve) => writeDraft(draft, deps.journal, deps.clock, resolve))
  if (hasLeft(sink)) throw new ClientLeft('the client left between two steps')
}

/** The row of a step whose answer is no good one: it is read as every answer, and goes nowhere. */
export async function recordFailedAnswer(passage: Passage, deps: AnswerDeps): Promise<void> {
  const { draft, sink } = passage
  try {
    await passOn({ ...passage, sink: nowhere(sink), failure: draft.tries?.at(-1)?.error ?? null }, deps)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    await recordFailure(draft, error, sink, deps)
  }
  if (hasLeft(sink)) throw new ClientLeft('the client left between two steps')
}
