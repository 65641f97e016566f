import { type Kysely, sql, type Transaction } from 'kysely'
import { systemClock } from '../kernel/clock.ts'
import type { Engine } from './engine.ts'
import type { Schema } from './schema.ts'
import type { IdsBetween } from './word-index.ts'

/*
 * What came and went is told to whoever keeps the words of rows in the transaction in which it came or went. By ids one could not
 * find it: a request that took an hour has an older id than rows that were read long ago.
 */

/** Which of these gateways, whose rows in `gateways` this transaction holds, have their words kept. */
export async function withWords(transaction: Transaction<Schema>, gateways: readonly number[]): Promise<Set<number>> {
  if (gateways.length === 0) return new Set()
  const rows = await transaction
    .selectFrom('word_gateways')
    .select('gateway')
    .where('gateway', 'in', gateways)
    .execute()
  return new Set(rows.map(({ gateway }) => gateway))
}

/** Puts rows of a gateway into the queue: those that have just come, or (`isGone`) are about to go. */
export async function queueWords(
  transaction: Transaction<Schema>,
  { gateway, ids, isGone }: { gateway: number; ids: readonly string[]; isGone: boolean },
): Promise<void> {
  const sorted = ids.toSorted()
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (first === undefined || last === undefined) return
  await transaction
    .insertInto('word_queue')
    .values({
      gateway,
      first_id: first,
      last_id: last,
      rows: ids.length,
      ids: JSON.stringify(sorted),
      is_gone: isGone ? 1 : 0,
      queued_ms: systemClock.nowMs(),
    })
    .execute()
}

/** Tells that rows of a gateway were changed, or are about to go; nothing where the gateway itself is gone, or keeps no words. */
export async function queueKnown(
  transaction: Transaction<Schema>,
  engine: Engine,
  rows: { gateway: number; ids: readonly string[]; isGone: boolean },
): Promise<void> {
  const held = await transaction
    .selectFrom('gateways')
    .select('number')
    .where('number', '=', rows.gateway)
    // Else its words might begin to be kept in this moment, with those that these rows had.
    .modifyEnd(engine.locks.keep)
    .execute()
  const [kept] = await withWords(
    transaction,
    held.map(({ number }) => number),
  )
  if (kept !== undefined) await queueWords(transaction, rows)
}

/** The ids in an entry of the queue. */
export function queuedIds({ ids }: { ids: string }): string[] {
  // As `queueWords` wrote it.
  return JSON.parse(ids) as string[]
}

/** The rows of a gateway between the bounds that came or were changed, and are not read yet. */
export async function queuedBetween(
  db: Kysely<Schema>,
  gateway: number,
  { lowest, highest }: IdsBetween,
): Promise<string[]> {
  let queued = db.selectFrom('word_queue').select('ids').where('gateway', '=', gateway).where('is_gone', '=', 0)
  if (lowest !== null) queued = queued.where('last_id', '>=', lowest)
  if (highest !== null) queued = queued.where('first_id', '<=', highest)
  const ids = (await queued.execute()).flatMap(queuedIds)
  return ids.filter((id) => (lowest === null || id >= lowest) && (highest === null || id <= highest))
}

/** How many rows of each gateway are in the queue, and when the first of those that came did so. */
export async function countQueued(
  db: Kysely<Schema>,
): Promise<{ gateway: number; rows: number; gone: number; oldestMs: number | null }[]> {
  const rows = await db
    .selectFrom('word_queue')
    .select([
      'gateway',
      sql<number | string>`sum(case when is_gone = 0 then "rows" else 0 end)`.as('come'),
      sql<number | string>`sum(case when is_gone = 0 then 0 else "rows" end)`.as('gone'),
      sql<number | null>`min(case when is_gone = 0 then queued_ms end)`.as('oldestMs'),
    ])
    .groupBy('gateway')
    .execute()
  return rows.map(({ gateway, come, gone, oldestMs }) => ({
    gateway,
    rows: Number(come),
    gone: Number(gone),
    oldestMs,
  }))
}
