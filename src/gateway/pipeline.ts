import type { Clock } from '../kernel/clock.ts'
import { mayUse } from '../contract/permissions.ts'
import { GatewayError, toGatewayError } from '../kernel/errors.ts'
import type { TextLog } from '../kernel/text-log.ts'
import type { Journal } from '../journal/journal.ts'
import type { Kv } from '../kv/kv.ts'
import type { Credentials } from '../live/credentials.ts'
import type { GatewaySnapshot, Live } from '../live/live.ts'
import type { PriceTable } from '../pricing/price-table.ts'
import type { AddKey } from './add-key.ts'
import { admit } from './admission.ts'
import { passOn } from './answer.ts'
import { planCache } from './cache-plan.ts'
import { checkDoor, type Door, readDoor } from './door.ts'
import { describeRequest, type Draft, openDraft, ownHeaders, writeDraft } from './draft.ts'
import { ClientLeft, type Exchange, type Sink } from './exchange.ts'
import type { Flights } from './flight.ts'
import { callTarget } from './keyed-call.ts'
import { type RefusalSampler, refusalBody } from './refusal.ts'
import { replay } from './replay.ts'
import { type BodyLimits, readBody } from './request-body.ts'
import { readOptions, type RequestOptions } from './request-options.ts'
import type { ChooseTarget } from './target.ts'
import { toUpstreamRequest } from './to-upstream.ts'
import type { UpstreamCall, Upstreams } from './upstream.ts'

/** Runs one request from the door to its journal record. Never rejects. */
export type Run = (exchange: Exchange, sink: Sink) => Promise<void>

export interface PipelineDeps {
  clock: Clock
  newId: () => string
  log: TextLog
  live: Live
  credentials: Credentials
  chooseTarget: ChooseTarget
  /** Counters and stored answers. */
  kv: Kv
  flights: Flights
  upstreams: Upstreams
  addKey: AddKey
  prices: PriceTable
  journal: Journal
  sampler: RefusalSampler
  limits: BodyLimits
  /** Resolves when what other processes changed before is in force here; null where there is no other process. */
  catchUpSettings: (() => Promise<void>) | null
  /** Makes the gateway `default` of an account at its first authenticated request. */
  createDefaultGateway: (accountId: string) => Promise<GatewaySnapshot>
}

/**
 * The request path: every request takes these steps in this order. A failure at any of them leaves by `refuse`, which
 * records what is known so far; what was recorded is known before the client has its answer's last byte.
 */
export function createPipeline(deps: PipelineDeps): Run {
  const { clock, limits } = deps

  return async function run(exchange, sink) {
    const startedMs = clock.nowMs()
    const startTick = clock.tickMs()
    let draft: Draft | null = null
    const calls: UpstreamCall[] = []
    try {
      const door = readDoor(exchange.url)
      let options = readOptions(exchange.rawHeaders, door.query, deps.credentials)
      if (options.hasUnknownToken && deps.catchUpSettings) {
        // Another process may have made it a moment ago.
        await deps.catchUpSettings()
        options = readOptions(exchange.rawHeaders, door.query, deps.credentials)
      }

      // settings: one frozen snapshot, and what this request's headers override
      const gateway = deps.live.gateway(door.accountId, door.gatewayId) ?? (await comeIntoBeing(door, options, deps))
      options.authenticated = mayRun(options, door.accountId, gateway.number)
      draft = openDraft({ id: deps.newId(), startedMs, startTick, exchange, door, gateway, options })

      // authenticate
      if ((gateway.authentication || showsToken(options)) && !options.authenticated) throw unauthorized()
      if (options.problem) throw options.problem

      // choose
      const target = deps.chooseTarget(door, options, gateway)

      // read
      const body = await readBody(exchange.body, limits)
      const facts = target.format.readRequest({ path: target.endpoint, query: target.query, fields: body.fields })
      describeRequest(draft, target.format, facts, body, limits.keptBytes)

      // cache: a stored answer, or one that is on its way to somebody else; limit: once, where neither is there
      const { method } = exchange
      const upstreamRequest = toUpstreamRequest(target, method, options, body, facts)
      const plan = planCache({
        gateway,
        options: options.cache,
        provider: target.provider,
        format: target.format,
        method,
        request: upstreamRequest,
        key: target.keys[0] ?? null,
        body,
        facts,
      })
      const onCall = (call: UpstreamCall): void => void calls.push(call)
      const { acceptEncoding } = options
      const { secrets } = draft
      const onSecrets = (found: readonly string[]): void => void secrets.push(...found)
      const call = (): UpstreamCall => callTarget({ request: upstreamRequest, target, gateway, onSecrets }, deps)
      const admitted = await admit({ gateway, plan, call, acceptEncoding, draft, sink, onCall }, deps)
      if (admitted.type === 'stored') {
        await replay({ draft, stored: admitted.answer, sink, acceptEncoding }, deps)
        return
      }

      // answer: bytes to the client, a tap beside; ended: usage, cost, record, and only then the last byte
      const { answer, shared } = admitted
      const { hidesUsage } = upstreamRequest
      await passOn({ draft, target, answer, sink, hidesUsage, method, abort: admitted.call.abort, shared }, deps)
    } catch (error) {
      await refuse(draft, error, sink, deps)
    } finally {
      for (const call of calls) call.abort()
    }
  }
}

function mayRun({ caller }: RequestOptions, accountId: string, gateway: number | undefined): boolean {
  return caller !== null && mayUse(caller, 'AI Gateway Run', { accountId, gateway })
}

/** Whoever shows a token wants it to be looked at, also where none is asked for. */
function showsToken({ caller, hasUnknownToken }: RequestOptions): boolean {
  return caller !== null || hasUnknownToken
}

/**
 * A gateway that is not in the snapshots: another process may have made it a moment ago; `default` is made for whoever
 * may; everything else is unknown.
 */
async function comeIntoBeing(door: Door, options: RequestOptions, deps: PipelineDeps): Promise<GatewaySnapshot> {
  checkDoor(door)
  if (deps.catchUpSettings) {
    await deps.catchUpSettings()
    const made = deps.live.gateway(door.accountId, door.gatewayId)
    if (made) return made
  }
  if (door.gatewayId !== 'default') {
    throw new GatewayError(
      'gateway_unknown',
      `Please configure AI Gateway: account "${door.accountId}" has no gateway "${door.gatewayId}". ` +
        'Create it with POST /client/v4/accounts/{account_id}/ai-gateway/gateways',
    )
  }
  if (!mayRun(options, door.accountId, undefined)) throw unauthorized()
  return deps.createDefaultGateway(door.accountId)
}

/** The error exit of every step: the row, and then the answer that says why. */
async function refuse(draft: Draft | null, thrown: unknown, sink: Sink, deps: PipelineDeps): Promise<void> {
  const isLeft = thrown instanceof ClientLeft
  const error = toGatewayError(thrown)
  if (error.code === 'internal' && !isLeft) deps.log.error('a request failed inside Tollgate', thrown)
  const body = isLeft ? null : Buffer.from(refusalBody(error))
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

function unauthorized(): GatewayError {
  return new GatewayError(
    'unauthorized',
    'Unauthorized: this gateway needs a Tollgate token that may run requests here, in the header ' +
      'cf-aig-authorization: Bearer <token>',
  )
}

/** Fills in a draft whose request Tollgate did not pass on, or whose client left before the answer began (no error). */
function describeRefusal(draft: Draft, error: GatewayError | null, body: Buffer | null): void {
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
