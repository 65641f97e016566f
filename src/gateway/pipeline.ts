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
import { admit, type Admitted, type Applicant } from './admission.ts'
import { type Passage, passOn } from './answer.ts'
import { type CallWithAttempts, isUpstreamFailure, openAttempts } from './attempts.ts'
import { planCache } from './cache-plan.ts'
import { findOrCatchUp } from './catch-up.ts'
import { chatFormat, readChatFacts } from './chat.ts'
import { isModelList, modelList } from './chat-models.ts'
import { readChatStep } from './chat-step.ts'
import { chatDoor, checkDoor, type Door, isUniversal, readDoor } from './door.ts'
import { describeChat, describeRequest, type Draft, openDraft, ownHeaders, writeDraft } from './draft.ts'
import { ClientLeft, type Exchange, type Sink } from './exchange.ts'
import type { Flights } from './flight.ts'
import { callTarget } from './keyed-call.ts'
import { hasLeft, nowhere } from './nowhere.ts'
import { chatRefusalBody, type RefusalSampler, refusalBody } from './refusal.ts'
import { replay } from './replay.ts'
import { type BodyLimits, readBody } from './request-body.ts'
import { readOptions, type RequestOptions, restoreOptions } from './request-options.ts'
import { planAttempts } from './retry-plan.ts'
import type { AskedStep, RefusedStep, Step } from './step.ts'
import { readSteps, type UniversalAsk } from './steps.ts'
import type { Slots } from './slots.ts'
import type { ChooseTarget, Target } from './target.ts'
import type { TargetLoads } from './target-loads.ts'
import { toUpstreamRequest } from './to-upstream.ts'
import { createTries } from './tries.ts'
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
  /** Of the targets among which routes balance. */
  loads: TargetLoads
  /** For copies of requests that go to shadows. */
  shadowSlots: Slots
  upstreams: Upstreams
  callWithAttempts: CallWithAttempts
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
    const onCall = (call: UpstreamCall): void => void calls.push(call)
    try {
      const door = readDoor(exchange.url)
      const read = readHeaders(exchange, door, deps)
      const options = read instanceof Promise ? await read : read

      // settings: one frozen snapshot, and what this request's headers override
      const gateway = deps.live.gateway(door.accountId, door.gatewayId) ?? (await comeIntoBeing(door, options, deps))
      options.authenticated = mayRun(options, door.accountId, gateway.number)
      draft = openDraft({ id: deps.newId(), startedMs, startTick, method: exchange.method, door, gateway, options })

      // authenticate
      if ((gateway.authentication || showsToken(options)) && !options.authenticated) throw unauthorized()
      if (options.problem) throw options.problem

      // choose, read: one target; at the universal door those of the list in the body; of a chat the one its model names, or
      // those to which its dynamic route leads
      const { method } = exchange
      if (door.slug === chatDoor && isModelList(door, method)) return answerModels(draft, sink)
      const isList = isUniversal(door, method)
      const catchUp = createCatchUp(exchange, door, options, deps)
      const isNative = !isList && door.slug !== chatDoor
      const native = isNative ? await findOrCatchUp(() => deps.chooseTarget(door, options, gateway), catchUp) : null
      const body = await readBody(exchange.body, limits)
      const ask = { door, options, gateway, body, draft }
      const first = await findOrCatchUp(() => readFirst(ask, native, method, deps), catchUp)

      let isCounted = false
      for (let step: Step | null = first; step; step = step.next && (await step.next())) {
        if (isList || step !== first) draft = openStep(draft, step, { isFirst: step === first, gateway }, deps)
        if (step.route) draft.record.route = step.route
        if ('refusal' in step) throw refusalOf(step, draft, deps)
        const applicant = apply({ gateway, method, step, draft, sink, onCall, isCounted }, deps)
        const { acceptEncoding, attempts, hidesUsage } = applicant

        // cache: a stored answer, or one that is on its way to somebody else; limit: once, where neither is there; attempt
        const admitted = step.next ? await admitOrFail(applicant, deps) : await admit(applicant, deps)
        isCounted = applicant.isCounted
        if (admitted.type === 'stored') {
          await replay({ draft, stored: admitted.answer, sink, acceptEncoding }, deps)
          return
        }
        if (admitted.type === 'failed') {
          await recordFailure(draft, admitted.error, sink, deps)
          continue
        }

        // answer: bytes to the client, a tap beside; ended: usage, cost, record, and only then the last byte
        const { answer, shared, call } = admitted
        const passage = { draft, target: step.target, answer, sink, hidesUsage, method, abort: call.abort, shared }
        if (attempts?.hasFailed !== true) {
          await passOn(passage, deps)
          if (step.shadow) await askShadow(step, step.shadow, { known: draft, gateway, method }, deps)
          return
        }
        await recordFailedAnswer(passage, deps)
      }
    } catch (error) {
      await refuse(draft, error, exchange, sink, deps)
    } finally {
      for (const call of calls) call.abort()
    }
  }
}

