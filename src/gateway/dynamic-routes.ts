import { hash } from 'node:crypto'
import type { PassedElement, TakenRoute } from '../contract/log-record.ts'
import { type ErrorCode, GatewayError } from '../kernel/errors.ts'
import { credentialHeaders } from '../kernel/header-names.ts'
import type { Kv, RateLimit } from '../kv/kv.ts'
import type { Live } from '../live/live.ts'
import { pickTarget } from '../routing/balance.ts'
import { drawKeyOf } from '../routing/draw-key.ts'
import type {
  CompiledRoute,
  ModelNode,
  ModelTarget,
  RateNode,
  RouteInput,
  RouteNode,
  Shadow,
} from '../routing/routing.ts'
import { type CountRate, mayReachModel, type Walked, walk } from '../routing/walk.ts'
import { noAttemptOptions } from './attempt-options.ts'
import { findOrCatchUp } from './catch-up.ts'
import { addressChat, type ChatRequest, type OpenChat } from './chat.ts'
import { shown } from './door.ts'
import { rateLimited } from './limit-errors.ts'
import type { RequestOptions } from './request-options.ts'
import type { AskedStep, NextStep, RefusedStep, Step } from './step.ts'
import type { ChooseTarget } from './target.ts'
import type { TargetLoads } from './target-loads.ts'
import type { UpstreamCall } from './upstream.ts'

export interface RouteDeps {
  chooseTarget: ChooseTarget
  live: Pick<Live, 'dynamicRoute'>
  kv: Pick<Kv, 'admit'>
  loads: TargetLoads
  /** See `PipelineDeps`. */
  catchUpSettings: (() => Promise<void>) | null
}

/** A chat whose model a dynamic route is to find. */
export interface RouteAsk extends ChatRequest {
  chat: OpenChat
  /** Of the route. */
  name: string
  index: number
  /** See `ChatStepAsk`. */
  countsModels: boolean
  next: NextStep | null
}

/** One request on its way through a route. */
interface Way extends Pick<RouteDeps, 'chooseTarget' | 'loads' | 'catchUpSettings'> {
  ask: RouteAsk
  route: CompiledRoute
  input: RouteInput
  count: CountRate
  path: PassedElement[]
}

/**
 * The way of a chat through a route: each model that is asked is a step, and the one behind it is looked for when it has failed.
 * Where no model is left, `next` of the chat takes over, or a step without a target says why. Throws `provider_unknown`.
 */
export function openRoute(ask: RouteAsk, { chooseTarget, live, kv, loads, catchUpSettings }: RouteDeps): NextStep {
  const { gateway, name } = ask
  const route = live.dynamicRoute(gateway.number, name)
  if (!route) {
    throw new GatewayError(
      'provider_unknown',
      `Model not found: the gateway ${gateway.id} has no dynamic route ${shown(name)}`,
      { path: ['model'] },
    )
  }
  const count: CountRate = (rate, key) => countIn(rate, key, ask, kv)
  const way: Way = { ask, route, input: inputOf(ask), count, path: [], chooseTarget, loads, catchUpSettings }
  return () => goFrom(way, route.first, ask.index, null)
}

/** `failure`: why the model before could not be asked. */
function goFrom(way: Way, from: RouteNode, index: number, failure: GatewayError | null): Step | Promise<Step> {
  const walked = walk(from, way.input, way.count, way.path)
  if (walked instanceof Promise) return walked.then((to) => arrive(way, to, index, failure))
  return arrive(way, walked, index, failure)
}

function arrive(way: Way, walked: Walked, index: number, failure: GatewayError | null): Step | Promise<Step> {
  const { ask, route } = way
  if (walked.type === 'end') {
    if (ask.next) return ask.next()
    const { full } = walked
    return refuse(way, index, full ? isFull(route, full.rate, full.resetMs) : (failure ?? withoutModel(route)))
  }
  return tryTargets(way, walked.node, { index, tried: [], failure: null })
}

