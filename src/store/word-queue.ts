import { type Kysely, sql, type Transaction } from 'kysely'
import { systemClock } from '../kernel/clock.ts'
import type { Engine } from './engine.ts'
import type { Schema } from './schema.ts'

/*
 * What came and went is told to whoever keeps the words of bodies in the transaction in which it came or went. By ids one could not
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
  engine: Engine,
  { gateway, ids, isGone }: { gateway: number; ids: readonly string[]; isGone: boolean },
): Promise<void> {
  if (ids.length === 0) return
  await transaction
    .insertInto('word_queue')
    .columns(['gateway', 'id', 'place', 'is_gone', 'queued_ms'])
    .expression((from) =>
      from
        .selectFrom('logs')
        .select([
          'gateway',
          'id',
          engine.words.place.as('place'),
          sql<number>`${sql.lit(isGone ? 1 : 0)}`.as('is_gone'),
          sql<number>`${sql.lit(systemClock.nowMs())}`.as('queued_ms'),
        ])
        .where('gateway', '=', gateway)
        .where('id', 'in', ids)
        .orderBy('id'),
    )
    .execute()
}

/** Tells that rows of a gateway are about to be removed; nothing where the gateway itself is gone, or keeps no words. */
export async function queueRemoval(
  transaction: Transaction<Schema>,
  engine: Engine,
  gateway: number,
  ids: readonly string[],
): Promise<void> {
  const held = await transaction
    .selectFrom('gateways')
    .select('number')
    .where('number', '=', gateway)
    // Else its words might begin to be kept in this moment, with those of these rows.
    .modifyEnd(engine.locks.keep)
    .execute()
  const [kept] = await withWords(
    transaction,
    held.map(({ number }) => number),
  )
  if (kept !== undefined) await queueWords(transaction, engine, { gateway, ids, isGone: true })
}

/** How many rows of each gateway are in the queue, of its first `limit`, and when the first of those that came did so. */
export async function countQueued(
  db: Kysely<Schema>,
  limit: number,
): Promise<{ gateway: number; rows: number; gone: number; oldestMs: number | null }[]> {
  const some = db.selectFrom('word_queue').select(['gateway', 'is_gone', 'queued_ms']).orderBy('number').limit(limit)
  const rows = await db
    .selectFrom(some.as('some'))
    .select((count) => [
      'gateway',
      count.fn.countAll<number | string>().as('all'),
      count.fn.sum<number | string>('is_gone').as('gone'),
      sql<number | null>`min(case when is_gone = 0 then queued_ms end)`.as('oldestMs'),
    ])
    .groupBy('gateway')
    .execute()
  return rows.map(({ gateway, all, gone, oldestMs }) => ({
    gateway,
    rows: Number(all) - Number(gone),
    gone: Number(gone),
    oldestMs,
  }))
}
