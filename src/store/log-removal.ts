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
    const count = await removeStep(db, gateway, beforeMs, wanted)
    removed += count
    if (count < wanted) break
  }
  if (removed > 0) await engine.forgetRemoved(db)
  return removed
}

function removeStep(db: Kysely<Schema>, gateway: number, beforeMs: number | null, limit: number): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    let oldest = transaction.selectFrom('logs').select(['number', 'block', 'slot']).where('gateway', '=', gateway)
    if (beforeMs !== null) oldest = oldest.where('id', '<', lowestIdAt(beforeMs))
    const rows = await oldest.orderBy('id').limit(limit).execute()
    if (rows.length === 0) return 0
    const numbers = rows.map((row) => row.number)
    await transaction.deleteFrom('logs').where('number', 'in', numbers).execute()
    const places = rows.filter((row): row is typeof row & BodyPlace => row.block !== null && row.slot !== null)
    await removeBodies(transaction, places)
    return rows.length
  })
}