/** What the headers say, and who asks. A token that is unknown here may have been made by another process a moment ago. */
function readHeaders(
  { rawHeaders, caller }: Exchange,
  { query }: Door,
  { credentials, catchUpSettings }: PipelineDeps,
): RequestOptions | Promise<RequestOptions> {
  const read = (): RequestOptions => {
    const options = readOptions(rawHeaders, query, credentials)
    if (caller) options.caller = caller
    return options
  }
  const options = read()
  return options.hasUnknownToken && catchUpSettings ? catchUpSettings().then(read) : options
}

/** Brings in what other processes changed, for a key or a provider that is unknown here; null where there is no other process. */
function createCatchUp(
  { rawHeaders }: Exchange,
  { query }: Door,
  options: RequestOptions,
  { catchUpSettings, credentials }: PipelineDeps,
): (() => Promise<void>) | null {
  if (!catchUpSettings) return null
  return async () => {
    await catchUpSettings()
    restoreOptions(options, readOptions(rawHeaders, query, credentials))
  }
}

/** The first step, with the others behind it. The row of a chat says what its client asked, also where that is no chat. */
function readFirst(ask: UniversalAsk, native: Target | null, method: string, deps: PipelineDeps): Step | Promise<Step> {
  const { door, options, body, draft } = ask
  if (native) return { index: 0, door, options, target: native, body, route: null, next: null }
  const { id, startedMs } = draft.record
  if (door.slug === chatDoor) describeRequest(draft, chatFormat, readChatFacts(body), body, deps.limits.keptBytes)
  if (door.slug !== chatDoor) return readSteps(ask, deps)()
  return readChatStep({ ...ask, method, id, startedMs, index: 0, countsModels: true, next: null }, deps)()
}

interface Application {
  gateway: GatewaySnapshot
  method: string
  step: AskedStep
  draft: Draft
  sink: Sink
  onCall: (call: UpstreamCall) => void
  isCounted: boolean
}

/** One step as it is tried: what its provider is asked, whether the cache may answer, and how often it is called. */
function apply(
  { gateway, method, step, draft, sink, onCall, isCounted }: Application,
  deps: PipelineDeps,
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
function openStep(
  known: Draft,
  step: Step,
  { isFirst, gateway }: { isFirst: boolean; gateway: GatewaySnapshot },
  { newId, clock }: PipelineDeps,
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

/** Nobody waits for it: more than this is not kept for a copy. */
const mostShadowBytes = 1 << 20

/**
 * Asks another model the same, when the client has its answer: nothing of it concerns the client, and its row is marked. Where too
 * many are under way it is left out. Never rejects.
 */
async function askShadow(
  step: AskedStep,
  shadow: () => AskedStep,
  { known, gateway, method }: { known: Draft; gateway: GatewaySnapshot; method: string },
  deps: PipelineDeps,
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

/** Why a dynamic route found no model; the row says which route it was in place of one. */
function refusalOf({ body, refusal }: RefusedStep, draft: Draft, { limits }: PipelineDeps): GatewayError {
  describeRequest(draft, chatFormat, readChatFacts(body), body, limits.keptBytes)
  draft.record.provider = 'unknown'
  return refusal
}

/** Where another step may follow, a provider that fails is no reason to throw. */
async function admitOrFail(
  applicant: Applicant,
  deps: PipelineDeps,
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
async function recordFailure(draft: Draft, error: GatewayError, sink: Sink, deps: PipelineDeps): Promise<void> {
  describeRefusal(draft, error, null)
  await new Promise<void>((resolve) => writeDraft(draft, deps.journal, deps.clock, resolve))
  if (hasLeft(sink)) throw new ClientLeft('the client left between two steps')
}

/** The row of a step whose answer is no good one: it is read as every answer, and goes nowhere. */
async function recordFailedAnswer(passage: Passage, deps: PipelineDeps): Promise<void> {
  const { draft, sink } = passage
  try {
    await passOn({ ...passage, sink: nowhere(sink), failure: draft.tries?.at(-1)?.error ?? null }, deps)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    await recordFailure(draft, error, sink, deps)
  }
  if (hasLeft(sink)) throw new ClientLeft('the client left between two steps')
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
async function refuse(
  draft: Draft | null,
  thrown: unknown,
  exchange: Exchange,
  sink: Sink,
  deps: PipelineDeps,
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

/** The models that chats can name: an answer of our own, for which there is no row. */
function answerModels(draft: Draft, sink: Sink): void {
  draft.isLogged = false
  const body = modelList()
  sink.head(200, ['content-type', 'application/json', 'content-length', String(body.length)])
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
