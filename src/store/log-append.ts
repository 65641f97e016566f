import type { Kysely, Transaction } from 'kysely'
import type { LogEntry } from '../contract/log-record.ts'
import { type BodyPlace, insertBodies, removeBodies } from './body-blocks.ts'
import type { Engine } from './engine.ts'
import { toColumns } from './log-columns.ts'
import type { Schema } from './schema.ts'
import type { JournalPosition } from './store.ts'

/** Stores entries and the journal position behind them in one transaction, see `LogStore.append`. */
export async function appendLogs(
  db: Kysely<Schema>,
  engine: Engine,
  entries: readonly LogEntry[],
  position: JournalPosition,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const wanted = await withoutRemovedGateways(transaction, entries)
    const places = await insertBodies(transaction, wanted)
    const rows = wanted.map((entry, index) => toColumns(entry, places[index] ?? null))
    const inserted = await engine.insertLogs(transaction, rows)
    // Known ids are rare (a replay after a crash), so their bodies are written first and taken out again.
    const spare = places.filter((place, index): place is BodyPlace => place !== null && inserted[index] === false)
    await removeBodies(transaction, spare)
    await savePosition(transaction, position)
  })
}

/** A gateway may have been removed while its last requests were in the journal: nothing of it is kept. */
async function withoutRemovedGateways(
  transaction: Transaction<Schema>,
  entries: readonly LogEntry[],
): Promise<readonly LogEntry[]> {
  if (entries.length === 0) return entries
  const named = new Set(entries.map(({ summary }) => summary.gateway))
  const rows = await transaction
    .selectFrom('gateways')
    .select('number')
    .where('number', 'in', [...named])
    .execute()
  if (rows.length === named.size) return entries
  const present = new Set(rows.map((row) => row.number))
  return entries.filter(({ summary }) => present.has(summary.gateway))
}

async function savePosition(transaction: Transaction<Schema>, position: JournalPosition): Promise<void> {
  const { lane, segment, offset } = position
  await transaction
    .insertInto('journal_positions')
    .values({ lane, segment, byte_offset: offset })
    .onConflict((conflict) => conflict.column('lane').doUpdateSet({ segment, byte_offset: offset }))
    .execute()
}
