import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql, type SqlBool } from 'kysely'
import { systemClock } from '../kernel/clock.ts'
import type { Engine } from './engine.ts'
import { conditionsOf } from './log-filters.ts'
import { searching } from './log-search.ts'
import { nextValue, skipAbsent } from './log-values.ts'
import type { Schema } from './schema.ts'
import type { Direction, LogMark, LogOrder, LogSelection, LogWalk, LogWalkPage } from './store.ts'
import { idBounds, isByTimeOnly } from './time-filters.ts'

/** Rows that are looked at in one statement: the first number, then so many as take about `stepMs`. */
const firstStep = 500
const maxStep = 20_000
/** Where the index of words says which rows are found, few are looked at. */
const maxSearchStep = 50_000
const stepMs = 20

export type Matching = SelectQueryBuilder<Schema, 'logs', object>

/** The rows of a selection, in no order; `searched` is what its search is (`searching`). */
export function matchingLogs(
  db: Kysely<Schema>,
  engine: Engine,
  selection: LogSelection,
  searched: RawBuilder<SqlBool> | null,
): Matching {
  let matching = db.selectFrom('logs').where(engine.withinDeadline).where('gateway', '=', selection.gateway)
  for (const condition of conditionsOf(engine, selection)) matching = matching.where(condition)
  return searched === null ? matching : matching.where(searched)
}

/** How rows that were found are read; each with its id. */
export type ReadRows<Row> = (
  found: Matching,
  direction: Direction,
  limit: number,
) => Promise<{ id: string; row: Row }[]>

/** The ids alone. */
export const idsOnly: ReadRows<string> = async (found, direction, limit) =>
  (await found.select('id').orderBy('id', direction).limit(limit).execute()).map(({ id }) => ({ id, row: id }))

/** See `LogStore.walk`. An order by a column is walked value by value, and within one by id. */
export async function walkLogs<Row>(
  db: Kysely<Schema>,
  engine: Engine,
  walk: LogWalk,
  read: ReadRows<Row>,
): Promise<LogWalkPage<Row>> {
  const { orderBy, direction, after, limit, budgetMs } = walk
  const untilMs = systemClock.tickMs() + budgetMs
  const rows: Row[] = []
  const column = orderBy === 'created_at' ? null : orderBy
  let mark: LogMark | null =
    after ?? (column === null ? { value: null, id: null } : await nextRun(db, engine, walk, column, null))
  while (mark !== null) {
    const run = column === null ? null : { column, value: mark.value }
    const steps = stepsThrough(db, engine, { ...walk, run, afterId: mark.id, isWhole: false })
    for await (const { within, edge } of steps) {
      const found = await read(within, direction, limit - rows.length)
      rows.push(...found.map(({ row }) => row))
      const last = found.at(-1)
      if (rows.length === limit && last) return { rows, next: { ...mark, id: last.id } }
      if (edge !== null && systemClock.tickMs() > untilMs) return { rows, next: { ...mark, id: edge } }
    }
    mark = column === null ? null : await nextRun(db, engine, walk, column, mark)
    if (mark !== null && systemClock.tickMs() > untilMs) return { rows, next: mark }
  }
  return { rows, next: null }
}

interface Run {
  column: Exclude<LogOrder, 'created_at'>
  value: LogMark['value']
}

interface Steps extends LogSelection {
  direction: Direction
  /** Only those of a run. */
  run: Run | null
  /** Only those behind this one. */
  afterId: string | null
  /** Whether all rows of a step are wanted, and not only the first few. */
  isWhole: boolean
}

interface Step {
  /** The matching rows of this step. */
  within: Matching
  /** The last id that was looked at; null at the end. */
  edge: string | null
}

/**
 * A selection's rows, by id, in steps of about equal time. Where nothing has to be looked for, one step has them all. A
 * run of `model` has an index of its own; of others, all rows are looked at in the stretches of time that have some.
 */
