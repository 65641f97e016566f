import { type Kysely, sql } from 'kysely'
import { systemClock } from '../kernel/clock.ts'
import { GatewayError } from '../kernel/errors.ts'
import { idTimeMs, isId } from '../kernel/ids.ts'
import { lowestIdAt } from './id-range.ts'
import type { Schema } from './schema.ts'

/*
 * `logs` and `body_blocks` are partitioned by day: what is removed leaves holes in a table, while a dropped table gives
 * its disk back. The day of a row is in its id, the day of a block in its number.
 */

const dayMs = 86_400_000
/** Numbers of blocks within one day: days times this are safe integers for the next ten thousand years. */
const blocksPerDay = 2 ** 31

const tables = {
  logs: { lowest: (day: number) => lowestIdAt(day * dayMs), order: 'gateway, id' },
  body_blocks: { lowest: lowestBlockOf, order: 'id' },
} as const
type TableName = keyof typeof tables
const tableNames = Object.keys(tables) as TableName[]

/** Held while partitions are made or dropped, by any process; the number is of no meaning. */
const lockKey = 7_016_996_765_293_437

/** How long a drop may make others wait for it, and how long it waits after it was in their way. */
const dropWaitMs = 100
const nextTryMs = 5000

/** The day of a log's id, in whole days since 1970, UTC. Throws `input_invalid` for what is not an id. */
export function dayOf(id: string): number {
  if (isId(id)) return Math.floor(idTimeMs(id) / dayMs)
  throw new GatewayError('input_invalid', `A log's id is "${id}": a UUIDv7 in lower case is needed`)
}

/** The least number that a block of a day can have. */
export function lowestBlockOf(day: number): number {
  return day * blocksPerDay
}

/** The partitions, as this process knows them. */
export interface Days {
  /**
   * Makes the partitions of those days where they are missing, in the transaction that is given, or one of its own. Several
   * processes may do so at once.
   */
  make(db: Kysely<Schema>, days: ReadonlySet<number>): Promise<void>
  /** Forgets which ones there are: another process has dropped one. */
  forget(): void
  /** Drops those before today that are empty, soon and in the background. */
  dropEmpty(db: Kysely<Schema>): void
}

export function createDays(): Days {
  const known = new Set<number>()
  let timer: NodeJS.Timeout | null = null

  const dropLater = (db: Kysely<Schema>, delayMs: number): void => {
    timer ??= setTimeout(() => {
      timer = null
      known.clear()
      dropEmptyDays(db).catch((error: unknown) => {
        // Somebody was in the way. After anything else the next removal tries again.
        if (error instanceof GatewayError) dropLater(db, nextTryMs)
      })
    }, delayMs).unref()
  }
  return {
    async make(db, days) {
      const missing = [...days].filter((day) => !known.has(day))
      if (missing.length === 0) return
      await makeDays(db, missing)
      for (const day of missing) known.add(day)
    },
    forget: () => known.clear(),
    dropEmpty: (db) => dropLater(db, dropWaitMs),
  }
}

async function makeDays(db: Kysely<Schema>, days: readonly number[]): Promise<void> {
  const inTransaction = <Result>(body: (transaction: Kysely<Schema>) => Promise<Result>): Promise<Result> =>
    db.isTransaction ? body(db) : db.transaction().execute(body)
  await inTransaction(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(lockKey)})`.execute(transaction)
    for (const table of tableNames) {
      for (const day of days) {
        const name = partitionName(table, day)
        const { rows } = await sql<{ is: boolean }>`select to_regclass(${name}) is not null as is`.execute(transaction)
        if (rows[0]?.is === true) continue
        const { lowest } = tables[table]
        // Made apart and then attached: that waits for no reader and no writer of the whole table.
        await sql`create table ${sql.table(name)} (like ${sql.table(table)} including defaults including storage)`.execute(
          transaction,
        )
        await sql`alter table ${sql.table(table)} attach partition ${sql.table(name)}
          for values from (${sql.lit(lowest(day))}) to (${sql.lit(lowest(day + 1))})`.execute(transaction)
      }
    }
  })
}

async function dropEmptyDays(db: Kysely<Schema>): Promise<void> {
  const today = Math.floor(systemClock.nowMs() / dayMs)
  for (const table of tableNames) {
    const { rows } = await sql<{ name: string }>`select c.relname as name from pg_inherits i
      join pg_class c on c.oid = i.inhrelid where i.inhparent = ${table}::regclass order by 1`.execute(db)
    const past = rows.filter(({ name }) => name < partitionName(table, today))
    for (const { name } of past) if (await isEmpty(db, table, name)) await dropDay(db, table, name)
  }
}

/** Alone in a transaction, so that it never holds one table while it waits for another. */
async function dropDay(db: Kysely<Schema>, table: TableName, name: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`set local lock_timeout = ${sql.lit(dropWaitMs)}`.execute(transaction)
    await sql`select pg_advisory_xact_lock(${sql.lit(lockKey)})`.execute(transaction)
    await sql`lock table ${sql.table(table)} in access exclusive mode`.execute(transaction)
    // Rows may have come while it waited.
    if (await isEmpty(transaction, table, name)) await sql`drop table if exists ${sql.table(name)}`.execute(transaction)
  })
}

/** By the index, since removed rows stay in the table for a while. */
async function isEmpty(db: Kysely<Schema>, table: TableName, name: string): Promise<boolean> {
  const { rows } = await sql`select 1 from ${sql.table(name)} order by ${sql.raw(tables[table].order)} limit 1`.execute(
    db,
  )
  return rows.length === 0
}

/** `logs_20260301`: in the order of days for as long as years have four digits. */
function partitionName(table: TableName, day: number): string {
  const [date = ''] = new Date(day * dayMs).toISOString().split('T')
  return `${table}_${date.replaceAll(/\D/g, '')}`
}
