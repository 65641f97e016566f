import type { Kysely, SelectQueryBuilder } from 'kysely'
import type { Bodies } from './body-block.ts'
import { readBodies } from './body-blocks.ts'
import { cleanText } from './clean-text.ts'
import type { Engine } from './engine.ts'
import { lowestIdAt } from './id-range.ts'
import { toRow } from './log-columns.ts'
import { appendLogs } from './log-append.ts'
import { removeLogs } from './log-removal.ts'
import type { Schema } from './schema.ts'
import type { JournalPosition, LogPage, LogQuery, LogRow, LogStore } from './store.ts'

const maxCounted = 10_000
const headCharacters = 1024

export function createLogStore(db: Kysely<Schema>, engine: Engine): LogStore {
  return {
    append: (entries, position) => appendLogs(db, engine, entries, position),
    positions: () => readPositions(db),
    page: (query) => readPage(db, engine, query),
    get: (gateway, id) => readLog(db, gateway, id),
    bodies: (gateway, id) => readLogBodies(db, gateway, id),
    remove: ({ gateway, beforeMs, limit }) => removeLogs(db, engine, gateway, beforeMs, limit),
    removeGateway: (gateway, limit) => removeLogs(db, engine, gateway, null, limit),
    orphans: () => findOrphans(db),
    storeId: async () => (await db.selectFrom('store_id').select('id').executeTakeFirstOrThrow()).id,
  }
}

async function readPositions(db: Kysely<Schema>): Promise<JournalPosition[]> {
  const rows = await db.selectFrom('journal_positions').selectAll().orderBy('lane').execute()
  return rows.map(({ lane, segment, byte_offset: offset }) => ({ lane, segment, offset }))
}

async function readPage(db: Kysely<Schema>, engine: Engine, query: LogQuery): Promise<LogPage> {
  const matching = matchingLogs(db, engine, query)
  const rows = await inOrder(matching.selectAll(), query)
    .limit(query.perPage)
    .offset((query.page - 1) * query.perPage)
    .execute()
  const { counted } = await db
    .selectFrom(
      matching
        .select('id')
        .limit(maxCounted + 1)
        .as('some'),
    )
    .select(db.fn.countAll<number>().as('counted'))
    .executeTakeFirstOrThrow()
  return { rows: rows.map(toRow), total: Math.min(counted, maxCounted), totalIsExact: counted <= maxCounted }
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
  const bodies = await readBodies(db, columns)
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

async function readLogBodies(db: Kysely<Schema>, gateway: number, id: string): Promise<Bodies | null> {
  const columns = await db
    .selectFrom('logs')
    .select(['block', 'slot'])
    .where('gateway', '=', gateway)
    .where('id', '=', cleanText(id))
    .executeTakeFirst()
  return columns === undefined ? null : await readBodies(db, columns)
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

function matchingLogs(
  db: Kysely<Schema>,
  engine: Engine,
  { gateway, filters }: LogQuery,
): SelectQueryBuilder<Schema, 'logs', object> {
  let matching = db.selectFrom('logs').where(engine.withinDeadline).where('gateway', '=', gateway)
  if (filters.fromMs !== null) matching = matching.where('id', '>=', lowestIdAt(filters.fromMs))
  if (filters.untilMs !== null) matching = matching.where('id', '<', lowestIdAt(filters.untilMs))
  if (filters.success !== null) matching = matching.where('success', '=', filters.success ? 1 : 0)
  if (filters.cached !== null) matching = matching.where('cached', '=', filters.cached ? 1 : 0)
  if (filters.model !== null) matching = matching.where('model', '=', cleanText(filters.model))
  if (filters.provider !== null) matching = matching.where('provider', '=', cleanText(filters.provider))
  return matching
}

/** Engines differ in where null stands, unless they are told: it is the least of all. */
function inOrder<Row>(
  matching: SelectQueryBuilder<Schema, 'logs', Row>,
  { orderBy, direction }: LogQuery,
): SelectQueryBuilder<Schema, 'logs', Row> {
  const ordered =
    orderBy === 'created_at'
      ? matching
      : matching.orderBy(orderBy, (order) =>
          direction === 'asc' ? order.asc().nullsFirst() : order.desc().nullsLast(),
        )
  return ordered.orderBy('id', direction)
}

function headOf(body: Uint8Array | null): { text: string | null; isWhole: boolean } {
  if (body === null) return { text: null, isWhole: false }
  // No character takes more than four bytes. Counted in whole characters, so that none is cut in half.
  const characters = Array.from(new TextDecoder().decode(body.subarray(0, headCharacters * 4 + 4)))
  const isWhole = characters.length <= headCharacters
  return { text: characters.slice(0, headCharacters).join(''), isWhole }
}
