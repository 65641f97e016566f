import type { Kysely } from 'kysely'
import { type BodyPlace, removeBodies } from './body-blocks.ts'
import type { Engine } from './engine.ts'
import { lowestIdAt } from './id-range.ts'
import type { Schema } from './schema.ts'

/** Rows per transaction: appends get their turn in between. */
const rowsPerStep = 1000

/** Removes a gateway's rows and bodies, oldest first, at most `limit`. How many were removed. */
export async function removeLogs(
  db: Kysely<Schema>,
  engine: Engine,
  gateway: number,
  beforeMs: number | null,
  limit: number,
): Promise<number> {
  let removed = 0
  while (removed < limit) {
    const wanted = Math.min(limit - removed, rowsPerStep)
    const count = await removeStep(db, engine, gateway, beforeMs, wanted)
    removed += count
    if (count < wanted) break
  }
  if (removed > 0) await engine.forgetRemoved(db)
  return removed
}

function removeStep(
  db: Kysely<Schema>,
  engine: Engine,
  gateway: number,
  beforeMs: number | null,
  limit: number,
): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    let oldest = transaction.selectFrom('logs').select(['id', 'block', 'slot']).where('gateway', '=', gateway)
    if (beforeMs !== null) oldest = oldest.where('id', '<', lowestIdAt(beforeMs))
    const rows = await oldest.orderBy('id').limit(limit).modifyEnd(engine.locks.take).execute()
    if (rows.length === 0) return 0
    const ids = rows.map((row) => row.id)
    await transaction.deleteFrom('logs').where('gateway', '=', gateway).where('id', 'in', ids).execute()
    const places = rows.filter((row): row is typeof row & BodyPlace => row.block !== null && row.slot !== null)
    await removeBodies(transaction, engine, places)
    return rows.length
  })
}
