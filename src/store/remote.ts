import type { MessagePort, Worker } from 'node:worker_threads'
import { type ErrorCode, GatewayError } from '../kernel/errors.ts'
import type { GatewayStore, LogStore, Store } from './store.ts'

/** The end of a line to a thread that serves a store there. */
export type StoreLine = Worker | MessagePort

/** Which line a call takes: what writes goes to the one writer, the rest to a reader. */
const lineOf = {
  gateways: { all: 'read', page: 'read', insert: 'write', update: 'write', remove: 'write' },
  logs: {
    append: 'write',
    positions: 'read',
    page: 'read',
    get: 'read',
    bodies: 'read',
    remove: 'write',
    removeGateway: 'write',
    orphans: 'read',
  },
  store: { ping: 'both', close: 'both' },
} as const satisfies {
  gateways: Record<keyof GatewayStore, LineName>
  logs: Record<keyof LogStore, LineName>
  store: Record<Exclude<keyof Store, 'gateways' | 'logs'>, 'both'>
}

type LineName = 'read' | 'write'
type Room = keyof typeof lineOf

/** `kind` tells these messages from others that a thread may exchange on the same line. */
interface Call {
  kind: 'store-call'
  id: number
  room: Room
  method: string
  args: unknown[]
}

interface Answer {
  kind: 'store-answer'
  id: number
  value?: unknown
  error?: { message: string; code?: ErrorCode; path?: readonly (string | number)[]; stack?: string }
}

/** Answers the calls that come in on a port with a store of this thread. A `close` also closes the port. */
export function serveStore(store: Store, port: MessagePort): void {
  port.on('message', (message: unknown) => {
    if (!isKind<Call>(message, 'store-call')) return
    const { id } = message
    const answer = (rest: Pick<Answer, 'value' | 'error'>): void => {
      port.postMessage({ kind: 'store-answer', id, ...rest } satisfies Answer, ownBuffers(rest.value))
      if (message.method === 'close') port.close()
    }
    invoke(store, message).then(
      (value) => answer({ value }),
      (error: unknown) => answer({ error: describe(error) }),
    )
  })
}

/**
 * A store that lives in other threads. What was written is seen by the next read, since a write is answered after its
 * commit. If a thread ends, its open calls and all later ones reject with `unavailable`. `close` closes the stores at
 * both ends; the threads belong to whoever started them.
 */
export function connectStore(lines: { write: StoreLine; read: StoreLine }): Store {
  const callers = { write: createCaller('write', lines.write), read: createCaller('read', lines.read) }
  const both = async (method: keyof typeof lineOf.store): Promise<void> => {
    await Promise.all([callers.read('store', method, []), callers.write('store', method, [])])
  }
  const room = (name: 'gateways' | 'logs'): Record<string, (...args: unknown[]) => Promise<unknown>> =>
    Object.fromEntries(
      Object.entries(lineOf[name]).map(([method, line]) => [
        method,
        (...args: unknown[]) => callers[line](name, method, args),
      ]),
    )
  return {
    // `lineOf` has exactly the methods of these two types (`satisfies`), and the other end calls those of the same type.
    gateways: room('gateways') as unknown as GatewayStore,
    logs: room('logs') as unknown as LogStore,
    ping: () => both('ping'),
    async close() {
      // The one that writes goes last: SQLite then folds its log file back into the database.
      await callers.read('store', 'close', [])
      await callers.write('store', 'close', [])
    },
  }
}

type Caller = (room: Room, method: string, args: unknown[]) => Promise<unknown>

function createCaller(name: LineName, line: StoreLine): Caller {
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

  return (room, method, args) => {
    if (ended !== null) return Promise.reject(ended)
    const call = Promise.withResolvers<unknown>()
    const id = ++lastId
    open.set(id, call)
    line.postMessage({ kind: 'store-call', id, room, method, args } satisfies Call)
    return call.promise
  }
}

async function invoke(store: Store, { room, method, args }: Call): Promise<unknown> {
  if (!Object.hasOwn(lineOf[room], method)) throw new Error(`The store has no ${room}.${method}.`)
  const target = room === 'store' ? store : store[room]
  // The method exists (checked above), and `connectStore` gave it the arguments of the same type's caller.
  const call = (target as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[method]
  return await call?.(...args)
}

function isKind<T extends Call | Answer>(message: unknown, kind: T['kind']): message is T {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === kind
}

/** Bytes that have a buffer to themselves are handed over, not copied. */
function ownBuffers(value: unknown): ArrayBuffer[] {
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