/** How far the targets of one element were tried. */
interface Trial {
  index: number
  tried: readonly ModelTarget[]
  failure: GatewayError | null
}

/** The next target of an element; where all were tried, the way behind it. */
function tryTargets(way: Way, node: ModelNode, { index, tried, failure }: Trial): Step | Promise<Step> {
  const target = pickTarget(node, tried, way.input.drawKey, way.loads.of)
  if (!target) return goFrom(way, node.fallback, index, failure)
  const turn: Turn = { node, target, index, tried: [...tried, target] }
  const passOn = (error: unknown): Step | Promise<Step> => passOver(way, turn, error)
  try {
    const asked = findOrCatchUp(() => askTarget(way, turn), way.catchUpSettings)
    return asked instanceof Promise ? asked.catch(passOn) : asked
  } catch (error) {
    return passOn(error)
  }
}

/** On from a target that could not be asked. Throws what is no answer to a client. */
function passOver(way: Way, turn: Turn, error: unknown): Step | Promise<Step> {
  const { node, index, tried } = turn
  if (!(error instanceof GatewayError)) throw error
  if (!passedOver.has(error.code)) return refuse(way, index, error)
  const message = `The dynamic route ${shown(way.route.name)} could not ask the model of its element ${shown(node.id)}: ${error.message}`
  const failure = new GatewayError(error.code, message, { cause: error, ...(error.path && { path: error.path }) })
  way.path.push({ ...leaving(turn), error: error.message })
  return tryTargets(way, node, { index, tried, failure })
}

/** What is wrong with one model alone: the next one may be a good one. */
const passedOver: ReadonlySet<ErrorCode> = new Set([
  'provider_invalid',
  'provider_unknown',
  'chat_invalid',
  'key_unknown',
  'upstream_refused',
  'unavailable',
])

/** A target of an element in its turn. */
interface Turn {
  node: ModelNode
  target: ModelTarget
  index: number
  /** It and those before it. */
  tried: readonly ModelTarget[]
}

/** Where a request goes on that a target has not answered: to the next one of its element, or behind it. */
function leaving({ node, tried }: Turn): PassedElement {
  return { elementId: node.id, type: 'model', output: tried.length < node.targets.length ? 'next' : 'fallback' }
}

function askTarget(way: Way, turn: Turn): AskedStep {
  const { ask, input, path, loads } = way
  const { node, target, index, tried } = turn
  const asked = addressTarget(way, node, target)
  const fallBack: NextStep = () => {
    path.push(leaving(turn))
    return tryTargets(way, node, { index: ask.countsModels ? index + 1 : index, tried, failure: null })
  }
  const isLast = tried.length === node.targets.length
  const next = !isLast || ask.next !== null || mayReachModel(node.fallback, input) ? fallBack : null
  const step: AskedStep = { ...asked, index, route: takenTo(way, node), next }
  if (node.targets.length > 1) watchLoad(step, (call) => loads.watch(target, call))
  const { shadow } = node
  if (shadow?.takes(input.drawKey)) step.shadow = () => shadowOf(way, node, shadow, index)
  return step
}

/** Throws what `addressChat` throws. */
function addressTarget(
  way: Way,
  node: ModelNode,
  target: ModelTarget,
): Pick<AskedStep, 'door' | 'options' | 'target' | 'body'> {
  const { ask, chooseTarget } = way
  const options = optionsFor(node, target, way)
  const name = `${target.provider}/${target.model}`
  return { door: ask.door, options, ...addressChat({ ...ask, options }, ask.chat, name, chooseTarget) }
}

function watchLoad({ target }: AskedStep, watch: (call: UpstreamCall) => UpstreamCall): void {
  const { chat } = target
  if (!chat) return
  const { translate } = chat
  chat.translate = (call) => watch(translate(call))
}

