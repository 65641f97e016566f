import type { Format, RequestFacts } from '../formats/format.ts'
import type { Clock } from '../kernel/clock.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { GatewaySnapshot } from '../live/live.ts'
import type { Breaker, CallOutcome, Place } from './breaker.ts'
import { ClientLeft } from './exchange.ts'
import { hold } from './held-start.ts'
import { type AttemptPlan, isRetriedStatus, readRetryAfter, waitMs } from './retry-plan.ts'
import type { Target } from './target.ts'
import type { Tries } from './tries.ts'
import type { UpstreamAnswer, UpstreamCall } from './upstream.ts'

export interface AttemptsDeps {
  clock: Clock
  breaker: Breaker
  /** How long the start of an answer is held at most. */
  heldStartMs: number
}

/** A target that is called as its plan says, and what came of it. */
export interface Attempts {
  plan: AttemptPlan
  place: Place
  format: Format
  /** Each call so far. */
  tries: Tries
  /** The answer that was given is no good one, and the next target may be tried. */
  hasFailed: boolean
}

export function openAttempts(
  plan: AttemptPlan,
  tries: Tries,
  { number }: GatewaySnapshot,
  { origin, format }: Target,
  { model }: RequestFacts,
): Attempts {
  return { plan, place: { gateway: number, origin, model }, format, tries, hasFailed: false }
}

/** Calls a target until it answers well or may not be called again: one call to whoever waits for its answer. */
export type CallWithAttempts = (called: Called, attempts: Attempts) => UpstreamCall

/** What is called: where it is, and how it is called once. */
interface Called {
  origin: string
  call: () => UpstreamCall
}

/** One run of attempts while it runs. */
interface Running {
  call: UpstreamCall | null
  isLeft: boolean
  /** Ends what is waited for now, with `ClientLeft`. */
  interrupt: (() => void) | null
}

/** How one call went. `answer`: null where there is none, so that `error` is thrown if it was the last one. */
interface Tried {
  answer: UpstreamAnswer | null
  error: GatewayError | null
  isGood: boolean
  mayRetry: boolean
}

/** Bytes of an answer that nobody wants which are still read, so that its connection can be used again. */
const mostDroppedBytes = 64 * 1024
const longestDropMs = 2000

export function createAttempts(deps: AttemptsDeps): CallWithAttempts {
  return (called, attempts) => {
    const running: Running = { call: null, isLeft: false, interrupt: null }
    const leave = (): void => {
      running.isLeft = true
      running.interrupt?.()
    }
    return {
      answer: callUntilGood(called, attempts, running, deps),
      leave,
      abort() {
        leave()
        running.call?.abort()
      },
    }
  }
}

async function callUntilGood(
  called: Called,
  attempts: Attempts,
  running: Running,
  deps: AttemptsDeps,
): Promise<UpstreamAnswer> {
  const { plan, place } = attempts
  for (let count = 1; ; count++) {
    const tell = deps.breaker.enter(place, !plan.hasNext)
    if (!tell) throw passedOver(place)
    const tried = await tryOnce(called, attempts, count, running, tell, deps)
    if (tried.isGood && tried.answer) return tried.answer

    const isOver = count === plan.maxAttempts || !tried.mayRetry || (plan.hasNext && deps.breaker.isOpen(place))
    const askedMs = tried.answer && readRetryAfter(tried.answer.headers, deps.clock.nowMs())
    const pauseMs = isOver ? null : waitMs(plan, count, askedMs, Math.random())
    if (pauseMs === null) return await settle(tried, attempts, running, deps)
    if (tried.answer && running.call) drop(running.call, tried.answer)
    await pause(pauseMs, running)
  }
}

