import type { Kysely, Transaction } from 'kysely'
import { systemClock } from '../kernel/clock.ts'
import type { LogColumns } from './engine.ts'
import { lowestIdAt } from './id-range.ts'
import type { LogValueTable, Schema } from './schema.ts'
import type { Direction, LogMark, LogOrder } from './store.ts'

/*
 * Which values a gateway's rows have in the columns that lists are ordered by and that no index is for, and in which stretches of
 * time. An index would cost each row 2 microseconds as it comes in; this costs only the first of its kind in a quarter of an hour.
 * Where rows were removed it may say too much, never too little.
 */

/** An order of lists without an index of its own. */
export type ValuedColumn = Exclude<LogOrder, 'created_at' | 'model'>

const columns: readonly ValuedColumn[] = ['provider', 'model_type', 'success', 'cached']

/** Ids that begin alike are of the same 17 minutes. */
const stretchCharacters = 7
const maxNoted = 10_000
/** No request takes that long: nothing comes any more that is so old. */
const settledMs = 2 * 24 * 60 * 60 * 1000

/** What this process has noted lately, so that it need not ask whether it is there. */
export interface NotedValues {
  /** Notes the values of rows in their transaction. What is given back is for `keep`, once that is committed. */
  note(transaction: Transaction<Schema>, rows: readonly LogColumns[]): Promise<string[]>
  keep(noted: readonly string[]): void
  /** Drops what is noted of times of which a gateway has no rows any more. */
  dropOld(db: Kysely<Schema>, gateway: number): Promise<void>
}

export function createNotedValues(): NotedValues {
  let kept = new Set<string>()
  return {
    async note(transaction, rows) {
      const keys = new Map<string, LogColumns>()
      for (const row of rows) {
        const { gateway, id, provider, model_type: modelType = null, success, cached } = row
        const key = `${gateway} ${stretchOf(id)} ${success}${cached} ${provider} ${modelType ?? ''}`
        if (!kept.has(key)) keys.set(key, row)
      }
      if (keys.size === 0) return []
      await transaction
        .insertInto('log_values')
        // In one order, so that no two transactions wait for each other.
        .values([...keys].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, row]) => notesOf(row)))
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return [...keys.keys()]
    },
    keep(noted) {
      if (kept.size + noted.length > maxNoted) kept = new Set()
      for (const key of noted) kept.add(key)
    },
    async dropOld(db, gateway) {
      const settled = lowestIdAt(systemClock.nowMs() - settledMs)
      const oldest = await db
        .selectFrom('logs')
        .select('id')
        .where('gateway', '=', gateway)
        .orderBy('id')
        .limit(1)
        .executeTakeFirst()
      const before = stretchOf(oldest !== undefined && oldest.id < settled ? oldest.id : settled)
      await db.deleteFrom('log_values').where('gateway', '=', gateway).where('stretch', '<', before).execute()
      kept = new Set()
    },
  }
}

function notesOf(row: LogColumns): LogValueTable[] {
  return columns.map((name) => ({
    gateway: row.gateway,
    name,
    value: asText(row[name] ?? null),
    stretch: stretchOf(row.id),
  }))
}

/** Null is noted like an empty text. */
function asText(value: LogMark['value']): string {
  return value === null ? '' : String(value)
}

function stretchOf(id: string): string {
  return id.slice(0, stretchCharacters)
}

/** The next value of a column behind another in the order, null not among them; null: there is none. */
export async function nextValue(
  db: Kysely<Schema>,
  { gateway, column, direction }: { gateway: number; column: ValuedColumn; direction: Direction },
  before: string | null,
): Promise<string | null> {
  let rest = db.selectFrom('log_values').select('value').where('gateway', '=', gateway).where('name', '=', column)
  // Of these columns no other may be null.
  if (column === 'model_type') rest = rest.where('value', '<>', asText(null))
  if (before !== null) rest = rest.where('value', direction === 'asc' ? '>' : '<', before)
  const row = await rest.orderBy('value', direction).limit(1).executeTakeFirst()
  return row?.value ?? null
}

/**
 * From where to look for rows with a value: behind `from` (null: the beginning) there is none before that. Null: there is none at all.
 */
export async function skipAbsent(
  db: Kysely<Schema>,
  {
    gateway,
    column,
    direction,
    value,
  }: { gateway: number; column: ValuedColumn; direction: Direction; value: LogMark['value'] },
  from: string | null,
): Promise<string | null> {
  const isAscending = direction === 'asc'
  let stretches = db
    .selectFrom('log_values')
    .select('stretch')
    .where('gateway', '=', gateway)
    .where('name', '=', column)
    .where('value', '=', asText(value))
  if (from !== null) stretches = stretches.where('stretch', isAscending ? '>=' : '<=', stretchOf(from))
  const row = await stretches.orderBy('stretch', direction).limit(1).executeTakeFirst()
  if (row === undefined) return null
  if (from !== null && row.stretch === stretchOf(from)) return from
  // Ids are hexadecimal, so that `g` stands behind all that begin alike.
  return isAscending ? row.stretch : `${row.stretch}g`
}
