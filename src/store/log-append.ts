import type { Kysely, Transaction } from 'kysely'
import type { LogEntry } from '../contract/log-record.ts'
import { GatewayError } from '../kernel/errors.ts'
import { type BodyPlace, insertBodies, removeBodies } from './body-blocks.ts'
import type { Engine } from './engine.ts'
import { toColumns } from './log-columns.ts'
import type { Schema } from './schema.ts'
import type { JournalPosition } from './store.ts'

/**
 * Stores entries and the journal position behind them in one transaction, see `LogStore.append`. Rejects with
 * `input_invalid` where an entry is refused for what is in it.
 */
export async function appendLogs(
  db: Kysely<Schema>,
  engine: Engine,
  entries: readonly LogEntry[],
  position: JournalPosition,
): Promise<void> {
  const ids = entries.map(({ summary }) => summary.id)
  try {
    await engine.appending(db, ids, (transaction) => append(transaction, engine, entries, position))
  } catch (error) {
    const reason = engine.refusalOf(error)
    if (reason === null) throw error
    throw new GatewayError('input_invalid', `An entry was refused for what is in it: ${reason}`, { cause: error })
  }
}

async function append(
  transaction: Transaction<Schema>,
  engine: Engine,
  entries: readonly LogEntry[],
  position: JournalPosition,
): Promise<void> {
  const wanted = await withoutRemovedGateways(transaction, engine, entries)
  if (wanted.length > 0) {
    const places = await insertBodies(transaction, engine, wanted)
    const rows = wanted.map((entry, index) => toColumns(entry, places[index] ?? null))
    const inserted = await engine.insertLogs(transaction, rows)
    // Known ids are rare (a replay after a crash), so their bodies are written first and taken out again.
    const spare = places.filter((place, index): place is BodyPlace => place !== null && inserted[index] === false)
    await removeBodies(transaction, engine, spare)
  }
  await savePosition(transaction, position)
}

/** A gateway may have been removed while its last requests were in the journal: nothing of it is kept. */
async function withoutRemovedGateways(
  transaction: Transaction<Schema>,
  engine: Engine,
  entries: readonly LogEntry[],
): Promise<readonly LogEntry[]> {
  if (entries.length === 0) return entries
  const named = new Set(entries.map(({ summary }) => summary.gateway))
  const rows = await transaction
    .selectFrom('gateways')
    .select('number')
    .where('number', 'in', [...named])
    // One that is removed after this would leave these rows behind.
    .modifyEnd(engine.locks.keep)
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
