import { DatabaseSync } from 'node:sqlite'
import { type Kysely, sql, SqliteDialect } from 'kysely'
import { systemClock } from '../kernel/clock.ts'
import { deadlinePassed } from './deadline.ts'
import type { Engine, LogColumns } from './engine.ts'
import { withLogColumns } from './log-columns.ts'
import type { Schema } from './schema.ts'
import { sqliteJson } from './sqlite-json.ts'
import { forKysely } from './sqlite-kysely.ts'
import { createSqliteWords, wordFileOf } from './sqlite-words.ts'

const busyTimeoutMs = 5000
/** So long after the last removal its bytes leave the write-ahead log, and so long after the first one at the latest. */
const quietMs = 2000
const longestForgettingMs = 30_000

export interface SqliteOptions {
  file: string
  readOnly: boolean
  /** How long one statement may look at rows. */
  deadlineMs: number
}

/**
 * SQLite in this thread, through `node:sqlite`. One handle writes, others read: WAL lets them see what is committed
 * without waiting for the writer.
 */
export function createSqliteEngine({ file, readOnly, deadlineMs }: SqliteOptions): Engine {
  const database = new DatabaseSync(file, { readOnly, timeout: busyTimeoutMs })
  if (!readOnly) database.exec('PRAGMA journal_mode = WAL')
  // 16 MB of WAL between checkpoints: a quarter fewer microseconds per row than with the default 4 MB.
  // secure_delete: removed bodies are overwritten; it costs nothing measurable on inserts, a third on removals.
  database.exec(`
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -8000;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA journal_size_limit = 33554432;
    PRAGMA secure_delete = ON;
  `)

  let deadlineTickMs = Number.POSITIVE_INFINITY
  // node:sqlite cannot interrupt a statement, so statements that may scan call this every thousandth row.
  database.function('within_deadline', () => {
    if (systemClock.tickMs() > deadlineTickMs) throw deadlinePassed(deadlineMs)
    return 1
  })
  const startDeadline = (): void => {
    deadlineTickMs = systemClock.tickMs() + deadlineMs
  }

  const words = createSqliteWords(wordFileOf(file))
  let forgetting: (() => void) | null = null
  const close = (): void => {
    words.close()
    database.close()
  }
  return {
    dialect: new SqliteDialect({ database: forKysely(database, startDeadline, close) }),
    columnTypes: { text: sql`text`, neverReusedKey: sql`integer primary key autoincrement` },
    createLogTables,
    // A prime, so that no regular pattern of gateways taking turns can keep one gateway's rows off the check.
    withinDeadline: sql`(logs.number % 1021 <> 0 or within_deadline())`,
    nullsLeast: sql``,
    json: sqliteJson,
    hasId: (ids) => sql`logs.id in (select value from json_each(${JSON.stringify(ids)}))`,
    words,
    deadlineMs,
    // One connection, one transaction at a time.
    locks: { keep: sql``, rewrite: sql``, take: sql`` },
    appending: (db, _ids, body) => db.transaction().execute(body),
    insertLogs: createLogInserter(database),
    async insertBlocks(transaction, blocks) {
      const rows = await transaction
        .insertInto('body_blocks')
        .values(blocks.map(({ live, bytes }) => ({ live, bytes })))
        .returning('id')
        .execute()
      // They are counted up row by row.
      return rows.map((row) => row.id).toSorted((a, b) => a - b)
    },
    refusalOf,
    isDuplicate: (error) => error instanceof Error && 'errcode' in error && duplicates.includes(Number(error.errcode)),
    forgetRemoved: (db) => {
      forgetting ??= createForgetting(database, db)
      forgetting()
    },
  }
}

async function createLogTables(db: Kysely<unknown>): Promise<void> {
  const key = sql`integer primary key`
  await withLogColumns(db.schema.createTable('logs').ifNotExists().addColumn('number', key), sql`text`).execute()
  await db.schema
    .createTable('body_blocks')
    .ifNotExists()
    .addColumn('id', key)
    .addColumn('live', 'integer', (column) => column.notNull())
    .addColumn('bytes', 'blob', (column) => column.notNull())
    .execute()
}

/** SQLITE_CONSTRAINT_NOTNULL, SQLITE_TOOBIG and SQLITE_MISMATCH, https://www.sqlite.org/rescode.html */
const refusals = [1299, 18, 20]

/** SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE. */
const duplicates = [1555, 2067]

function refusalOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const isRefused = 'errcode' in error && refusals.includes(Number(error.errcode))
  // What `node:sqlite` throws for a value that it cannot bind.
  const isUnbindable = 'code' in error && error.code === 'ERR_INVALID_ARG_TYPE'
  return isRefused || isUnbindable ? error.message : null
}

/**
 * A function that has the write-ahead log emptied soon: it still holds pages as they were before a removal. Once for each call it would
 * keep the disk so busy that requests wait for it, so it is left until nothing was removed for a while.
 */
function createForgetting(database: DatabaseSync, db: Kysely<Schema>): () => void {
  let timer: NodeJS.Timeout | null = null
  let latestTickMs = 0
  const empty = async (): Promise<void> => {
    timer = null
    if (database.isOpen && !(await isLogEmptied(db))) forget()
  }
  const forget = (): void => {
    const nowTickMs = systemClock.tickMs()
    if (timer === null) latestTickMs = nowTickMs + longestForgettingMs
    else clearTimeout(timer)
    const waitMs = Math.min(quietMs, Math.max(latestTickMs - nowTickMs, 0))
    timer = setTimeout(() => {
      empty().catch(() => {
        // Where it was closed meanwhile, that emptied the log.
        if (database.isOpen) forget()
      })
    }, waitMs).unref()
  }
  return forget
}

/** Through Kysely, whose queue keeps this out of a transaction. A reader in the middle of a query prevents it: waiting would block. */
async function isLogEmptied(db: Kysely<Schema>): Promise<boolean> {
  const { rows } = await db.connection().execute(async (connection) => {
    await sql`pragma busy_timeout = 0`.execute(connection)
    const checkpoint = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(connection)
    await sql`pragma busy_timeout = ${sql.lit(busyTimeoutMs)}`.execute(connection)
    return checkpoint
  })
  return rows[0]?.busy === 0
}

/** One statement, prepared once: compiling each insert with Kysely would cost more than the insert itself. */
function createLogInserter(database: DatabaseSync): Engine['insertLogs'] {
  let statement: ReturnType<DatabaseSync['prepare']> | undefined
  return async (_transaction, rows) => {
    // Not at the start: the table may not be there yet. The transaction is the one this single connection is in.
    statement ??= database.prepare(
      `INSERT INTO logs (gateway, id, block, slot, provider, model, model_type, status, success, cached,
        duration_ms, tokens_in, tokens_out, cost_nano_usd, detail)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    )
    const insert = statement
    return rows.map((row: LogColumns) => {
      const { changes } = insert.run(
        row.gateway,
        row.id,
        row.block ?? null,
        row.slot ?? null,
        row.provider,
        row.model ?? null,
        row.model_type ?? null,
        row.status,
        row.success,
        row.cached,
        row.duration_ms,
        row.tokens_in ?? null,
        row.tokens_out ?? null,
        row.cost_nano_usd ?? null,
        row.detail,
      )
      return changes === 1
    })
  }
}
