import { GatewayError } from '../kernel/errors.ts'
import type { Kv } from '../kv/kv.ts'
import type { GatewaySnapshot } from '../live/live.ts'
import type { AddKey } from './add-key.ts'
import { ClientLeft } from './exchange.ts'
import { countersAway, rateLimited } from './limit-errors.ts'
import { isRefusal, type ProviderKey } from './provider-keys.ts'
import type { Target } from './target.ts'
import type { Tries } from './tries.ts'
import type { UpstreamAnswer, UpstreamCall, UpstreamRequest, Upstreams } from './upstream.ts'

export interface KeyedCallDeps {
  upstreams: Upstreams
  kv: Kv
  addKey: AddKey
}

export interface KeyedAsk {
  request: UpstreamRequest
  target: Target
  gateway: GatewaySnapshot
  /** Told each call with a key. */
  tries: Tries | null
  /** Told what must be masked in the row. */
  onSecrets: (secrets: readonly string[]) => void
}

/**
 * Calls a target. With keys that Tollgate adds: with the first whose own limit has room, and where the provider refuses it,
 * with the next, as long as the request can be sent again. The last refusal is the answer. `answer` rejects with
 * `rate_limited` where no key has room, and with what adding one throws.
 */
export function callTarget(ask: KeyedAsk, deps: KeyedCallDeps): UpstreamCall {
  const [first] = ask.target.keys
  if (!first) return deps.upstreams.call(ask.request)
  const isOnly = ask.target.keys.length === 1 && first.limit === null
  const made = isOnly ? callAtOnce(first, ask, deps) : null
  if (made) return made
  const left = Promise.withResolvers<never>()
  const state: CallState = { current: null, isOver: false }
  const answer = Promise.race([callInTurn(ask, state, deps), left.promise])
  return {
    answer,
    leave() {
      state.isOver = true
      left.reject(new ClientLeft('the client left before the provider answered'))
    },
    abort() {
      state.isOver = true
      state.current?.abort()
    },
  }
}

/** The usual case waits for nothing: the one key that there is, as it stands. Null where it first becomes something else. */
function callAtOnce(key: ProviderKey, ask: KeyedAsk, { upstreams, addKey }: KeyedCallDeps): UpstreamCall | null {
  const { request, target, tries, onSecrets } = ask
  const keyed = target.jsonKey ? null : addKey(request, target, key)
  if (keyed === null || keyed instanceof Promise) return null
  tries?.withKey(key)
  onSecrets(keyed.secrets)
  const call = upstreams.call(keyed.request)
  if (tries) {
    call.answer.then(
      ({ status }) => tries.end(status, null),
      (error: unknown) => tries.end(null, error instanceof GatewayError ? error.message : null),
    )
  }
  return call
}

interface CallState {
  current: UpstreamCall | null
  /** Nobody waits any more: no further call is made. */
  isOver: boolean
}

/** A key with room; what is behind it is yet to be tried. */
interface Turn {
  key: ProviderKey
  at: number
}

async function callInTurn(ask: KeyedAsk, state: CallState, deps: KeyedCallDeps): Promise<UpstreamAnswer> {
  const { request, target } = ask
  const canRepeat = request.body === null || Buffer.isBuffer(request.body)
  let turn = await nextTurn(ask, 0, deps)
  for (;;) {
    if ('refused' in turn) throw turn.refused
    if (state.isOver) throw givenUp()
    const answer = await callWith(turn.key, ask, state, deps)
    if (!canRepeat || !isRefusal(answer.status, target.provider) || turn.at + 1 >= target.keys.length) return answer
    const next = await nextTurn(ask, turn.at + 1, deps)
    // The provider's own words are better than that the other keys are used up.
    if ('refused' in next || state.isOver) return answer
    state.current?.abort()
    turn = next
  }
}

/** One call with one key. Its entry is no more this call's once nobody waits for it. */
async function callWith(
  key: ProviderKey,
  { request, target, tries, onSecrets }: KeyedAsk,
  state: CallState,
  deps: KeyedCallDeps,
): Promise<UpstreamAnswer> {
  tries?.withKey(key)
  try {
    const added = deps.addKey(request, target, key)
    const keyed = added instanceof Promise ? await added : added
    onSecrets(keyed.secrets)
    if (state.isOver) throw givenUp()
    state.current = deps.upstreams.call(keyed.request)
    const answer = await state.current.answer
    if (!state.isOver) tries?.end(answer.status, null)
    return answer
  } catch (error) {
    if (!state.isOver) tries?.end(null, error instanceof GatewayError ? error.message : null)
    throw error
  }
}

function givenUp(): ClientLeft {
  return new ClientLeft('the call was given up')
}

/** The first key from `from` on whose own limit has room; it is counted. */
async function nextTurn(
  { target, gateway }: KeyedAsk,
  from: number,
  { kv }: KeyedCallDeps,
): Promise<Turn | { refused: GatewayError }> {
  let refused: { error: GatewayError; resetMs: number } | null = null
  for (const [at, key] of target.keys.entries()) {
    if (at < from) continue
    if (key.limit === null) return { key, at }
    const asked = kv.admit({ gateway: gateway.number, cache: null, limit: key.limit, window: `key:${key.id}` })
    const verdict = asked instanceof Promise ? await asked : asked
    if (verdict.type === 'pass' || (verdict.type === 'away' && gateway.rateLimitFailsOpen)) return { key, at }
    if (verdict.type === 'away') return { refused: countersAway() }
    if (verdict.type !== 'limited' || (refused && refused.resetMs <= verdict.resetMs)) continue
    refused = { error: rateLimited('the stored key', key.limit, verdict.resetMs), resetMs: verdict.resetMs }
  }
  return { refused: refused?.error ?? countersAway() }
}
