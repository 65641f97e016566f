import type { Transferable } from 'node:worker_threads'
import { GatewayError } from '../kernel/errors.ts'
import type { Line } from '../kernel/line.ts'
import { lineFor, type LineName, methodsOf, type StorePart } from './lines.ts'
import {
  type Answer,
  type Call,
  type Caller,
  createCaller,
  createLazyCaller,
  isKind,
  type OpenLine,
} from './remote-caller.ts'
import type {
  AuditStore,
  DatasetStore,
  DocumentStore,
  EvaluationStore,
  GatewayStore,
  LogStore,
  Store,
} from './store.ts'
import type { WordStore } from './word-store.ts'

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
 * with `unavailable`. `close` closes the stores at all ends; the threads belong to whoever started them. `scan` and
 * `words` may be opened when they are first needed, and are then ended when nobody needs them.
 */
export function connectStore(lines: { write: Line; list: Line; scan: Line | OpenLine; words: Line | OpenLine }): Store {
  const known = new Map<Line | OpenLine, Caller>()
  const callerOf = (name: LineName): Caller => {
    const line = lines[name]
    const caller =
      known.get(line) ?? (typeof line === 'function' ? createLazyCaller(name, line) : createCaller(name, line))
    known.set(line, caller)
    return caller
  }
  const callers: Record<LineName, Caller> = {
    write: callerOf('write'),
    list: callerOf('list'),
    scan: callerOf('scan'),
    words: callerOf('words'),
  }
  const part = (name: StorePart): Record<string, (...args: unknown[]) => Promise<unknown>> =>
    Object.fromEntries(
      methodsOf(name).map((method) => [
        method,
        (...args: unknown[]) => callers[lineFor(name, method, args)].call(name, method, args),
      ]),
    )
  return {
    // `lines.ts` has exactly the methods of these types, and the other end calls those of the same type.
    gateways: part('gateways') as unknown as GatewayStore,
    documents: part('documents') as unknown as DocumentStore,
    datasets: part('datasets') as unknown as DatasetStore,
    evaluations: part('evaluations') as unknown as EvaluationStore,
    audit: part('audit') as unknown as AuditStore,
    logs: part('logs') as unknown as LogStore,
    words: part('words') as unknown as WordStore,
    async ping() {
      // Its thread may be busy with a scan, which is no reason to wait: it is enough that it lives.
      callers.scan.assertAlive()
      await Promise.all([callers.list.call('store', 'ping', []), callers.write.call('store', 'ping', [])])
    },
    async close() {
      // The one that writes goes last: SQLite then folds its log file back into the database.
      await Promise.all((['list', 'scan', 'words'] as const).map((name) => callers[name].call('store', 'close', [])))
      await callers.write.call('store', 'close', [])
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
