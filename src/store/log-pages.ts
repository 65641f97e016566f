import type { Kysely } from 'kysely'
import { deadlinePassed } from './deadline.ts'
import type { Engine } from './engine.ts'
import { toRow } from './log-columns.ts'
import { searching } from './log-search.ts'
import { summarize } from './log-summary.ts'
import { idsOnly, type Matching, matchingLogs, walkLogs } from './log-walk.ts'
import type { LogTable, Schema } from './schema.ts'
import type { Direction, LogIdOrder, LogPage, LogQuery, LogRow } from './store.ts'

/** See `LogStore.page`. */
export async function readPage(db: Kysely<Schema>, engine: Engine, query: LogQuery): Promise<LogPage> {
  const skipped = (query.page - 1) * query.perPage
  const { rows, found } = await (isWalked(query)
    ? walkToPage(db, engine, query, skipped)
    : indexToPage(db, engine, query, skipped))
  const summary = await summarize(db, engine, query, found === 0 ? null : skipped + found)
  return { rows, ...summary }
}

/** The rows of a page, without those that are gone meanwhile; `found` counts these too. */
interface Found {
  rows: LogRow[]
  found: number
}

/**
 * What is found by words is found step by step: in one statement all rows that have them would be looked up first. In an order
 * without an index, one statement would sort all rows.
 */
function isWalked({ search, orderBy }: LogQuery): boolean {
  return orderBy !== 'model' && (search !== null || orderBy !== 'created_at')
}

async function indexToPage(db: Kysely<Schema>, engine: Engine, query: LogQuery, skipped: number): Promise<Found> {
  const matching = matchingLogs(db, engine, query, await searching(db, engine, query))
  const wanted = inOrder(matching, query.orderBy, query.direction).limit(query.perPage)
  if (skipped === 0) {
    const rows = await wanted.selectAll().execute()
    return { rows: rows.map(toRow), found: rows.length }
  }
  // First the ids, so that the many rows before the page are walked over in an index alone.
  const ids = await wanted.select('id').offset(skipped).execute()
  return await readRows(
    db,
    query.gateway,
    ids.map(({ id }) => id),
  )
}

async function walkToPage(db: Kysely<Schema>, engine: Engine, query: LogQuery, skipped: number): Promise<Found> {
  const limit = skipped + query.perPage
  const { rows, next } = await walkLogs(
    db,
    engine,
    { ...query, after: null, limit, budgetMs: engine.deadlineMs },
    idsOnly,
  )
  if (next !== null && rows.length < limit) throw deadlinePassed(engine.deadlineMs)
  return await readRows(db, query.gateway, rows.slice(skipped))
}

/** In the order of these ids. */
async function readRows(db: Kysely<Schema>, gateway: number, ids: readonly string[]): Promise<Found> {
  if (ids.length === 0) return { rows: [], found: 0 }
  const rows = await db.selectFrom('logs').selectAll().where('gateway', '=', gateway).where('id', 'in', ids).execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  const found = ids.flatMap((id) => byId.get(id) ?? [])
  return { rows: found.map(toRow), found: ids.length }
}

const columns: Record<Exclude<LogIdOrder, 'created_at'>, keyof LogTable> = {
  provider: 'provider',
  model: 'model',
  model_type: 'model_type',
  success: 'success',
  cached: 'cached',
  cost: 'cost_nano_usd',
  tokens_in: 'tokens_in',
  tokens_out: 'tokens_out',
  duration: 'duration_ms',
  feedback: 'feedback',
}

/** Engines differ in where null stands, unless they are told: it is the least of all. */
export function inOrder(rows: Matching, orderBy: LogIdOrder, direction: Direction): Matching {
  const ordered =
    orderBy === 'created_at'
      ? rows
      : rows.orderBy(columns[orderBy], (order) =>
          direction === 'asc' ? order.asc().nullsFirst() : order.desc().nullsLast(),
        )
  return ordered.orderBy('id', direction)
}
