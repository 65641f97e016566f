import { type Kysely, type RawBuilder, sql } from 'kysely'
import { dayOf, type Days } from './postgres-days.ts'
import { isWithoutPartition } from './postgres-errors.ts'
import type { WordIndex } from './word-index.ts'
import type { WordAsked } from './words-of.ts'

/** Held by whoever changes the index, in any process; the number is of no meaning. */
const lockKey = 4_203_118_907_551_642
const rowsPerDrop = 5000
const maxAttempts = 5

/**
 * The words of bodies in `log_words`, which has a partition for each day as `logs` has. Words are told apart by `wordsOf`, not by
 * PostgreSQL, so that every engine finds the same.
 */
export function createPostgresWords(days: Days, text: RawBuilder<unknown>): WordIndex {
  return {
    createTables: (db) => createTables(db, text),
    place: sql`null::bigint`,
    async alone(db, body) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await db.transaction().execute(async (transaction) => {
            const lock = sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${sql.lit(lockKey)}) as mine`
            const { rows } = await lock.execute(transaction)
            return rows[0]?.mine === true ? await body(transaction) : null
          })
        } catch (error) {
          // An emptied day that was known here was dropped meanwhile.
          if (attempt === maxAttempts || !isWithoutPartition(error)) throw error
          days.forget()
        }
      }
    },
    isOneStore: true,
    wasLost: () => false,
    async put(db, rows) {
      const gone = rows.filter(({ words }) => words === null)
      if (gone.length > 0) {
        await sql`delete from log_words where (gateway, id) in
          (select * from unnest(${gone.map((row) => row.gateway)}::bigint[], ${gone.map((row) => row.id)}::text[]))`.execute(
          db,
        )
      }
      const kept = new Map(rows.flatMap((row) => (row.words?.size ? [[`${row.gateway} ${row.id}`, row] as const] : [])))
      if (kept.size === 0) return
      const put = [...kept.values()]
      const texts = put.map(({ words }) => [...(words ?? [])].join(' '))
      await days.make(db, new Set(put.map(({ id }) => dayOf(id))))
      await sql`insert into log_words (gateway, id, words)
        select gateway, id, array_to_tsvector(string_to_array(words, ' '))
        from unnest(${put.map((row) => row.gateway)}::bigint[], ${put.map((row) => row.id)}::text[], ${texts}::text[])
          as put(gateway, id, words)
        on conflict (gateway, id) do nothing`.execute(db)
    },
    async drop(db, gateway) {
      const { rows } = await sql<{ id: string }>`delete from log_words where gateway = ${gateway} and id in
        (select id from log_words where gateway = ${gateway} order by id limit ${sql.lit(rowsPerDrop)}) returning id`.execute(
        db,
      )
      return rows.length < rowsPerDrop
    },
    async purge(db) {
      days.dropEmpty(db)
      return true
    },
    find(gateway, words, between) {
      const { lowest = null, highest = null } = between ?? {}
      return sql`logs.id in (select id from log_words where gateway = ${gateway} and words @@ ${toQuery(words)}::tsquery
        ${lowest === null ? sql`` : sql`and id >= ${lowest}`} ${highest === null ? sql`` : sql`and id <= ${highest}`})`
    },
  }
}

/** A word has letters, marks and digits only: there is nothing to be escaped. */
function toQuery(words: readonly WordAsked[]): string {
  return words.map(({ word, isBeginning }) => `'${word}'${isBeginning ? ':*' : ''}`).join(' & ')
}

async function createTables(db: Kysely<unknown>, text: RawBuilder<unknown>): Promise<void> {
  await db.schema
    .createTable('log_words')
    .addColumn('gateway', 'bigint', (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('words', sql`tsvector`, (column) => column.notNull())
    .modifyEnd(sql`partition by range (id)`)
    .execute()
  await db.schema.createIndex('log_words_gateway_id').unique().on('log_words').columns(['gateway', 'id']).execute()
  await db.schema.createIndex('log_words_words').on('log_words').using('gin').column('words').execute()
}
