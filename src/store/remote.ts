import type { Transferable } from 'node:worker_threads'
import { type ErrorCode, GatewayError } from '../kernel/errors.ts'
import type { Line } from '../kernel/line.ts'
import { lineFor, type LineName, methodsOf, type StorePart } from './lines.ts'
import type { GatewayStore, LogStore, Store } from './store.ts'

/** `store`: what is asked of each thread, `ping` and `close`. */
type Part = StorePart | 'store'

/** `kind` tells these messages from others that a thread may exchange on the same line. */
interface Call {
  kind: 'store-call'
  id: number
  part: Part
  method: string
  args: unknown[]
}

interface Answer {
  kind: 'store-answer'
  id: number
  value?: unknown
  error?: { message: string; code?: ErrorCode; path?: readonly (string | number)[]; stack?: string }
}

/** A line that can be closed from this end. */
interface ClosableLine extends Line {
  close?(): void
}

/** Answers the calls that come in on a line with a store of this side. A `close` also closes the line. */
export function serveStore(store: Store, port: ClosableLine): void {
  port.on('message', (message: unknown) => {
    if (!isKind<Call>(message, 'store-call')) return
    const { id } = message
    const answer = (rest: Pick<Answer, 'value' | 'error'>): void => {
      port.postMessage({ kind: 'store-answer', id, ...rest } satisfies Answer, ownBuffers(rest.value))
      if (message.method === 'close') port.close?.()
    }
    invoke(store, message).then(
      (value) => answer({ value }),
      (error: unknown) => answer({ error: describe(error) }),
    )
  })
}

/**
 * A store that lives in other threads; `lines.ts` says which of them a call goes to. What was written is seen by the
 * next read, since a write is answered after its commit. If a thread ends, its open calls and all later ones reject
 * with `unavailable`. `close` closes the stores at all ends; the threads belong to whoever started them.
 */
export function connectStore(lines: Record<LineName, Line>): Store {
  const known = new Map<Line, Caller>()
  const callerOf = (name: LineName): Caller => {
    const line = lines[name]
    const caller = known.get(line) ?? createCaller(name, line)
    known.set(line, caller)
    return caller
  }
  const callers: Record<LineName, Caller> = {
    write: callerOf('write'),
    list: callerOf('list'),
    scan: callerOf('scan'),
  }
  const part = (name: StorePart): Record<string, (...args: unknown[]) => Promise<unknown>> =>
    Object.fromEntries(
      methodsOf(name).map((method) => [
        method,
        (...args: unknown[]) => callers[lineFor(name, method, args)].call(name, method, args),
      ]),
    )
  return {
    // `lines.ts` has exactly the methods of these two types, and the other end calls those of the same type.
    gateways: part('gateways') as unknown as GatewayStore,
    logs: part('logs') as unknown as LogStore,
    async ping() {
      // Its thread may be busy with a scan, which is no reason to wait: it is enough that it lives.
      callers.scan.assertAlive()
      await Promise.all([callers.list.call('store', 'ping', []), callers.write.call('store', 'ping', [])])
    },
    async close() {
      // The one that writes goes last: SQLite then folds its log file back into the database.
      await Promise.all([callers.list.call('store', 'close', []), callers.scan.call('store', 'close', [])])
      await callers.write.call('store', 'close', [])
    },
  }
}

interface Caller {
  call(part: Part, method: string, args: unknown[]): Promise<unknown>
  /** Throws where the thread has ended. */
  assertAlive(): void
}

function createCaller(name: LineName, line: Line): Caller {
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

async function invoke(store: Store, { part, method, args }: Call): Promise<unknown> {
  const isKnown = part === 'store' ? method === 'ping' || method === 'close' : methodsOf(part).includes(method)
  if (!isKnown) throw new Error(`The store has no ${part}.${method}.`)
  const target = part === 'store' ? store : store[part]
  // The method exists (checked above), and `connectStore` gave it the arguments of the same type's caller.
  const call = (target as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[method]
  return await call?.(...args)
}

function isKind<T extends Call | Answer>(message: unknown, kind: T['kind']): message is T {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === kind
}

/** Bytes that have a buffer to themselves are handed over, not copied. */
function ownBuffers(value: unknown): Transferable[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((member: unknown) =>
    member instanceof Uint8Array &&
    member.buffer instanceof ArrayBuffer &&
    member.byteLength === member.buffer.byteLength
      ? [member.buffer]
      : [],
  )
}

function describe(error: unknown): NonNullable<Answer['error']> {
  if (error instanceof GatewayError) {
    const { message, code, path } = error
    return { message, code, ...(path !== undefined && { path }) }
  }
  if (!(error instanceof Error)) return { message: String(error) }
  return { message: error.message, ...(error.stack !== undefined && { stack: error.stack }) }
}

function toError({ message, code, path, stack }: NonNullable<Answer['error']>): Error {
  if (code !== undefined) return new GatewayError(code, message, path === undefined ? {} : { path })
  const error = new Error(message)
  // The stack of the thread where it happened: that is where one looks.
  if (stack !== undefined) error.stack = stack
  return error
}
