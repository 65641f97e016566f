import type { Kysely } from 'kysely'
import { textOfBodies } from '../formats/body-text.ts'
import { forBodies } from './body-blocks.ts'
import type { LogDetail } from '../contract/log-record.ts'
import type { Engine } from './engine.ts'
import type { Schema } from './schema.ts'
import type { WordBatch, WordLag, WordSettlement, WordStore } from './word-store.ts'
import { createBlockBuilder } from './word-block.ts'
import type { WordsRead } from './word-index.ts'
import { countQueued, queuedIds } from './word-queue.ts'

/** More rows of before are not counted. */
const maxCounted = 100_000
/** Of the queue, in one batch. */
const maxEntries = 1000

export function createWordStore(db: Kysely<Schema>, engine: Engine): WordStore {
  const settleIn = (settlement: WordSettlement): Promise<void> =>
    db.transaction().execute((transaction) => settle(transaction, settlement))
  return {
    lags: () => readLags(db),
    keep: (gateways) => keepWords(db, engine, gateways),
    read: (limit) => readNext(db, engine, limit),
    settle: settleIn,
    drop: (gateway) => dropWords(db, engine, gateway),
    forget: (gateway) => db.transaction().execute((transaction) => forget(transaction, gateway)),
    purge: async () => (await engine.words.alone(db, (within) => engine.words.purge(within))) ?? false,
  }
}

async function keepWords(db: Kysely<Schema>, engine: Engine, gateways: readonly number[]): Promise<void> {
  for (const number of gateways) {
    await db.transaction().execute(async (transaction) => {
      const held = await transaction
        .selectFrom('gateways')
        .select('number')
        .where('number', '=', number)
        // Whoever is adding or removing rows of it now does not know of this: it is waited for.
        .modifyEnd(engine.locks.rewrite)
        .execute()
      if (held.length === 0) return
      await transaction
        .insertInto('word_gateways')
        .values({ gateway: number, before_id: await aboveNewest(transaction, number) })
        .onConflict((conflict) => conflict.column('gateway').doNothing())
        .execute()
    })
  }
}

/** Above all ids that a gateway's rows have now, so that rows which come later are read once; null: it has none. */
async function aboveNewest(db: Kysely<Schema>, gateway: number): Promise<string | null> {
  const newest = await db
    .selectFrom('logs')
    .select('id')
    .where('gateway', '=', gateway)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return newest === undefined ? null : `${newest.id}~`
}

async function readLags(db: Kysely<Schema>): Promise<WordLag[]> {
  const gateways = await db.selectFrom('word_gateways').selectAll().orderBy('gateway').execute()
  if (gateways.length === 0) return []
  const queued = new Map((await countQueued(db)).map((count) => [count.gateway, count]))
  const lags: WordLag[] = []
  for (const { gateway, before_id: beforeId } of gateways) {
    const { rows = 0, gone = 0, oldestMs = null } = queued.get(gateway) ?? {}
    const older = beforeId === null ? 0 : await countBefore(db, gateway, beforeId)
    lags.push({ gateway, rows: rows + older, gone, oldestMs })
  }
  return lags
}

