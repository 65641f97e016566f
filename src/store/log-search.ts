import { type Kysely, type RawBuilder, sql, type SqlBool } from 'kysely'
import type { Engine } from './engine.ts'
import { isSearched } from './log-filters.ts'
import type { Schema } from './schema.ts'
import type { LogSelection } from './store.ts'
import { wantedOf } from './word-block.ts'
import type { IdsBetween } from './word-index.ts'
import { queuedBetween } from './word-queue.ts'

type Condition = RawBuilder<SqlBool>

/**
 * What a row must meet that a search finds: by the index of words, where the gateway keeps one, and else, or where a row is not in it
 * yet, by a look at the row. Null: nothing is searched. It is right only for rows between the bounds.
 */
export async function searching(
  db: Kysely<Schema>,
  engine: Engine,
  { gateway, search }: Omit<LogSelection, 'filters'>,
  between: IdsBetween = { lowest: null, highest: null },
): Promise<Condition | null> {
  if (search === null) return null
  const byLook = isSearched(engine.json, search)
  const kept = await db.selectFrom('word_gateways').selectAll().where('gateway', '=', gateway).executeTakeFirst()
  const wanted = wantedOf(search)
  if (kept === undefined || wanted.part === '') return byLook
  // Asked before the words: what is read meanwhile is found here or there.
  const unread = await queuedBetween(db, gateway, between)
  const found = await engine.words.find(db, gateway, wanted, between)
  if (found === null) return byLook
  const isUnread = new Set(unread)
  // Of a row that was changed the index still has the texts of before.
  const byPart = found.byPart.filter((id) => !isUnread.has(id))
  const conditions = [engine.hasId([...new Set([...found.byWords, ...byPart])])]
  if (unread.length > 0) conditions.push(sql`(${engine.hasId(unread)} and ${byLook})`)
  const { before_id: before } = kept
  if (before !== null && (between.lowest === null || between.lowest < before)) {
    conditions.push(sql`(logs.id < ${before} and ${byLook})`)
  }
  return conditions.length === 1 && conditions[0] !== undefined
    ? conditions[0]
    : sql`(${sql.join(conditions, sql` or `)})`
}
