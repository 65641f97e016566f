import { type Kysely, PostgresDialect, sql } from 'kysely'
import type { Engine, LogColumns } from './engine.ts'
import { withLogColumns } from './log-columns.ts'
import { createDays, dayOf, lowestBlockOf } from './postgres-days.ts'
import { postgresJson } from './postgres-json.ts'
import { isDuplicate, isWithoutPartition, refusalOf } from './postgres-errors.ts'
import { createPostgresWords } from './postgres-words.ts'
import { createPostgresPool, type PostgresPoolOptions } from './postgres-pool.ts'

/** As bytes, whatever the language of the database is: ids are ranges of bytes, and SQLite does the same. */
const text = sql`text collate "C"`
const maxAttempts = 5

/** PostgreSQL through `pg`. Several transactions may run at once, in this process and in others. */
export function createPostgresEngine(options: PostgresPoolOptions): Engine {
  const days = createDays()
  return {
    dialect: new PostgresDialect({ pool: createPostgresPool(options) }),
    columnTypes: { text, neverReusedKey: sql`bigint generated always as identity primary key` },
    createLogTables,
    // The server counts the time itself.
    withinDeadline: sql`true`,
    nullsLeast: sql`nulls first`,
    json: postgresJson,
    hasId: (ids) => sql`logs.id = any(${ids}::text[])`,
    words: createPostgresWords(text),
    deadlineMs: options.deadlineMs,
    locks: { keep: sql`for key share`, rewrite: sql`for update`, take: sql`for update skip locked` },

    async appending(db, ids, body) {
      for (let attempt = 1; ; attempt++) {
        try {
          await days.make(db, new Set(ids.map(dayOf)))
          await db.transaction().execute(body)
          return
        } catch (error) {
          // An emptied day that was known here was dropped meanwhile.
          if (attempt === maxAttempts || !isWithoutPartition(error)) throw error
          days.forget()
        }
      }
    },

    insertLogs,

    async insertBlocks(transaction, blocks) {
      const { rows } = await sql<{ number: number }>`select nextval('body_block_numbers') as number
        from generate_series(1, ${sql.lit(blocks.length)})`.execute(transaction)
      const ids = blocks.map(({ firstLogId }, at) => lowestBlockOf(dayOf(firstLogId)) + (rows[at]?.number ?? 0))
      await transaction
        .insertInto('body_blocks')
        .values(blocks.map(({ live, bytes }, at) => ({ id: ids[at], live, bytes })))
        .execute()
      return ids
    },

    refusalOf,
    isDuplicate,
    forgetRemoved: (db) => days.dropEmpty(db),
  }
}

async function createLogTables(db: Kysely<unknown>): Promise<void> {
  await withLogColumns(db.schema.createTable('logs'), text)
    .modifyEnd(sql`partition by range (id)`)
    .execute()
  await db.schema
    .createTable('body_blocks')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('live', 'integer', (column) => column.notNull())
    .addColumn('bytes', 'bytea', (column) => column.notNull())
    .modifyEnd(sql`partition by range (id)`)
    .execute()
  // They are compressed already.
  await sql`alter table body_blocks alter column bytes set storage external`.execute(db)
  await sql`create sequence body_block_numbers maxvalue ${sql.lit(2 ** 31 - 1)} cycle`.execute(db)
}

/** All but `detail`, which is most of a row. */
const columns: readonly (readonly [name: keyof LogColumns, type: string])[] = [
  ['gateway', 'bigint'],
  ['id', 'text'],
  ['block', 'bigint'],
  ['slot', 'integer'],
  ['provider', 'text'],
  ['model', 'text'],
  ['model_type', 'text'],
  ['status', 'integer'],
  ['success', 'integer'],
  ['cached', 'integer'],
  ['duration_ms', 'bigint'],
  ['tokens_in', 'bigint'],
  ['tokens_out', 'bigint'],
  ['cost_nano_usd', 'bigint'],
]

/**
 * One array per column: a third faster than a list of rows, and as many rows as one likes. Details go as one text, a
 * line each, since in an array each of their many quotes is escaped. In JSON a line break is as good as a space.
 */
const insertLogs: Engine['insertLogs'] = async (transaction, rows) => {
  const keyOf = ({ gateway, id }: Pick<LogColumns, 'gateway' | 'id'>): string => `${gateway} ${id}`
  const firstOfKey = new Map(rows.map((row, at) => [keyOf(row), at] as const).toReversed())
  const once = rows.filter((row, at) => firstOfKey.get(keyOf(row)) === at)
  const arrays = columns.map(([name, type]) => sql`${once.map((row) => row[name] ?? null)}::${sql.raw(type)}[]`)
  const details = once.map(({ detail }) => detail.replaceAll('\n', ' ')).join('\n')
  const { rows: inserted } = await sql<Pick<LogColumns, 'gateway' | 'id'>>`
    insert into logs (${sql.raw(columns.map(([name]) => name).join(', '))}, detail)
    select * from unnest(${sql.join(arrays)}, string_to_array(${details}, chr(10)))
    on conflict do nothing returning gateway, id`.execute(transaction)
  const keys = new Set(inserted.map(keyOf))
  return rows.map((row, at) => firstOfKey.get(keyOf(row)) === at && keys.has(keyOf(row)))
}