async function countBefore(db: Kysely<Schema>, gateway: number, beforeId: string): Promise<number> {
  const some = db
    .selectFrom('logs')
    .select('id')
    .where('gateway', '=', gateway)
    .where('id', '<', beforeId)
    .limit(maxCounted)
  const row = await db
    .selectFrom(some.as('some'))
    .select((count) => count.fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow()
  return Number(row.rows)
}

const nothing: WordBatch = { looked: 0, gone: 0, open: null }

/** See `WordStore.read`. A row that is read twice, after a crash, has its words once. */
async function readNext(db: Kysely<Schema>, engine: Engine, limit: number): Promise<WordBatch> {
  if (await engine.words.wasLost()) {
    return { looked: 1, gone: 0, open: { queued: [], before: null, isAnew: true } }
  }
  const batch = await engine.words.alone(db, async (within) => {
    const { rows, settlement } = await nextRows(within, limit)
    if (rows.length === 0 && settlement.before === null) return nothing
    const { read, gone } = await readWords(within, engine, rows)
    await engine.words.put(within, read)
    if (!engine.words.isOneStore) return { looked: rows.length, gone, open: settlement }
    await settle(within, settlement)
    return { looked: rows.length, gone, open: null }
  })
  return batch ?? nothing
}

interface Place {
  gateway: number
  id: string
}

/** From the queue first, then of what was there before, the newest first. What was queued together is read together. */
async function nextRows(db: Kysely<Schema>, limit: number): Promise<{ rows: Place[]; settlement: WordSettlement }> {
  const entries = await db.selectFrom('word_queue').selectAll().orderBy('number').limit(maxEntries).execute()
  const rows: Place[] = []
  const settlement: WordSettlement = { queued: [], before: null, isAnew: false }
  for (const entry of entries) {
    if (rows.length > 0 && rows.length + entry.rows > limit) break
    for (const id of queuedIds(entry)) rows.push({ gateway: entry.gateway, id })
    settlement.queued.push(entry.number)
  }
  const wanted = limit - rows.length
  if (wanted <= 0 || settlement.queued.length < entries.length) return { rows, settlement }
  const older = await db
    .selectFrom('word_gateways')
    .selectAll()
    .where('before_id', 'is not', null)
    .orderBy('gateway')
    .limit(1)
    .executeTakeFirst()
  if (older === undefined || older.before_id === null) return { rows, settlement }
  const { gateway, before_id: beforeId } = older
  const before = await db
    .selectFrom('logs')
    .select(['gateway', 'id'])
    .where('gateway', '=', gateway)
    .where('id', '<', beforeId)
    .orderBy('id', 'desc')
    .limit(wanted)
    .execute()
  settlement.before = { gateway, id: before.length < wanted ? null : (before.at(-1)?.id ?? null) }
  return { rows: [...rows, ...before], settlement }
}

/** Rows as they are now, and how many of them are gone. */
async function readWords(
  db: Kysely<Schema>,
  engine: Engine,
  places: readonly Place[],
): Promise<{ read: WordsRead[]; gone: number }> {
  const byGateway = Map.groupBy(places, ({ gateway }) => gateway)
  const read: WordsRead[] = []
  let gone = 0
  for (const [gateway, ofGateway] of byGateway) {
    const ids = [...new Set(ofGateway.map(({ id }) => id))]
    const found = await db
      .selectFrom('logs')
      .select(['id', 'block', 'slot', 'model', 'provider', 'detail'])
      .where('gateway', '=', gateway)
      .where(engine.hasId(ids))
      .orderBy('id')
      .execute()
    const builder = createBlockBuilder()
    await forBodies(db, found, (at, bodies) => {
      const row = found[at]
      if (row !== undefined) builder.add({ id: row.id, texts: textsOf(row), pieces: textOfBodies(bodies) })
    })
    for (const row of found) if (row.block === null) builder.add({ id: row.id, texts: textsOf(row), pieces: [] })
    read.push({ gateway, ids, block: builder.finish() })
    gone += ids.length - found.length
  }
  return { read, gone }
}

/** What `isSearched` looks at, but for the id. */
function textsOf(row: { id: string; model: string | null; provider: string; detail: string }): string[] {
  // It was made from a `LogDetail` when the request ended.
  const { eventId, metadata } = JSON.parse(row.detail) as LogDetail
  const entries = Object.entries(metadata ?? {}).flatMap(([name, value]) => [name, String(value)])
  return [
    row.provider,
    ...(row.model === null ? [] : [row.model]),
    ...(eventId === row.id ? [] : [eventId]),
    ...entries,
  ]
}

async function settle(db: Kysely<Schema>, { queued, before, isAnew }: WordSettlement): Promise<void> {
  if (queued.length > 0) await db.deleteFrom('word_queue').where('number', 'in', queued).execute()
  if (isAnew) {
    // All of these rows are among those that are there, or gone.
    await db.deleteFrom('word_queue').execute()
    for (const { gateway } of await db.selectFrom('word_gateways').select('gateway').execute()) {
      const beforeId = await aboveNewest(db, gateway)
      await db.updateTable('word_gateways').set({ before_id: beforeId }).where('gateway', '=', gateway).execute()
    }
  }
  if (before !== null) {
    await db.updateTable('word_gateways').set({ before_id: before.id }).where('gateway', '=', before.gateway).execute()
  }
}

async function dropWords(db: Kysely<Schema>, engine: Engine, gateway: number): ReturnType<WordStore['drop']> {
  const outcome = await engine.words.alone(db, async (within) => {
    if (!(await engine.words.drop(within, gateway))) return 'more'
    if (!engine.words.isOneStore) return 'dropped'
    // Else another process might put words there once more, before they are forgotten.
    await forget(within, gateway)
    return 'forgotten'
  })
  return outcome ?? 'more'
}

async function forget(db: Kysely<Schema>, gateway: number): Promise<void> {
  await db.deleteFrom('word_gateways').where('gateway', '=', gateway).execute()
  await db.deleteFrom('word_queue').where('gateway', '=', gateway).execute()
}
