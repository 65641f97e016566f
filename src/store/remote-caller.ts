import { type ErrorCode, GatewayError } from '../kernel/errors.ts'
import type { Line } from '../kernel/line.ts'
import type { LineName, StorePart } from './lines.ts'

/** `store`: what is asked of each thread, `ping` and `close`. */
export type Part = StorePart | 'store'

/** `kind` tells these messages from others that a thread may exchange on the same line. */
export interface Call {
  kind: 'store-call'
  id: number
  part: Part
  method: string
  args: unknown[]
}

export interface Answer {
  kind: 'store-answer'
  id: number
  value?: unknown
  error?: { message: string; code?: ErrorCode; path?: readonly (string | number)[]; stack?: string }
}

/** One side of a line to a store. */
export interface Caller {
  call(part: Part, method: string, args: unknown[]): Promise<unknown>
  /** Throws where the other side has ended. */
  assertAlive(): void
}

export function createCaller(name: LineName, line: Line): Caller {
  const open = new Map<number, PromiseWithResolvers<unknown>>()
  let lastId = 0
  let ended: GatewayError | null = null

  const end = (cause?: unknown): void => {
    ended ??= new GatewayError('unavailable', `The store's ${name} thread has ended. The server log has the reason.`, {
      cause,
    })
    for (const call of open.values()) call.reject(ended)
    open.clear()
  }
  line.on('message', (message: unknown) => {
    if (!isKind<Answer>(message, 'store-answer')) return
    const call = open.get(message.id)
    open.delete(message.id)
    if (message.error === undefined) call?.resolve(message.value)
    else call?.reject(toError(message.error))
  })
  // A worker ends with `exit` (and `error` before it, if it failed); a port closes when its other end is gone.
  line.on('error', end)
  line.on('exit', () => end())
  line.on('close', () => end())

  const assertAlive = (): void => {
    if (ended !== null) throw ended
  }
  return {
    assertAlive,
    async call(part, method, args) {
      assertAlive()
      const call = Promise.withResolvers<unknown>()
      const id = ++lastId
      open.set(id, call)
      line.postMessage({ kind: 'store-call', id, part, method, args } satisfies Call)
      return await call.promise
    },
  }
}

/** Starts a thread that serves a store; `terminate` ends it. */
export type OpenLine = () => Line & { terminate(): Promise<unknown> }

/** A caller whose thread is started when it is asked, and ended when it was not asked for `idleMs`: a thread takes 40 MB. */
export function createLazyCaller(name: LineName, open: OpenLine, idleMs = 60_000): Caller {
  let current: { caller: Caller; line: ReturnType<OpenLine> } | null = null
  let running = 0
  let timer: NodeJS.Timeout | null = null

  function begin(): { caller: Caller; line: ReturnType<OpenLine> } {
    const line = open()
    const opened = { caller: createCaller(name, line), line }
    // One that fails is started again by the next call.
    line.on('exit', () => {
      if (current === opened) current = null
    })
    return opened
  }
  async function end(): Promise<void> {
    const ended = current
    current = null
    await ended?.line.terminate()
  }
  return {
    assertAlive: () => {},
    async call(part, method, args) {
      const isLast = part === 'store' && method === 'close'
      if (isLast && !current) return
      if (timer) clearTimeout(timer)
      current ??= begin()
      running++
      try {
        return await current.caller.call(part, method, args)
      } finally {
        running--
        if (isLast) await end()
        else if (running === 0) timer = setTimeout(() => void end(), idleMs).unref()
      }
    },
  }
}

export function isKind<T extends Call | Answer>(message: unknown, kind: T['kind']): message is T {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === kind
}

function toError({ message, code, path, stack }: NonNullable<Answer['error']>): Error {
  if (code !== undefined) return new GatewayError(code, message, path === undefined ? {} : { path })
  const error = new Error(message)
  // The stack of the thread where it happened: that is where one looks.
  if (stack !== undefined) error.stack = stack
  return error
}