/** Calls once, and waits until it is known whether that went well. Throws what is no failure of the provider. */
async function tryOnce(
  called: Called,
  attempts: Attempts,
  count: number,
  running: Running,
  tell: (outcome: CallOutcome) => void,
  deps: AttemptsDeps,
): Promise<Tried> {
  const { plan, tries, format } = attempts
  let status: number | null = null
  let reason: string | null = null
  tries.begin()
  try {
    if (running.isLeft) throw new ClientLeft('the client left between two attempts')
    running.call = called.call()
    const answer = await headInTime(running.call, plan.timeoutMs, called.origin, running)
    status = answer.status
    const isGood = answer.status >= 200 && answer.status < 300
    const mayFollow = plan.hasNext || count < plan.maxAttempts
    if (!isGood || !mayFollow) {
      tell(answer.status >= 500 ? 'failed' : 'good')
      return { answer, error: null, isGood, mayRetry: isRetriedStatus(answer.status) }
    }
    const holding = hold(answer, { format, call: running.call, limitMs: deps.heldStartMs, running })
    const held = holding instanceof Promise ? await holding : holding
    reason = held.failure
    tell(held.failure === null ? 'good' : 'failed')
    return { answer: held.answer, error: null, isGood: held.failure === null, mayRetry: true }
  } catch (error) {
    const failure = failureOf(error)
    tell(failure === null ? 'unknown' : isUnreachable(failure) ? 'unreachable' : 'failed')
    if (failure === null) throw error
    reason = failure.message
    return { answer: null, error: failure, isGood: false, mayRetry: true }
  } finally {
    running.interrupt = null
    tries.end(status, reason)
  }
}

/** What is given where a target is not called again: its last answer, or why there is none. */
async function settle(
  { answer, error }: Tried,
  attempts: Attempts,
  running: Running,
  deps: AttemptsDeps,
): Promise<UpstreamAnswer> {
  if (!answer) throw error ?? new Error('a call came to nothing, and nobody knows why')
  if (!attempts.plan.hasNext) return answer
  attempts.hasFailed = true
  const { call } = running
  if (!call || answer.isEnded()) return answer
  // Its row tells what the provider said; the next target does not wait long for that.
  const held = await hold(answer, { format: null, call, limitMs: deps.heldStartMs, running })
  running.interrupt = null
  return held.answer
}

/** The head of an answer, or `upstream_timeout`. */
function headInTime(
  call: UpstreamCall,
  timeoutMs: number | null,
  origin: string,
  running: Running,
): Promise<UpstreamAnswer> {
  running.interrupt = call.leave
  if (timeoutMs === null) return call.answer
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(timedOut(origin, timeoutMs))
      call.abort()
    }, timeoutMs)
    call.answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** What a request that waits no longer than it was told to gets. */
export function timedOut(origin: string, timeoutMs: number): GatewayError {
  return new GatewayError(
    'upstream_timeout',
    `No answer from the provider at ${origin} within ${timeoutMs} ms (cf-aig-request-timeout)`,
  )
}

function passedOver({ origin, model }: Place): GatewayError {
  return new GatewayError(
    'upstream_failed',
    `The provider at ${origin} was passed over${model === null ? '' : ` for ${model}`}: its last calls failed one after another`,
  )
}

/** Null for what is no failure of the provider: the client left, or the request cannot be sent. */
function failureOf(error: unknown): GatewayError | null {
  return error instanceof GatewayError && isUpstreamFailure(error) ? error : null
}

/** Whether it is the provider that failed. */
export function isUpstreamFailure({ code }: GatewayError): boolean {
  return code === 'upstream_failed' || code === 'upstream_timeout'
}

const unreachable = /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/

function isUnreachable({ cause }: GatewayError): boolean {
  return cause instanceof Error && 'code' in cause && unreachable.test(String(cause.code))
}

/** Reads what is left of an answer that nobody wants, as long as that costs less than a new connection. */
function drop(call: UpstreamCall, answer: UpstreamAnswer): void {
  let bytes = 0
  const timer = setTimeout(call.abort, longestDropMs).unref()
  const stop = (): void => clearTimeout(timer)
  answer.deliver({
    chunk(piece) {
      bytes += piece.length
      if (bytes > mostDroppedBytes) call.abort()
    },
    end: stop,
    failed: stop,
  })
}

function pause(ms: number, running: Running): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    running.interrupt = () => {
      clearTimeout(timer)
      reject(new ClientLeft('the client left between two attempts'))
    }
  })
}
