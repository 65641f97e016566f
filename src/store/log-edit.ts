import type { Kysely } from 'kysely'
import { type LogDetail, maxMetadataEntries } from '../contract/log-record.ts'
import { cleanText } from './clean-text.ts'
import type { Engine } from './engine.ts'
import type { Schema } from './schema.ts'
import type { LogChanges, LogStore } from './store.ts'
import { queueKnown } from './word-queue.ts'

/** See `LogStore.edit`. Entries are added to what the row has at that moment, so that no other change is undone. */
export function editLog(
  db: Kysely<Schema>,
  engine: Engine,
  gateway: number,
  id: string,
  { feedback, score, metadata }: LogChanges,
): ReturnType<LogStore['edit']> {
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('logs')
      .select('detail')
      .where('gateway', '=', gateway)
      .where('id', '=', cleanText(id))
      .modifyEnd(engine.locks.rewrite)
      .executeTakeFirst()
    if (row === undefined) return 'missing'
    const detail = metadata === undefined ? undefined : withMetadata(row.detail, metadata)
    if (detail === null) return 'too_many_entries'
    const changes = {
      ...(feedback !== undefined && { feedback }),
      ...(score !== undefined && { score }),
      ...(detail !== undefined && { detail }),
    }
    if (Object.keys(changes).length === 0) return 'edited'
    // Metadata is searched.
    if (detail !== undefined) await queueKnown(transaction, engine, { gateway, ids: [cleanText(id)], isGone: false })
    await transaction
      .updateTable('logs')
      .set(changes)
      .where('gateway', '=', gateway)
      .where('id', '=', cleanText(id))
      .execute()
    return 'edited'
  })
}

/** The JSON of a detail with changed metadata; null where there would be too many entries. */
function withMetadata(text: string, given: NonNullable<LogChanges['metadata']> | null): string | null {
  // It was made from a `LogDetail` when the request ended.
  const detail = JSON.parse(text) as LogDetail
  const metadata = given === null ? null : { ...detail.metadata, ...given }
  if (metadata !== null && Object.keys(metadata).length > maxMetadataEntries) return null
  return JSON.stringify({ ...detail, metadata })
}
