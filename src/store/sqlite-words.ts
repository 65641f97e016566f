import { existsSync, renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, sql, SqliteDialect } from 'kysely'
import { forKysely } from './sqlite-kysely.ts'
import {
  createBlockTables,
  dropBlocks,
  findInBlocks,
  putBlock,
  removeFromBlocks,
  rewriteNext,
  type WordBlockTables,
} from './word-blocks.ts'
import type { WordIndex } from './word-index.ts'

const busyTimeoutMs = 5000
/** Of what is in the file. One of another form is made anew. */
const formVersion = 2

/** Beside the file of the rows: `tollgate.db` has its words in `tollgate.words.db`. */
export function wordFileOf(file: string): string {
  return file.replace(/(\.db)?$/, '.words.db')
}

/**
 * The words of rows, in a file of their own: who writes them never waits for rows, nor rows for them. It is made when the first
 * words are put there.
 */
export function createSqliteWords(file: string): WordIndex & { close(): void } {
  const words = createWordFile(file)
  /** Whether the write-ahead log may hold removed words. */
  let holdsRemoved = true
  return {
    createTables: () => Promise.resolve(),
    // One process has the file, and in it one thread writes.
    alone: (db, body) => body(db),
    isOneStore: false,
    wasLost: () => words.wasLost(),
    async put(_db, read) {
      const { db } = await words.toWrite()
      await db.transaction().execute(async (transaction) => {
        // A file that never had words is as good as a lost one: `wasLost` tells it until then.
        await sql`pragma user_version = ${sql.lit(formVersion)}`.execute(transaction)
        for (const { gateway, ids, block } of read) {
          await removeFromBlocks(transaction, gateway, ids)
          if (block !== null) await putBlock(transaction, gateway, block)
        }
      })
      words.fill()
      // Small blocks that were put together have gone.
      holdsRemoved = true
    },
    async drop(_db, gateway) {
      const { db } = await words.toWrite()
      holdsRemoved = true
      return await db.transaction().execute((transaction) => dropBlocks(transaction, gateway))
    },
    async purge() {
      const { db, database } = await words.toWrite()
      if (await db.transaction().execute(rewriteNext)) {
        holdsRemoved = true
        return false
      }
      if (holdsRemoved) holdsRemoved = !isLogEmptied(database)
      return !holdsRemoved
    },
    async find(_db, gateway, wanted, between) {
      const open = words.toRead()
      return open === null ? null : await findInBlocks(open.db, gateway, wanted, between)
    },
    close: () => words.close(),
  }
}

interface OpenFile {
  database: DatabaseSync
  db: Kysely<WordBlockTables>
}

/** The file, opened when it is needed; to write only by the thread that does. */
interface WordFile {
  /** Null: it is not there, or never had words. */
  toRead(): OpenFile | null
  toWrite(): Promise<OpenFile>
  /** Says that it has words now. */
  fill(): void
  /** See `WordIndex.wasLost`. */
  wasLost(): Promise<boolean>
  close(): void
}

function createWordFile(file: string): WordFile {
  let reading: OpenFile | null = null
  let writing: OpenFile | null = null
  let isLost = false
  let isFilled = false

  async function toWrite(): Promise<OpenFile> {
    if (writing !== null) return writing
    const version = versionOf(file)
    if (version !== 0 && version !== formVersion) await makeFile(file)
    const open = openFile(file, { isWritable: true })
    isLost = version !== formVersion
    isFilled = !isLost
    writing = open
    return open
  }

  return {
    toRead() {
      if (writing !== null) return isFilled ? writing : null
      if (reading === null && versionOf(file) === formVersion) {
        reading = openFile(file, { isWritable: false })
      }
      return reading
    },
    toWrite,
    fill() {
      isFilled = true
    },
    async wasLost() {
      await toWrite()
      const was = isLost
      isLost = false
      return was
    },
    close() {
      reading?.database.close()
      writing?.database.close()
      reading = writing = null
    },
  }
}

/** Of what is in the file; 0: nothing yet. Null: it is not there. */
function versionOf(file: string): number | null {
  if (!existsSync(file)) return null
  const database = new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs })
  const version = database.prepare('PRAGMA user_version').get()?.['user_version']
  database.close()
  return Number(version)
}

function openFile(file: string, { isWritable }: { isWritable: boolean }): OpenFile {
  const database = new DatabaseSync(file, { readOnly: !isWritable, timeout: busyTimeoutMs })
  database.exec(`
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -8000;
    PRAGMA journal_size_limit = 33554432;
    PRAGMA secure_delete = ON;
  `)
  const kind = forKysely(
    database,
    () => {},
    () => database.close(),
  )
  return { database, db: new Kysely<WordBlockTables>({ dialect: new SqliteDialect({ database: kind }) }) }
}

/** Under another name until it is complete: those that read open it as soon as it is there. */
async function makeFile(file: string): Promise<void> {
  const unfinished = `${file}.new`
  removeFile(unfinished)
  const { database, db } = openFile(unfinished, { isWritable: true })
  database.exec('PRAGMA journal_mode = WAL')
  const key = sql`integer primary key autoincrement`
  await createBlockTables(db.schema, { text: sql`text`, key, bytes: sql`blob` })
  // That empties and removes its write-ahead log.
  await db.destroy()
  removeFile(file)
  renameSync(unfinished, file)
}

function removeFile(file: string): void {
  for (const name of [file, `${file}-wal`, `${file}-shm`]) rmSync(name, { force: true })
}

/** A reader in the middle of a query prevents it. */
function isLogEmptied(database: DatabaseSync): boolean {
  database.exec('PRAGMA busy_timeout = 0')
  const checkpoint = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  return checkpoint?.['busy'] === 0
}
