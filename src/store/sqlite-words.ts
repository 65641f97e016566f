import { existsSync, renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import {
  chunkTables,
  dropChunks,
  findPlaces,
  inTransaction,
  type Places,
  putRows,
  rewriteNext,
} from './sqlite-word-chunks.ts'
import type { IdsBetween, WordIndex } from './word-index.ts'

const busyTimeoutMs = 5000

/** Beside the file of the rows: `tollgate.db` has its words in `tollgate.words.db`. */
export function wordFileOf(file: string): string {
  return file.replace(/(\.db)?$/, '.words.db')
}

/**
 * The words of bodies, in a file of their own: who writes them never waits for rows, nor rows for them. `main` is this
 * thread's handle on the rows; `file` is made when the first words are put there.
 */
export function createSqliteWords(main: DatabaseSync, file: string): WordIndex & { close(): void } {
  const words = createWordFile(file)
  /** Whether the write-ahead log may hold removed words. */
  let holdsRemoved = true
  return {
    async createTables(db) {
      // The number of the newest row comes back when that is removed; see `find`.
      await sql`create index if not exists word_queue_place on word_queue (place)`.execute(db)
    },
    place: sql`logs.number`,
    // One process has the file, and in it one thread writes.
    alone: (db, body) => body(db),
    isOneStore: false,
    wasLost: () => words.wasLost(),
    async put(_db, rows) {
      inTransaction(words.toWrite(), (database) => {
        // A file that never had words is as good as a lost one: `wasLost` tells it until then.
        database.exec('PRAGMA user_version = 1')
        for (const gateway of new Set(rows.map((row) => row.gateway))) {
          const own = rows.filter((row) => row.gateway === gateway)
          putRows(database, gateway, own)
        }
      })
    },
    async drop(_db, gateway) {
      inTransaction(words.toWrite(), (database) => dropChunks(database, gateway))
      holdsRemoved = true
      return true
    },
    async purge() {
      const database = words.toWrite()
      if (rewriteNext(database)) {
        holdsRemoved = true
        return false
      }
      if (holdsRemoved) holdsRemoved = !isLogEmptied(database)
      return !holdsRemoved
    },
    find(gateway, asked, between) {
      const database = words.toRead()
      const stretch = database === null ? null : placesBetween(main, gateway, between)
      const places = database === null || stretch === null ? [] : findPlaces(database, gateway, asked, stretch)
      if (places.length === 0) return sql`1 = 0`
      // One that is in the queue may have got its number from a row that was removed.
      return sql`(logs.number in (select value from json_each(${JSON.stringify(places)}))
        and not exists (select 1 from word_queue where word_queue.place = logs.number))`
    },
    close: () => words.close(),
  }
}

/** The file, opened when it is needed; to write only by the thread that does. */
interface WordFile {
  /** Null: it is not there. */
  toRead(): DatabaseSync | null
  toWrite(): DatabaseSync
  /** See `WordIndex.wasLost`. */
  wasLost(): boolean
  close(): void
}

function createWordFile(file: string): WordFile {
  let open: { database: DatabaseSync; isWritable: boolean } | null = null
  let isLost = false
  function toWrite(): DatabaseSync {
    if (open?.isWritable === true) return open.database
    open?.database.close()
    open = { database: openToWrite(file), isWritable: true }
    isLost = open.database.prepare('PRAGMA user_version').get()?.['user_version'] === 0
    return open.database
  }
  return {
    toRead() {
      if (open === null && existsSync(file)) {
        open = { database: new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs }), isWritable: false }
      }
      return open?.database ?? null
    },
    toWrite,
    wasLost() {
      toWrite()
      const was = isLost
      isLost = false
      return was
    },
    close() {
      open?.database.close()
      open = null
    },
  }
}

function openToWrite(file: string): DatabaseSync {
  if (!existsSync(file)) makeFile(file)
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs })
  database.exec(`
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -8000;
    PRAGMA journal_size_limit = 33554432;
    PRAGMA secure_delete = ON;
  `)
  return database
}

/** Under another name until it is complete: those that read open it as soon as it is there. */
function makeFile(file: string): void {
  const unfinished = `${file}.new`
  for (const name of [unfinished, `${unfinished}-wal`, `${unfinished}-shm`]) rmSync(name, { force: true })
  const database = new DatabaseSync(unfinished)
  database.exec(`PRAGMA journal_mode = WAL; ${chunkTables}`)
  // That empties and removes its write-ahead log.
  database.close()
  renameSync(unfinished, file)
}

/** A reader in the middle of a query prevents it. */
function isLogEmptied(database: DatabaseSync): boolean {
  database.exec('PRAGMA busy_timeout = 0')
  const checkpoint = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  return checkpoint?.['busy'] === 0
}

/** Null: there is no row. */
function placesBetween(main: DatabaseSync, gateway: number, between: IdsBetween | null): Places | null {
  if (between === null) return { first: 0, last: Number.MAX_SAFE_INTEGER }
  const { lowest, highest } = between
  const text = 'SELECT min(number) AS first, max(number) AS last FROM logs WHERE gateway = ? AND id >= ? AND id <= ?'
  // Ids are hexadecimal, so that `g` stands behind all.
  const found = main.prepare(text).get(gateway, lowest ?? '', highest ?? 'g')
  return typeof found?.['first'] === 'number' && typeof found['last'] === 'number'
    ? { first: found['first'], last: found['last'] }
    : null
}
