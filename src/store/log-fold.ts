import { type Kysely, sql } from 'kysely'
import type { LogFold } from '../contract/evaluation-record.ts'
import { systemClock } from '../kernel/clock.ts'
import type { Engine } from './engine.ts'
import { stepsThrough } from './log-walk.ts'
import type { Schema } from './schema.ts'
import type { LogFoldPart, LogFoldQuery } from './store.ts'

/** In steps, newest first: what comes in meanwhile is not waited for. */
export async function foldLogs(
  db: Kysely<Schema>,
  engine: Engine,
  { after, budgetMs, ...selection }: LogFoldQuery,
): Promise<LogFoldPart> {
  const untilMs = systemClock.tickMs() + budgetMs
  const steps = { ...selection, direction: 'desc', run: null, afterId: after, isWhole: true } as const
  let sums = nothing
  for await (const { within, edge } of stepsThrough(db, engine, steps)) {
    sums = add(sums, toNumbers(await within.select(amounts).executeTakeFirstOrThrow()))
    if (edge !== null && systemClock.tickMs() > untilMs) return { sums, next: edge }
  }
  return { sums, next: null }
}

const nothing: LogFold = { rows: 0, priced: 0, costNanoUsd: 0, durationMs: 0, rated: 0, liked: 0 }

const amounts = [
  sql<number>`count(*)`.as('rows'),
  sql<number>`count(cost_nano_usd)`.as('priced'),
  sql<number>`coalesce(sum(cost_nano_usd), 0)`.as('costNanoUsd'),
  sql<number>`coalesce(sum(duration_ms), 0)`.as('durationMs'),
  sql<number>`coalesce(sum(case when feedback <> 0 then 1 else 0 end), 0)`.as('rated'),
  sql<number>`coalesce(sum(case when feedback > 0 then 1 else 0 end), 0)`.as('liked'),
] as const

function add(a: LogFold, b: LogFold): LogFold {
  return {
    rows: a.rows + b.rows,
    priced: a.priced + b.priced,
    costNanoUsd: a.costNanoUsd + b.costNanoUsd,
    durationMs: a.durationMs + b.durationMs,
    rated: a.rated + b.rated,
    liked: a.liked + b.liked,
  }
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
