import type { Kysely, Transaction } from 'kysely'
import { rowLimitOf, stopInserting } from '../contract/log-retention.ts'
import type { LogEntry } from '../contract/log-record.ts'
import { GatewayError } from '../kernel/errors.ts'
import { type BodyPlace, insertBodies, removeBodies } from './body-blocks.ts'
import type { Engine } from './engine.ts'
import { cleanText } from './clean-text.ts'
import { toColumns } from './log-columns.ts'
import { addCounts, countRows } from './log-counts.ts'
import type { NotedValues } from './log-values.ts'
import type { Schema } from './schema.ts'
import type { JournalPosition } from './store.ts'
import { queueWords, withWords } from './word-queue.ts'

/**
 * Stores entries and the journal position behind them in one transaction, see `LogStore.append`. Rejects with
 * `input_invalid` where an entry is refused for what is in it.
 */
export async function appendLogs(
  db: Kysely<Schema>,
  engine: Engine,
  values: NotedValues,
  entries: readonly LogEntry[],
  position: JournalPosition,
): Promise<void> {
  const ids = entries.map(({ summary }) => summary.id)
  let noted: string[] = []
  try {
    await engine.appending(db, ids, async (transaction) => {
      noted = await append(transaction, engine, values, entries, position)
    })
    values.keep(noted)
  } catch (error) {
    const reason = engine.refusalOf(error)
    if (reason === null) throw error
    throw new GatewayError('input_invalid', `An entry was refused for what is in it: ${reason}`, { cause: error })
  }
}

/** What was noted of their values. */
async function append(
  transaction: Transaction<Schema>,
  engine: Engine,
  values: NotedValues,
  entries: readonly LogEntry[],
  position: JournalPosition,
): Promise<string[]> {
  let noted: string[] = []
  const gateways = await lockGateways(transaction, engine, entries)
  const { wanted, refused } = await withinLimits(transaction, gateways, entries)
  const counts = new Map(
    [...gateways.keys()].map((gateway) => [gateway, { gateway, rows: 0, refused: refused.get(gateway) ?? 0 }]),
  )
  if (wanted.length > 0) {
    const places = await insertBodies(transaction, engine, wanted)
    const rows = wanted.map((entry, index) => toColumns(entry, places[index] ?? null))
    const inserted = await engine.insertLogs(transaction, rows)
    noted = await values.note(transaction, rows)
    // Known ids are rare (a replay after a crash), so their bodies are written first and taken out again.
    const spare = places.filter((place, index): place is BodyPlace => place !== null && inserted[index] === false)
    await removeBodies(transaction, engine, spare)
    wanted.forEach(({ summary }, index) => {
      const count = counts.get(summary.gateway)
      if (count !== undefined && inserted[index] === true) count.rows++
    })
    const readable = wanted.filter((_, index) => inserted[index] === true)
    for (const gateway of await withWords(transaction, [...gateways.keys()])) {
      const ids = readable
        .filter(({ summary }) => summary.gateway === gateway)
        .map(({ summary }) => cleanText(summary.id))
      await queueWords(transaction, { gateway, ids, isGone: false })
    }
  }
  await addCounts(transaction, position.lane, [...counts.values()])
  await savePosition(transaction, position)
  return noted
}

/**
 * The settings of the entries' gateways, by number. One may have been removed while its last requests were in the journal: it is
 * not among them, and nothing of it is kept.
 */
async function lockGateways(
  transaction: Transaction<Schema>,
  engine: Engine,
  entries: readonly LogEntry[],
): Promise<Map<number, string>> {
  if (entries.length === 0) return new Map()
  const named = new Set(entries.map(({ summary }) => summary.gateway))
  const rows = await transaction
    .selectFrom('gateways')
    .select(['number', 'settings'])
    .where('number', 'in', [...named])
    // One that is removed after this would leave these rows behind.
    .modifyEnd(engine.locks.keep)
    .execute()
  return new Map(rows.map(({ number, settings }) => [number, settings]))
}

/** Leaves out what is of none of these gateways, or more than one holds that takes no further rows; how many of the latter. */
async function withinLimits(
  transaction: Transaction<Schema>,
  gateways: ReadonlyMap<number, string>,
  entries: readonly LogEntry[],
): Promise<{ wanted: readonly LogEntry[]; refused: ReadonlyMap<number, number> }> {
  const room = new Map<number, number>()
  const refused = new Map<number, number>()
  for (const [gateway, settings] of gateways) {
    // Looked for in the text first: this is done for every batch of rows.
    const limit = settings.includes(stopInserting) ? rowLimitOf(JSON.parse(settings) as Record<string, unknown>) : null
    if (limit?.strategy === stopInserting) room.set(gateway, limit.maxRows - (await countRows(transaction, gateway)))
  }
  const wanted = entries.filter(({ summary: { gateway } }) => {
    if (!gateways.has(gateway)) return false
    const left = room.get(gateway)
    if (left === undefined) return true
    room.set(gateway, left - 1)
    if (left <= 0) refused.set(gateway, (refused.get(gateway) ?? 0) + 1)
    return left > 0
  })
  return { wanted, refused }
}

async function savePosition(transaction: Transaction<Schema>, position: JournalPosition): Promise<void> {
  const { lane, segment, offset } = position
  await transaction
    .insertInto('journal_positions')
    .values({ lane, segment, byte_offset: offset })
    .onConflict((conflict) => conflict.column('lane').doUpdateSet({ segment, byte_offset: offset }))
    .execute()
}