export async function* stepsThrough(
  db: Kysely<Schema>,
  engine: Engine,
  { direction, run, afterId, isWhole, ...selection }: Steps,
): AsyncGenerator<Step> {
  const valued = run === null || run.column === 'model' ? null : { ...run, column: run.column }
  const isIndexed = valued === null
  const inRun = (rows: Matching): Matching => (run === null ? rows : rows.where(isOfRun(run)))
  const ofGateway = db.selectFrom('logs').where('gateway', '=', selection.gateway)
  const walked = withinBounds(isIndexed ? inRun(ofGateway) : ofGateway, selection.filters)
  const beyond = direction === 'asc' ? '>' : '<'
  const hasSteps = isWhole || !isByTimeOnly(selection) || !isIndexed
  let from = afterId
  let size = firstStep
  while (true) {
    const startedMs = systemClock.tickMs()
    if (valued !== null) {
      from = await skipAbsent(db, { gateway: selection.gateway, direction, ...valued }, from)
      if (from === null) return
    }
    const rest = from === null ? walked : walked.where('id', beyond, from)
    const last = hasSteps
      ? await rest
          .select('id')
          .orderBy('id', direction)
          .limit(1)
          .offset(size - 1)
          .executeTakeFirst()
      : undefined
    const edge = last?.id ?? null
    const between = direction === 'asc' ? { lowest: from, highest: edge } : { lowest: edge, highest: from }
    let within = inRun(matchingLogs(db, engine, selection, await searching(db, engine, selection, between)))
    if (from !== null) within = within.where('id', beyond, from)
    if (edge !== null) within = within.where('id', direction === 'asc' ? '<=' : '>=', edge)
    yield { within, edge }
    if (edge === null) return
    const tookMs = systemClock.tickMs() - startedMs
    size =
      tookMs < stepMs
        ? Math.min(size * 2, selection.search === null ? maxStep : maxSearchStep)
        : Math.max(Math.floor(size / 2), firstStep)
    from = edge
  }
}

function withinBounds(rows: Matching, filters: LogSelection['filters']): Matching {
  const { lowest, above } = idBounds(filters)
  const bounded = lowest === null ? rows : rows.where('id', '>=', lowest)
  return above === null ? bounded : bounded.where('id', '<', above)
}

function isOfRun({ column, value }: Run): RawBuilder<SqlBool> {
  return value === null ? sql`${sql.ref(column)} is null` : sql`${sql.ref(column)} = ${value}`
}

const isNullable: Record<Run['column'], boolean> = {
  provider: false,
  model: true,
  model_type: true,
  success: false,
  cached: false,
}

/** The beginning of the run that follows the one of a mark (null: of the first one). Null stands before every value. */
async function nextRun(
  db: Kysely<Schema>,
  engine: Engine,
  { gateway, direction }: Pick<LogWalk, 'gateway' | 'direction'>,
  column: Run['column'],
  before: LogMark | null,
): Promise<LogMark | null> {
  const isAscending = direction === 'asc'
  if (before === null && isAscending && isNullable[column]) return { value: null, id: null }
  if (before !== null && before.value === null && !isAscending) return null
  const value = await valueBehind()
  if (value !== null) return { value, id: null }
  return !isAscending && isNullable[column] ? { value: null, id: null } : null

  async function valueBehind(): Promise<LogMark['value']> {
    if (column === 'success' || column === 'cached') {
      const values = isAscending ? [0, 1] : [1, 0]
      return values[before === null ? 0 : values.indexOf(Number(before.value)) + 1] ?? null
    }
    const beforeValue = before === null || before.value === null ? null : String(before.value)
    if (column !== 'model') return await nextValue(db, { gateway, column, direction }, beforeValue)
    let rest = db
      .selectFrom('logs')
      .where(engine.withinDeadline)
      .where('gateway', '=', gateway)
      .where(column, 'is not', null)
    if (beforeValue !== null) rest = rest.where(column, isAscending ? '>' : '<', beforeValue)
    const row = await rest.select(column).orderBy(column, direction).limit(1).executeTakeFirst()
    return row?.[column] ?? null
  }
}
