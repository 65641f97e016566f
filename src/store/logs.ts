import type { Kysely } from 'kysely'
import { readBodies } from './body-blocks.ts'
import { cleanText } from './clean-text.ts'
import type { Engine } from './engine.ts'
import { appendLogs } from './log-append.ts'
import { toRow } from './log-columns.ts'
import { allCounts } from './log-counts.ts'
import { editLog } from './log-edit.ts'
import { foldLogs } from './log-fold.ts'
import { inOrder, readPage } from './log-pages.ts'
import { removeLogIds, removeLogs } from './log-removal.ts'
import { searching } from './log-search.ts'
import { createNotedValues } from './log-values.ts'
import { idsOnly, matchingLogs, type ReadRows, walkLogs } from './log-walk.ts'
import type { Schema } from './schema.ts'
import type {
  JournalPosition,
  LogAmount,
  LogBodies,
  LogIdOrder,
  LogIdWalk,
  LogRow,
  LogStore,
  LogWalkPage,
} from './store.ts'

const headCharacters = 1024

export function createLogStore(db: Kysely<Schema>, engine: Engine): LogStore {
  const values = createNotedValues()
  return {
    append: (entries, position) => appendLogs(db, engine, values, entries, position),
    positions: () => readPositions(db),
    page: (query) => readPage(db, engine, query),
    walk: (query) => walkLogs(db, engine, query, wholeRows),
    walkIds: (query) => walkIds(db, engine, query),
    fold: (query) => foldLogs(db, engine, query),
    get: (gateway, id) => readLog(db, gateway, id),
    bodies: async (gateway, id) => (await readManyBodies(db, gateway, [id]))[0] ?? null,
    manyBodies: (gateway, ids) => readManyBodies(db, gateway, ids),
    edit: (gateway, id, changes) => editLog(db, engine, gateway, id, changes),
    remove: ({ gateway, limit, beforeMs = null, keep = 0 }) =>
      removeLogs(db, engine, values, { gateway, limit, beforeMs, keep }),
    removeIds: (gateway, ids) => removeLogIds(db, engine, gateway, ids),
    removeGateway: (gateway, limit) => removeLogs(db, engine, values, { gateway, limit, beforeMs: null, keep: null }),
    orphans: () => findOrphans(db),
    counts: () => allCounts(db),
    storeId: async () => (await db.selectFrom('store_id').select('id').executeTakeFirstOrThrow()).id,
  }
}

async function readPositions(db: Kysely<Schema>): Promise<JournalPosition[]> {
  const rows = await db.selectFrom('journal_positions').selectAll().orderBy('lane').execute()
  return rows.map(({ lane, segment, byte_offset: offset }) => ({ lane, segment, offset }))
}

const amounts: readonly LogIdOrder[] = ['cost', 'tokens_in', 'tokens_out', 'duration', 'feedback'] satisfies LogAmount[]

function isAmount(order: LogIdOrder): order is LogAmount {
  return amounts.includes(order)
}

/** How a walk reads rows. */
const wholeRows: ReadRows<LogRow> = async (found, direction, limit) =>
  (await found.selectAll().orderBy('id', direction).limit(limit).execute()).map((row) => ({
    id: row.id,
    row: toRow(row),
  }))

/** In an order by amounts the rows are sorted at once, since nearly each has a value of its own: there is no going on. */
async function walkIds(db: Kysely<Schema>, engine: Engine, query: LogIdWalk): Promise<LogWalkPage<string>> {
  const { orderBy, direction, limit } = query
  if (!isAmount(orderBy)) return await walkLogs(db, engine, { ...query, orderBy }, idsOnly)
  const matching = matchingLogs(db, engine, query, await searching(db, engine, query))
  const rows = await inOrder(matching, orderBy, direction).select('id').limit(limit).execute()
  return { rows: rows.map(({ id }) => id), next: null }
}

async function readLog(db: Kysely<Schema>, gateway: number, id: string): Promise<LogRow | null> {
  const columns = await db
    .selectFrom('logs')
    .selectAll()
    .where('gateway', '=', gateway)
    .where('id', '=', cleanText(id))
    .executeTakeFirst()
  if (columns === undefined) return null
  const row = toRow(columns)
  const [bodies = { request: null, response: null }] = await readBodies(db, [columns])
  const request = headOf(bodies.request)
  const response = headOf(bodies.response)
  return {
    ...row,
    requestHead: request.text,
    requestHeadComplete: request.isWhole && !row.requestTruncated,
    responseHead: response.text,
    responseHeadComplete: response.isWhole && !row.responseTruncated,
  }
}

async function readManyBodies(
  db: Kysely<Schema>,
  gateway: number,
  ids: readonly string[],
): Promise<(LogBodies | null)[]> {
  if (ids.length === 0) return []
  const cleaned = ids.map(cleanText)
  const rows = await db
    .selectFrom('logs')
    .select(['id', 'block', 'slot'])
    .where('gateway', '=', gateway)
    .where('id', 'in', cleaned)
    .execute()
  const bodies = await readBodies(db, rows)
  const byId = new Map(rows.map(({ id }, at) => [id, bodies[at] ?? null]))
  return cleaned.map((id) => byId.get(id) ?? null)
}

/** Walks from gateway to gateway, one step in the index each; `distinct` would walk over every row. */
async function findOrphans(db: Kysely<Schema>): Promise<number[]> {
  const found: number[] = []
  let next = await firstGatewayAfter(db, -1)
  while (next !== null) {
    found.push(next)
    next = await firstGatewayAfter(db, next)
  }
  // After the walk: one that was made meanwhile has rows and is no orphan.
  const known = new Set((await db.selectFrom('gateways').select('number').execute()).map((row) => row.number))
  return found.filter((number) => !known.has(number))
}

async function firstGatewayAfter(db: Kysely<Schema>, number: number): Promise<number | null> {
  const row = await db
    .selectFrom('logs')
    .select('gateway')
    .where('gateway', '>', number)
    .orderBy('gateway')
    .limit(1)
    .executeTakeFirst()
  return row?.gateway ?? null
}

function headOf(body: Uint8Array | null): { text: string | null; isWhole: boolean } {
  if (body === null) return { text: null, isWhole: false }
  // No character takes more than four bytes. Counted in whole characters, so that none is cut in half.
  const characters = Array.from(new TextDecoder().decode(body.subarray(0, headCharacters * 4 + 4)))
  const isWhole = characters.length <= headCharacters
  return { text: characters.slice(0, headCharacters).join(''), isWhole }
}
