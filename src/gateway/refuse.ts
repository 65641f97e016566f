import { type GatewayError, toGatewayError } from '../kernel/errors.ts'
import type { TextLog } from '../kernel/text-log.ts'
import { chatDoor, readDoor } from './door.ts'
import { type Draft, ownHeaders, writeDraft } from './draft.ts'
import { ClientLeft, type Exchange, type Sink } from './exchange.ts'
import { chatRefusalBody, type RefusalSampler, refusalBody } from './refusal.ts'
import type { ReplayDeps } from './replay.ts'

export interface RefuseDeps extends ReplayDeps {
  log: TextLog
  sampler: RefusalSampler
}

/** The error exit of every step: the row, and then the answer that says why. */
export async function refuse(
  draft: Draft | null,
  thrown: unknown,
  exchange: Exchange,
  sink: Sink,
  deps: RefuseDeps,
): Promise<void> {
  const isLeft = thrown instanceof ClientLeft
  const error = toGatewayError(thrown)
  if (error.code === 'internal' && !isLeft) deps.log.error('a request failed inside Tollgate', thrown)
  const toBody = readDoor(exchange.url).slug === chatDoor ? chatRefusalBody : refusalBody
  const body = isLeft ? null : Buffer.from(toBody(error))
  if (draft) {
    describeRefusal(draft, isLeft ? null : error, body)
    if (error.code === 'unauthorized' && !deps.sampler.allows(draft.record.gateway)) draft.isLogged = false
    await new Promise<void>((resolve) => {
      writeDraft(draft, deps.journal, deps.clock, resolve)
      // The provider must not see the connection go before the row is safe.
      if (isLeft) deps.journal.flush()
    })
  }
  if (!body) return
  const headers = ['content-type', 'application/json', 'content-length', String(body.length), ...error.headers]
  sink.head(error.status, draft ? [...headers, ...ownHeaders(draft)] : headers)
  sink.end(body)
}

/** Fills in a draft whose request Tollgate did not pass on, or whose client left before the answer began (no error). */
export function describeRefusal(draft: Draft, error: GatewayError | null, body: Buffer | null): void {
  const { record } = draft
  record.status = error ? error.status : 499
  record.success = false
  if (!error) record.outcome = 'client_left'
  else if (error.code === 'upstream_failed') record.outcome = 'upstream_broken'
  else if (error.code === 'upstream_timeout') record.outcome = 'upstream_timeout'
  record.error = error ? error.message : 'The client left before the answer began.'
  record.responseContentType = body && 'application/json'
  record.responseSize = body?.length ?? 0
  draft.response = body
  if (error?.code === 'unauthorized') draft.keepsPayload = false
}
