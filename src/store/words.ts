import type { Kysely } from 'kysely'
import { textOfBodies } from '../formats/body-text.ts'
import { forBodies } from './body-blocks.ts'
import type { Engine } from './engine.ts'
import type { Schema } from './schema.ts'
import type { WordBatch, WordLag, WordSettlement, WordStore } from './word-store.ts'
import type { WordRow } from './word-index.ts'
import { countQueued } from './word-queue.ts'
import { wordsOf } from './words-of.ts'

/** More are not counted. */
const maxCounted = 100_000

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
    purge: () => engine.words.purge(db),
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
  const queued = new Map((await countQueued(db, maxCounted)).map((count) => [count.gateway, count]))
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
  if (engine.words.wasLost()) {
    return { looked: 1, gone: 0, open: { queued: [], before: null, isAnew: true } }
  }
  const batch = await engine.words.alone(db, async (within) => {
    const { rows, settlement } = await nextRows(within, engine, limit)
    if (rows.length === 0 && settlement.before === null) return nothing
    const read = await readWords(within, engine, rows)
    await engine.words.put(within, read)
    const gone = read.filter(({ words }) => words === null).length
    if (!engine.words.isOneStore) return { looked: rows.length, gone, open: settlement }
    await settle(within, settlement)
    return { looked: rows.length, gone, open: null }
  })
  return batch ?? nothing
}

type Place = Omit<WordRow, 'words'>

/** From the queue first, then of what was there before, the newest first. */
async function nextRows(
  db: Kysely<Schema>,
  engine: Engine,
  limit: number,
): Promise<{ rows: Place[]; settlement: WordSettlement }> {
  const queued = await db.selectFrom('word_queue').selectAll().orderBy('number').limit(limit).execute()
  const settlement: WordSettlement = { queued: queued.map(({ number }) => number), before: null, isAnew: false }
  const wanted = limit - queued.length
  if (wanted === 0) return { rows: queued, settlement }
  const older = await db
    .selectFrom('word_gateways')
    .selectAll()
    .where('before_id', 'is not', null)
    .orderBy('gateway')
    .limit(1)
    .executeTakeFirst()
  if (older === undefined || older.before_id === null) return { rows: queued, settlement }
  const { gateway, before_id: beforeId } = older
  const rows = await db
    .selectFrom('logs')
    .select(['gateway', 'id', engine.words.place.as('place')])
    .where('gateway', '=', gateway)
    .where('id', '<', beforeId)
    .orderBy('id', 'desc')
    .limit(wanted)
    .execute()
  settlement.before = { gateway, id: rows.length < wanted ? null : (rows.at(-1)?.id ?? null) }
  return { rows: [...queued, ...rows], settlement }
}

/** The words of rows as they are now; of those that are gone, none. */
async function readWords(db: Kysely<Schema>, engine: Engine, places: readonly Place[]): Promise<WordRow[]> {
  const byGateway = new Map<number, Place[]>()
  for (const place of places) {
    const known = byGateway.get(place.gateway)
    if (known === undefined) byGateway.set(place.gateway, [place])
    else known.push(place)
  }
  const read: WordRow[] = []
  for (const [gateway, ofGateway] of byGateway) {
    const found = await db
      .selectFrom('logs')
      .select(['gateway', 'id', 'block', 'slot', engine.words.place.as('place')])
      .where('gateway', '=', gateway)
      .where(
        'id',
        'in',
        ofGateway.map(({ id }) => id),
      )
      .execute()
    const words = new Map<string, Set<string>>()
    await forBodies(db, found, (at, bodies) => {
      const id = found[at]?.id
      if (id !== undefined) words.set(id, wordsOf(textOfBodies(bodies)))
    })
    const known = new Set(found.map(({ id }) => id))
    for (const { id, place } of ofGateway) if (!known.has(id)) read.push({ gateway, id, place, words: null })
    for (const { id, place } of found) read.push({ gateway, id, place, words: words.get(id) ?? new Set() })
  }
  return read
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