/** A copy of the request for another model: neither cached nor tried again. */
function shadowOf(way: Way, node: ModelNode, { target }: Shadow, index: number): AskedStep {
  const asked = addressTarget(way, { ...node, retries: 0 }, target)
  const options = { ...asked.options, cache: { skip: true, ttlMs: null, key: null } }
  return { ...asked, options, index, route: takenTo(way, node), next: null }
}

/** The way to a model whose row it stands in. */
function takenTo(way: Way, { id }: ModelNode): TakenRoute {
  return taken(way, [...way.path, { elementId: id, type: 'model', output: null }])
}

/** What an element says stands over what the request says, which stands over the gateway's settings. */
function optionsFor(
  { timeoutMs, retries }: ModelNode,
  { keyAlias }: ModelTarget,
  { ask: { options }, route }: Way,
): RequestOptions {
  const forwarded = options.forwarded
  return {
    ...options,
    // The client's key is for one provider, and would be shown to the others.
    forwarded: route.providers.size === 1 ? [...forwarded] : withoutCredentials(forwarded),
    keyAlias: keyAlias ?? options.keyAlias,
    attempts: { ...(options.attempts ?? noAttemptOptions()), maxAttempts: retries + 1, timeoutMs },
  }
}

function withoutCredentials(headers: readonly string[]): string[] {
  return headers.filter((_, at) => !credentialHeaders.has(headers[at - (at % 2)]?.toLowerCase() ?? ''))
}

function refuse(way: Way, index: number, refusal: GatewayError): RefusedStep {
  const { door, options, body } = way.ask
  return { index, door, options, body, route: taken(way, [...way.path]), refusal, next: null }
}

function taken({ route: { id, name, versionId } }: Way, path: readonly PassedElement[]): TakenRoute {
  return { id, name, versionId, path }
}

function withoutModel({ name }: CompiledRoute): GatewayError {
  return new GatewayError(
    'provider_invalid',
    `Model not found: the dynamic route ${shown(name)} ended without a model`,
    {
      path: ['model'],
    },
  )
}

function inputOf({ options: { metadata, forwarded, sessionId }, chat, id }: RouteAsk): RouteInput {
  return {
    metadata,
    body: chat.fields,
    header: (name) => headerIn(forwarded, name),
    drawKey: drawKeyOf(sessionId, metadata, id).key,
  }
}

function headerIn(headers: readonly string[], name: string): string | null {
  let found: string | null = null
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (headers[at]?.length !== name.length || headers[at]?.toLowerCase() !== name) continue
    const value = headers[at + 1] ?? ''
    found = found === null ? value : `${found}, ${value}`
  }
  return found
}

/** Of a counted value, as it stands in the name of its window. */
const longestKey = 64

function limitOf({ requests, windowMs }: RateNode): RateLimit {
  return { requests, windowMs, technique: 'fixed' }
}

function countIn(rate: RateNode, key: string, { gateway }: RouteAsk, kv: Pick<Kv, 'admit'>): number | Promise<number> {
  // Clients make keys as long as they like.
  const named = key.length > longestKey ? `#${hash('sha256', key, 'base64url')}` : `=${key}`
  const window = `rate:${rate.counter}${named}`
  const asked = kv.admit({ gateway: gateway.number, cache: null, limit: limitOf(rate), window, isOneOfMany: true })
  return asked instanceof Promise ? asked.then(resetOf) : resetOf(asked)

  function resetOf(verdict: Awaited<typeof asked>): number {
    if (verdict.type === 'limited') return verdict.resetMs
    return verdict.type === 'away' && !gateway.rateLimitFailsOpen ? 1000 : 0
  }
}

function isFull({ name }: CompiledRoute, rate: RateNode, resetMs: number): GatewayError {
  return rateLimited(`the element ${shown(rate.id)} of the dynamic route ${shown(name)}`, limitOf(rate), resetMs)
}
