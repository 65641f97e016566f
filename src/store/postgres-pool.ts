import { Socket } from 'node:net'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import { Pool, type PoolClient, types } from 'pg'
import type { GatewayError } from '../kernel/errors.ts'
import { breaksConnection, toStoreError } from './postgres-errors.ts'

export interface PostgresPoolOptions {
  /** `postgres://...` */
  url: string
  /** How long one statement may take: a second later it is given up here, and its connection with it. */
  deadlineMs: number
  /** After which the server stops it. What is on its way to the server counts too. */
  serverDeadlineMs: number
  /** What a statement fails with that was stopped. */
  afterDeadline: () => GatewayError
}

/** Of each of the three threads: nine for a machine, where PostgreSQL takes a hundred if it is not told otherwise. */
const maxConnections = 3
const connectMs = 5000
const giveUpAfterMs = 1000
/** What a body takes on its way through the slowest network that one would put a database behind: 1 MB/s. */
const slowestBytesPerMs = 1000
const closeMs = 2000
/** A transaction of a machine that was lost must not hold its locks for ever. */
const idleInTransactionMs = 60_000

/**
 * Connections of this thread, as Kysely takes them. Nothing waits without end, also where the server takes
 * connections and does not answer. What fails rejects with `unavailable`, and that connection is not used again.
 */
export function createPostgresPool(options: PostgresPoolOptions): PostgresPool {
  const { url, deadlineMs, serverDeadlineMs, afterDeadline } = options
  const sockets = new Set<Socket>()
  const pool = new Pool({
    connectionString: withLibpqModes(url),
    max: maxConnections,
    connectionTimeoutMillis: connectMs,
    statement_timeout: serverDeadlineMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    keepAlive: true,
    fallback_application_name: 'tollgate',
    types: { getTypeParser: typeParser },
    stream() {
      const socket = new Socket()
      sockets.add(socket)
      return socket.once('close', () => sockets.delete(socket))
    },
  })
  // Both are told of a connection that broke; whoever uses one learns it from the query, the pool drops idle ones.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const translate = (error: unknown): unknown => toStoreError(error, afterDeadline)

  return {
    options: pool.options,
    async connect() {
      try {
        return lend(await pool.connect(), deadlineMs + giveUpAfterMs, translate)
      } catch (error) {
        throw translate(error)
      }
    },
    async end() {
      // A server that does not answer would not close its end either.
      const timer = setTimeout(() => sockets.forEach((socket) => socket.destroy()), closeMs)
      await pool.end()
      clearTimeout(timer)
    },
  }
}

function lend(client: PoolClient, giveUpMs: number, translate: (error: unknown) => unknown): PostgresPoolClient {
  let broken: { error: unknown } | null = null
  const query = async (text: string, parameters: readonly unknown[]): Promise<unknown> => {
    if (broken) throw broken.error
    try {
      const query = { text, values: [...parameters], query_timeout: giveUpMs + bytesOf(parameters) / slowestBytesPerMs }
      return await client.query(query)
    } catch (error) {
      const translated = translate(error)
      if (breaksConnection(error)) broken = { error: translated }
      throw translated
    }
  }
  return {
    // Kysely gives texts and parameters; it asks for cursors only where it was given some.
    query: query as PostgresPoolClient['query'],
    release: (isDiscarded) => client.release(isDiscarded === true || broken !== null),
  }
}

function bytesOf(parameters: readonly unknown[]): number {
  return parameters.reduce<number>((sum, value) => sum + (value instanceof Uint8Array ? value.byteLength : 0), 0)
}

/** `sslmode` as PostgreSQL's own programs take it: `require` encrypts, `verify-full` also checks who answers. */
function withLibpqModes(url: string): string {
  const parsed = new URL(url)
  if (!parsed.searchParams.has('sslmode') || parsed.searchParams.has('uselibpqcompat')) return url
  parsed.searchParams.set('uselibpqcompat', 'true')
  return parsed.href
}

/** All numbers here are in the safe range; `pg` gives 64-bit ones as texts otherwise. */
const typeParser: typeof types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === types.builtins.INT8 && format !== 'binary' ? Number : types.getTypeParser(oid, format)
