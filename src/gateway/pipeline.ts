import type { Clock } from '../kernel/clock.ts'
import type { TextLog } from '../kernel/text-log.ts'
import type { Journal } from '../journal/journal.ts'
import type { Kv } from '../kv/kv.ts'
import type { Credentials } from '../live/credentials.ts'
import type { GatewaySnapshot, Live } from '../live/live.ts'
import type { PriceTable } from '../pricing/price-table.ts'
import type { AddKey } from './add-key.ts'
import { admit } from './admission.ts'
import { passOn } from './answer.ts'
import type { CallWithAttempts } from './attempts.ts'
import { findOrCatchUp } from './catch-up.ts'
import { chatFormat, readChatFacts } from './chat.ts'
import { isModelList, type ListModels } from './chat-models.ts'
import { readChatStep } from './chat-step.ts'
import { chatDoor, isUniversal, readDoor } from './door.ts'
import { describeRequest, type Draft, openDraft } from './draft.ts'
import { comeIntoBeing, createCatchUp, mayRun, readHeaders, showsToken, unauthorized } from './entry.ts'
import type { Exchange, Sink } from './exchange.ts'
import { admitOrFail, recordFailedAnswer, recordFailure, refusalOf } from './failed-step.ts'
import type { Flights } from './flight.ts'
import type { RefusalSampler } from './refusal.ts'
import { refuse } from './refuse.ts'
import { replay } from './replay.ts'
import { type BodyLimits, readBody } from './request-body.ts'
import { askShadow } from './shadow.ts'
import type { Slots } from './slots.ts'
import type { Step } from './step.ts'
import { readSteps, type UniversalAsk } from './steps.ts'
import type { ChooseTarget, Target } from './target.ts'
import type { TargetLoads } from './target-loads.ts'
import { apply, openStep } from './try-step.ts'
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
  listModels: ListModels
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
      if ((gateway.authentication || showsToken(options)) && !options.authenticated) throw unauthorized(options)
      if (options.problem) throw options.problem

      // choose, read: one target; at the universal door those of the list in the body; of a chat the one its model names, or
      // those to which its dynamic route leads
      const { method } = exchange
      if (door.slug === chatDoor && isModelList(door, method))
        return answerModels(draft, deps.listModels(gateway, options), sink)
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

/** The first step, with the others behind it. The row of a chat says what its client asked, also where that is no chat. */
function readFirst(ask: UniversalAsk, native: Target | null, method: string, deps: PipelineDeps): Step | Promise<Step> {
  const { door, options, body, draft } = ask
  if (native) return { index: 0, door, options, target: native, body, route: null, next: null }
  if (door.slug !== chatDoor) return readSteps(ask, deps)()
  const { id, startedMs } = draft.record
  describeRequest(draft, chatFormat, readChatFacts(body), body, deps.limits.keptBytes)
  return readChatStep({ ...ask, method, id, startedMs, index: 0, countsModels: true, next: null }, deps)()
}

/** The models that chats can name: an answer of our own, for which there is no row. */
function answerModels(draft: Draft, body: Buffer, sink: Sink): void {
  draft.isLogged = false
  sink.head(200, ['content-type', 'application/json', 'content-length', String(body.length)])
  sink.end(body)
}
