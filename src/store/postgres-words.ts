import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Schema } from './schema.ts'
import { createBlockTables, dropBlocks, findInBlocks, putBlock, removeFromBlocks, rewriteNext } from './word-blocks.ts'
import type { WordIndex } from './word-index.ts'

/** Held by whoever changes the index, in any process; the number is of no meaning. */
const lockKey = 4_203_118_907_551_642

/** The words of rows in the database of the rows. One process at a time changes them. */
export function createPostgresWords(text: RawBuilder<unknown>): WordIndex {
  return {
    async createTables(db) {
      const key = sql`bigint generated always as identity primary key`
      await createBlockTables(db.schema, { text, key, bytes: sql`bytea` })
      await sql`alter table word_parts alter column bytes set storage external`.execute(db)
    },
    alone: (db, body) =>
      db.transaction().execute(async (transaction) => {
        const lock = sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${sql.lit(lockKey)}) as mine`
        const { rows } = await lock.execute(transaction)
        return rows[0]?.mine === true ? await body(transaction) : null
      }),
    isOneStore: true,
    wasLost: () => Promise.resolve(false),
    async put(db, read) {
      for (const { gateway, ids, block } of read) {
        await removeFromBlocks(blocksOf(db), gateway, ids)
        if (block !== null) await putBlock(blocksOf(db), gateway, block)
      }
    },
    drop: (db, gateway) => dropBlocks(blocksOf(db), gateway),
    purge: async (db) => !(await rewriteNext(blocksOf(db))),
    find: (db, gateway, wanted, between) => findInBlocks(blocksOf(db), gateway, wanted, between),
  }
}

function blocksOf(db: Kysely<Schema>): Parameters<typeof dropBlocks>[0] {
  return db.$pickTables<'word_blocks' | 'word_parts'>()
}
