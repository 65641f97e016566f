import { type Kysely, sql } from 'kysely'
import type { LogFold } from '../contract/evaluation-record.ts'
import type { Engine } from './engine.ts'
import { searching } from './log-search.ts'
import { matchingLogs } from './log-walk.ts'
import type { Schema } from './schema.ts'
import type { LogSelection } from './store.ts'

/** In one statement over all rows that match. */
export async function foldLogs(db: Kysely<Schema>, engine: Engine, selection: LogSelection): Promise<LogFold> {
  const sums = await matchingLogs(db, engine, selection, await searching(db, engine, selection))
    .select([
      sql<number>`count(*)`.as('rows'),
      sql<number>`count(cost_nano_usd)`.as('priced'),
      sql<number>`coalesce(sum(cost_nano_usd), 0)`.as('costNanoUsd'),
      sql<number>`coalesce(sum(duration_ms), 0)`.as('durationMs'),
      sql<number>`coalesce(sum(case when feedback <> 0 then 1 else 0 end), 0)`.as('rated'),
      sql<number>`coalesce(sum(case when feedback > 0 then 1 else 0 end), 0)`.as('liked'),
    ])
    .executeTakeFirstOrThrow()
  return toNumbers(sums)
}

/** PostgreSQL gives the sum of a bigint as a decimal, in a text. */
export function toNumbers(sums: LogFold): LogFold {
  const { rows, priced, costNanoUsd, durationMs, rated, liked } = sums
  return {
    rows: Number(rows),
    priced: Number(priced),
    costNanoUsd: Number(costNanoUsd),
    durationMs: Number(durationMs),
    rated: Number(rated),
    liked: Number(liked),
  }
}
