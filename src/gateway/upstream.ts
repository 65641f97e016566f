import { type Dispatcher, Pool } from 'undici'
import type { AnswerFacts } from '../formats/format.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { Dial } from './dial.ts'
import { ClientLeft } from './exchange.ts'

/** One call to a provider. */
export interface UpstreamRequest {
  /** Scheme, host and port. */
  origin: string
  /** Path and query, as they are sent. */
  path: string
  method: string
  /** Names and values in turn. */
  headers: string[]
  body: Buffer | AsyncIterable<Buffer> | null
  /** A user gave the address: it is dialled only where that is allowed. */
  isUserGiven: boolean
  /** What its answer must become; absent: it stays as it is. */
  translate?: (call: UpstreamCall) => UpstreamCall
}

/** A provider's answer from its head on. What came before `deliver` is called is kept and delivered then. */
export interface UpstreamAnswer {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Whether the whole answer is here already. */
  isEnded(): boolean
  /**
   * What the provider told, where that is read already: the bytes are a translation of its own format, or were judged. Known
   * once it has ended.
   */
  readFacts?: () => AnswerFacts
  deliver(receiver: AnswerReceiver): void
  pause(): void
  resume(): void
}

export interface AnswerReceiver {
  chunk(bytes: Buffer): void
  end(): void
  /** The connection broke or stayed silent (`upstream_failed`, `upstream_timeout`). */
  failed(error: GatewayError): void
}

export interface UpstreamCall {
  /** Rejects with `upstream_failed`, `upstream_timeout`, `upstream_refused`, `input_invalid`, or with `ClientLeft` after `leave`. */
  answer: Promise<UpstreamAnswer>
  /** The client left: `answer` rejects at once, if it was still open. The connection stands until `abort`. */
  leave: () => void
  /** Gives the connection up, if the answer has not ended. */
  abort: () => void
}

export interface Upstreams {
  call(request: UpstreamRequest): UpstreamCall
  close(): Promise<void>
}

export interface UpstreamTimeouts {
  /** To the answer's head. */
  headersMs: number
  /** Between two pieces of its body. */
  answerIdleMs: number
}

/** Clients may name hosts (a resource, a region): of more the longest known are closed, once nothing runs on them. */
const mostPools = 1000

/** Connections to providers: one pool per origin, as many connections as there are calls, never pipelined. */
export function createUpstreams(timeouts: UpstreamTimeouts, dial: Dial): Upstreams {
  const own = new Map<string, Pool>()
  /** Apart, so that no connection that was made without a check is used where there must be one. */
  const userGiven = new Map<string, Pool>()

  function poolOf({ origin, isUserGiven }: UpstreamRequest): Pool {
    const pools = isUserGiven ? userGiven : own
    const known = pools.get(origin)
    if (known) return known
    for (const [oldest, old] of pools) {
      if (pools.size < mostPools) break
      pools.delete(oldest)
      void old.close()
    }
    const pool = new Pool(origin, {
      connections: null,
      pipelining: 1,
      allowH2: false,
      headersTimeout: timeouts.headersMs,
      bodyTimeout: timeouts.answerIdleMs,
      maxHeaderSize: 64 * 1024,
      connect: dial.connectorFor(origin, isUserGiven),
    })
    pools.set(origin, pool)
    return pool
  }

  return {
    call(request) {
      const call = dispatch(poolOf(request), request)
      return request.translate ? request.translate(call) : call
    },
    async close() {
      await Promise.all([...own.values(), ...userGiven.values()].map((pool) => pool.destroy()))
      await dial.close()
    },
  }
}

/** What is known of one call while it runs. */
interface CallState {
  controller: Dispatcher.DispatchController | null
  receiver: AnswerReceiver | null
  /** What came before there was a receiver. */
  early: Buffer[]
  failure: GatewayError | null
  isEnded: boolean
  isAborted: boolean
}

function dispatch(pool: Pool, request: UpstreamRequest): UpstreamCall {
  const head = Promise.withResolvers<UpstreamAnswer>()
  const state: CallState = {
    controller: null,
    receiver: null,
    early: [],
    failure: null,
    isEnded: false,
    isAborted: false,
  }
  pool.dispatch(
    {
      path: request.path,
      method: request.method as Dispatcher.HttpMethod,
      headers: request.headers,
      // undici takes async iterables; its types only know streams.
      body: request.body as Buffer | null,
    },
    createHandler(state, head, request.origin),
  )
  return {
    answer: head.promise,
    leave: () => head.reject(new ClientLeft('the client left before the provider answered')),
    abort() {
      if (state.isEnded || state.isAborted) return
      state.isAborted = true
      state.controller?.abort(givenUp())
    },
  }
}

function createHandler(
  state: CallState,
  head: PromiseWithResolvers<UpstreamAnswer>,
  origin: string,
): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller) {
      state.controller = controller
      if (state.isAborted) controller.abort(givenUp())
    },
    onResponseStart(_controller, status, headers) {
      // 103 Early Hints and its like: the answer itself follows.
      if (status >= 200) head.resolve(createAnswer(state, status, headers))
    },
    onResponseData(_controller, chunk) {
      if (state.receiver) state.receiver.chunk(chunk)
      else state.early.push(chunk)
    },
    onResponseEnd() {
      state.isEnded = true
      state.receiver?.end()
    },
    onResponseError(_controller, error) {
      state.isEnded = true
      if (state.isAborted) return
      state.failure = toFailure(error, origin)
      // The request's own body failed: the client left while it was still being sent.
      head.reject(error instanceof ClientLeft ? error : state.failure)
      state.receiver?.failed(state.failure)
    },
  }
}

function createAnswer(state: CallState, status: number, headers: UpstreamAnswer['headers']): UpstreamAnswer {
  return {
    status,
    headers,
    isEnded: () => state.isEnded,
    deliver(receiver) {
      state.receiver = receiver
      for (const chunk of state.early) receiver.chunk(chunk)
      state.early = []
      if (state.failure) receiver.failed(state.failure)
      else if (state.isEnded) receiver.end()
    },
    pause: () => state.controller?.pause(),
    resume: () => state.controller?.resume(),
  }
}

function givenUp(): Error {
  return new ClientLeft('the call was given up')
}

/** undici's error in our words. Never its message: that may hold an address or a header. */
function toFailure(error: Error, origin: string): GatewayError {
  if (error instanceof GatewayError) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  if (code === 'UND_ERR_INVALID_ARG') {
    return new GatewayError('input_invalid', `The request cannot be sent on: ${error.message}`, { cause: error })
  }
  if (code.endsWith('_TIMEOUT')) {
    return new GatewayError('upstream_timeout', `No answer from the provider at ${origin} in time (${code})`, {
      cause: error,
    })
  }
  return new GatewayError('upstream_failed', `Failed to get response from provider at ${origin} (${code})`, {
    cause: error,
  })
}
