import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely, Transaction } from 'kysely'
import { systemClock } from '../kernel/clock.ts'
import { type BodyPlace, removeBodies } from './body-blocks.ts'
import { countForRemoval, subtractRemoved } from './log-counts.ts'
import type { Engine } from './engine.ts'
import { lowestIdAt } from './id-range.ts'
import type { NotedValues } from './log-values.ts'
import type { Schema } from './schema.ts'
import { queueKnown } from './word-queue.ts'

/** Rows per transaction: appends get their turn in between. */
const rowsPerStep = 500
/** A block of which some rows stay is written anew, a millisecond each: so many blocks per transaction. */
const blocksPerStep = 30
const mostRestMs = 100

interface Removal {
  gateway: number
  beforeMs: number | null
  /** So many rows stay; null: their gateway is gone, and nobody counts them. */
  keep: number | null
  limit: number
}

/** Removes a gateway's rows and bodies, oldest first, at most `limit`. How many were removed. */
export async function removeLogs(
  db: Kysely<Schema>,
  engine: Engine,
  values: NotedValues,
  removal: Removal,
): Promise<number> {
  let removed = 0
  while (removed < removal.limit) {
    const startedMs = systemClock.tickMs()
    const wanted = Math.min(removal.limit - removed, rowsPerStep)
    const count = await db.transaction().execute((transaction) => removeOldest(transaction, engine, removal, wanted))
    removed += count
    if (count < wanted) break
    await rest(startedMs)
  }
  if (removed > 0) {
    await values.dropOld(db, removal.gateway)
    engine.forgetRemoved(db)
  }
  return removed
}

async function removeOldest(
  transaction: Transaction<Schema>,
  engine: Engine,
  { gateway, beforeMs, keep }: Removal,
  limit: number,
): Promise<number> {
  const spare = keep === null || keep === 0 ? limit : (await countForRemoval(transaction, gateway)) - keep
  if (spare <= 0) return 0
  let oldest = transaction.selectFrom('logs').select(['id', 'block', 'slot']).where('gateway', '=', gateway)
  if (beforeMs !== null) oldest = oldest.where('id', '<', lowestIdAt(beforeMs))
  const rows = await oldest.orderBy('id').limit(Math.min(limit, spare)).modifyEnd(engine.locks.take).execute()
  await removeRows(transaction, engine, gateway, rows)
  if (keep !== null && rows.length > 0) await subtractRemoved(transaction, gateway, rows.length)
  return rows.length
}

/** Removes these rows and their bodies; those that are gone are passed over. How many were removed. */
export async function removeLogIds(
  db: Kysely<Schema>,
  engine: Engine,
  gateway: number,
  ids: readonly string[],
): Promise<number> {
  let removed = 0
  let left = ids
  while (left.length > 0) {
    const startedMs = systemClock.tickMs()
    const given = left.slice(0, rowsPerStep)
    const taken = await db.transaction().execute(async (transaction) => {
      const found = await transaction
        .selectFrom('logs')
        .select(['id', 'block', 'slot'])
        .where('gateway', '=', gateway)
        .where('id', 'in', given)
        .orderBy('id')
        .modifyEnd(engine.locks.take)
        .execute()
      const rows = ofFewBlocks(found)
      await removeRows(transaction, engine, gateway, rows)
      if (rows.length > 0) await subtractRemoved(transaction, gateway, rows.length)
      const isDone = rows.length === found.length
      return { count: rows.length, rest: isDone ? [] : found.slice(rows.length).map(({ id }) => id) }
    })
    removed += taken.count
    left = [...taken.rest, ...left.slice(given.length)]
    if (left.length > 0) await rest(startedMs)
  }
  if (removed > 0) engine.forgetRemoved(db)
  return removed
}

interface Found {
  id: string
  block: number | null
  slot: number | null
}

/** Those at the beginning that lie in few blocks. */
function ofFewBlocks(rows: readonly Found[]): readonly Found[] {
  const blocks = new Set<number>()
  const end = rows.findIndex(({ block }) => block !== null && blocks.add(block).size > blocksPerStep)
  return end === -1 ? rows : rows.slice(0, end)
}

async function removeRows(
  transaction: Transaction<Schema>,
  engine: Engine,
  gateway: number,
  rows: readonly Found[],
): Promise<void> {
  if (rows.length === 0) return
  const ids = rows.map((row) => row.id)
  await queueKnown(transaction, engine, { gateway, ids, isGone: true })
  await transaction.deleteFrom('logs').where('gateway', '=', gateway).where('id', 'in', ids).execute()
  const places = rows.filter((row): row is Found & BodyPlace => row.block !== null && row.slot !== null)
  await removeBodies(transaction, engine, places)
}

/**
 * Between two transactions this thread hears what it was asked meanwhile: new rows do not wait for a long removal. It
 * rests for as long as it was busy, so that on a machine with few cores requests are not slower either.
 */
async function rest(busySinceMs: number): Promise<void> {
  await delay(Math.min(systemClock.tickMs() - busySinceMs, mostRestMs))
}
