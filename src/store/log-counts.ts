import type { Kysely, Transaction } from 'kysely'
import type { Schema } from './schema.ts'
import type { LogCount } from './store.ts'

/*
 * How many rows a gateway has is the sum of its counts: what each lane of the journal brought, less what was removed. Each
 * lane has a count of its own, so that machines which share a database do not wait for each other.
 */

const removedLane = 'removed'

/** How many rows a gateway has. */
export async function countRows(db: Kysely<Schema>, gateway: number): Promise<number> {
  const row = await db
    .selectFrom('log_counts')
    .select((count) => count.fn.sum<number | string | null>('rows').as('rows'))
    .where('gateway', '=', gateway)
    .executeTakeFirst()
  return Math.max(0, Number(row?.rows ?? 0))
}

/** Those of all gateways, by number. */
export async function allCounts(db: Kysely<Schema>): Promise<LogCount[]> {
  const rows = await db
    .selectFrom('log_counts')
    .select([
      'gateway',
      (count) => count.fn.sum<number | string>('rows').as('rows'),
      (count) => count.fn.sum<number | string>('refused').as('refused'),
    ])
    .groupBy('gateway')
    .orderBy('gateway')
    .execute()
  return rows.map(({ gateway, ...sums }) => ({ gateway, rows: Number(sums.rows), refused: Number(sums.refused) }))
}

/** What an append brought to its gateways. Two that run at the same time take them in the same order. */
export async function addCounts(
  transaction: Transaction<Schema>,
  lane: string,
  counts: readonly LogCount[],
): Promise<void> {
  const changed = counts.filter(({ rows, refused }) => rows !== 0 || refused !== 0)
  if (changed.length === 0) return
  await transaction
    .insertInto('log_counts')
    .values(changed.toSorted((a, b) => a.gateway - b.gateway).map((count) => ({ ...count, lane })))
    .onConflict((conflict) =>
      conflict.columns(['gateway', 'lane']).doUpdateSet((known) => ({
        rows: known('log_counts.rows', '+', known.ref('excluded.rows')),
        refused: known('log_counts.refused', '+', known.ref('excluded.refused')),
      })),
    )
    .execute()
}

export async function subtractRemoved(
  transaction: Transaction<Schema>,
  gateway: number,
  removed: number,
): Promise<void> {
  await addCounts(transaction, removedLane, [{ gateway, rows: -removed, refused: 0 }])
}

/** How many rows a gateway has; no other removal counts them before this transaction ends, so that none removes too many. */
export async function countForRemoval(transaction: Transaction<Schema>, gateway: number): Promise<number> {
  await transaction
    .insertInto('log_counts')
    .values({ gateway, lane: removedLane, rows: 0, refused: 0 })
    .onConflict((conflict) =>
      conflict.columns(['gateway', 'lane']).doUpdateSet((known) => ({ rows: known.ref('log_counts.rows') })),
    )
    .execute()
  return await countRows(transaction, gateway)
}
