import { type Kysely, sql } from 'kysely'
import { systemClock } from '../kernel/clock.ts'
import type { Engine } from './engine.ts'
import { countRows } from './log-counts.ts'
import { matchingLogs, stepsThrough } from './log-walk.ts'
import type { Schema } from './schema.ts'
import type { LogPage, LogQuery, LogRanges } from './store.ts'
import { isByTimeOnly } from './time-filters.ts'

const maxCounted = 10_000
/** For counting what the index of ids does not count, and for ranges. */
const countingMs = 30
const rangingMs = 1000

type Summary = Omit<LogPage, 'rows'>

/**
 * How many rows a query has in all. `seen`: where its page ends, so many there are at least; null where the page is empty.
 * A page that is not full ends the list, so that nothing has to be counted.
 */
export async function summarize(
  db: Kysely<Schema>,
  engine: Engine,
  query: LogQuery,
  seen: number | null,
): Promise<Summary> {
  const { page, perPage, withRanges } = query
  const isLast = seen === null ? page === 1 : seen < page * perPage
  if (!withRanges) {
    if (isLast) return { total: seen ?? 0, totalIsExact: true, ranges: null }
    if (query.filters.length === 0 && query.search === null) {
      return { total: await countRows(db, query.gateway), totalIsExact: true, ranges: null }
    }
  }
  const summary =
    isByTimeOnly(query) && !withRanges ? await countByTime(db, engine, query) : await lookThrough(db, engine, query)
  return { ...summary, total: Math.max(summary.total, Math.min(seen ?? 0, maxCounted)) }
}

async function countByTime(db: Kysely<Schema>, engine: Engine, query: LogQuery): Promise<Summary> {
  // By time only: nothing is searched.
  const some = matchingLogs(db, engine, query, null)
    .select('id')
    .limit(maxCounted + 1)
  const { counted } = await db
    .selectFrom(some.as('some'))
    .select(db.fn.countAll<number>().as('counted'))
    .executeTakeFirstOrThrow()
  return { ...upToMost(counted), ranges: null }
}

/** In steps, newest first, until it is over, or time or numbers are up. */
async function lookThrough(db: Kysely<Schema>, engine: Engine, query: LogQuery): Promise<Summary> {
  const { withRanges } = query
  const untilMs = systemClock.tickMs() + (withRanges ? rangingMs : countingMs)
  let ranges: LogRanges | null = null
  let total = 0
  for await (const { within, edge } of stepsThrough(db, engine, {
    ...query,
    direction: 'desc',
    run: null,
    afterId: null,
    isWhole: true,
  })) {
    const { counted, ...found } = await within.select(amounts).executeTakeFirstOrThrow()
    total += counted
    if (withRanges) ranges = ranges === null ? found : widest(ranges, found)
    const isUp = systemClock.tickMs() > untilMs || (!withRanges && total > maxCounted)
    if (edge !== null && isUp) return { total: withRanges ? total : upToMost(total).total, totalIsExact: false, ranges }
  }
  return withRanges ? { total, totalIsExact: true, ranges } : { ...upToMost(total), ranges }
}

function upToMost(counted: number): { total: number; totalIsExact: boolean } {
  return { total: Math.min(counted, maxCounted), totalIsExact: counted <= maxCounted }
}

type Amount = number | null
const amounts = [
  sql<number>`count(*)`.as('counted'),
  sql<Amount>`min(cost_nano_usd)`.as('minCostNanoUsd'),
  sql<Amount>`max(cost_nano_usd)`.as('maxCostNanoUsd'),
  sql<Amount>`min(duration_ms)`.as('minDurationMs'),
  sql<Amount>`max(duration_ms)`.as('maxDurationMs'),
  sql<Amount>`min(tokens_in)`.as('minTokensIn'),
  sql<Amount>`max(tokens_in)`.as('maxTokensIn'),
  sql<Amount>`min(tokens_out)`.as('minTokensOut'),
  sql<Amount>`max(tokens_out)`.as('maxTokensOut'),
  sql<Amount>`min(tokens_in + tokens_out)`.as('minTotalTokens'),
  sql<Amount>`max(tokens_in + tokens_out)`.as('maxTotalTokens'),
] as const

function widest(one: LogRanges, other: LogRanges): LogRanges {
  const pick = (name: keyof LogRanges): Amount => {
    const [a, b] = [one[name], other[name]]
    if (a === null || b === null) return a ?? b
    return name.startsWith('min') ? Math.min(a, b) : Math.max(a, b)
  }
  // The names of one are those of the other.
  return Object.fromEntries(Object.keys(one).map((name) => [name, pick(name as keyof LogRanges)])) as LogRanges
}
