import type { DatabaseSync } from 'node:sqlite'
import type { WordRow } from './word-index.ts'
import type { WordAsked } from './words-of.ts'

/*
 * A table of FTS5 forgets rows for good only by writing itself anew, so there are many: each has up to 20 000 rows of one
 * gateway, and `chunks` lists them. Rows that are kept no longer take whole tables with them. The texts themselves are not in it.
 */

/** A second to write anew, and 7 MB, where each row has 200 words. */
const rowsPerChunk = 20_000

export const chunkTables = `
  CREATE TABLE IF NOT EXISTS chunks (id INTEGER PRIMARY KEY AUTOINCREMENT, gateway INTEGER NOT NULL, first INTEGER NOT NULL,
    last INTEGER NOT NULL, rows INTEGER NOT NULL, is_dirty INTEGER NOT NULL DEFAULT 0);
  CREATE INDEX IF NOT EXISTS chunks_gateway ON chunks (gateway, last);
`

interface Chunk {
  id: number
  /** Between which the places of its rows are. */
  first: number
  last: number
  /** How many were ever put there. */
  rows: number
}

/** All or nothing. Nothing else runs on the handle meanwhile. */
export function inTransaction(database: DatabaseSync, body: (database: DatabaseSync) => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    body(database)
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

/** A stretch of places, both ends included. */
export interface Places {
  first: number
  last: number
}

function chunksBetween(database: DatabaseSync, gateway: number, places: Places | null): Chunk[] {
  const { first, last } = places ?? { first: 0, last: Number.MAX_SAFE_INTEGER }
  const text = 'SELECT id, first, last, rows FROM chunks WHERE gateway = ? AND last >= ? AND first <= ? ORDER BY id'
  // The columns are numbers.
  return database.prepare(text).all(gateway, first, last) as unknown as Chunk[]
}

/** Makes these the words of a gateway's rows. */
export function putRows(database: DatabaseSync, gateway: number, rows: readonly WordRow[]): void {
  const places = rows.flatMap(({ place }) => place ?? [])
  removePlaces(database, gateway, places)
  let open: { chunk: Chunk; insert: ReturnType<DatabaseSync['prepare']> } | null = null
  for (const { place, words } of rows) {
    if (place === null || words === null || words.size === 0) continue
    if (open === null || open.chunk.rows >= rowsPerChunk) {
      if (open !== null) saveChunk(database, open.chunk)
      const chunk: Chunk = openChunk(database, gateway, place)
      open = { chunk, insert: database.prepare(`INSERT OR REPLACE INTO words_${chunk.id} (rowid, text) VALUES (?, ?)`) }
    }
    const { chunk, insert } = open
    insert.run(place, [...words].join(' '))
    chunk.first = Math.min(chunk.first, place)
    chunk.last = Math.max(chunk.last, place)
    chunk.rows++
  }
  if (open !== null) saveChunk(database, open.chunk)
}

function removePlaces(database: DatabaseSync, gateway: number, places: readonly number[]): void {
  const [first, last] = [Math.min(...places), Math.max(...places)]
  for (const chunk of chunksBetween(database, gateway, { first, last })) {
    const inside = places.filter((place) => place >= chunk.first && place <= chunk.last)
    const { changes } = database
      .prepare(`DELETE FROM words_${chunk.id} WHERE rowid IN (SELECT value FROM json_each(?))`)
      .run(JSON.stringify(inside))
    if (Number(changes) > 0) database.prepare('UPDATE chunks SET is_dirty = 1 WHERE id = ?').run(chunk.id)
  }
}

/** The gateway's newest chunk, or a new one where that is full. */
function openChunk(database: DatabaseSync, gateway: number, place: number): Chunk {
  const newest = chunksBetween(database, gateway, null).at(-1)
  if (newest !== undefined && newest.rows < rowsPerChunk) return newest
  const { lastInsertRowid } = database
    .prepare('INSERT INTO chunks (gateway, first, last, rows) VALUES (?, ?, ?, 0)')
    .run(gateway, place, place)
  const id = Number(lastInsertRowid)
  // `ascii` splits at spaces and at nothing else that is in a word, and leaves other letters as they are.
  database.exec(`
    CREATE VIRTUAL TABLE words_${id} USING fts5(text, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
    INSERT INTO words_${id} (words_${id}, rank) VALUES ('hashsize', 8388608);
  `)
  return { id, first: place, last: place, rows: 0 }
}

function saveChunk(database: DatabaseSync, { id, first, last, rows }: Chunk): void {
  database.prepare('UPDATE chunks SET first = ?, last = ?, rows = ? WHERE id = ?').run(first, last, rows, id)
}

function dropChunk(database: DatabaseSync, id: number): void {
  database.exec(`DROP TABLE words_${id}`)
  database.prepare('DELETE FROM chunks WHERE id = ?').run(id)
}

/** Without the words of removed rows, which are only marked as such until then. */
function rewrite(database: DatabaseSync, id: number): void {
  if (database.prepare(`SELECT 1 FROM words_${id}_docsize LIMIT 1`).get() === undefined) {
    dropChunk(database, id)
    return
  }
  database.exec(`INSERT INTO words_${id} (words_${id}) VALUES ('optimize')`)
  database.prepare('UPDATE chunks SET is_dirty = 0 WHERE id = ?').run(id)
}

/** Drops a gateway's chunks. */
export function dropChunks(database: DatabaseSync, gateway: number): void {
  for (const { id } of chunksBetween(database, gateway, null)) dropChunk(database, id)
}

/** Writes one chunk anew that has words of removed rows; false where none has. */
export function rewriteNext(database: DatabaseSync): boolean {
  const id = database.prepare('SELECT id FROM chunks WHERE is_dirty = 1 LIMIT 1').get()?.['id']
  if (typeof id !== 'number') return false
  inTransaction(database, () => rewrite(database, id))
  return true
}

/** The places of a gateway's rows that have all the words. */
export function findPlaces(
  database: DatabaseSync,
  gateway: number,
  words: readonly WordAsked[],
  places: Places,
): number[] {
  const wanted = words.map(({ word, isBeginning }) => `"${word}"${isBeginning ? ' *' : ''}`).join(' AND ')
  const found: number[] = []
  // In one transaction: a chunk that is listed is there.
  database.exec('BEGIN')
  try {
    for (const { id } of chunksBetween(database, gateway, places)) {
      const rows = database
        .prepare(`SELECT rowid FROM words_${id} WHERE words_${id} MATCH ? AND rowid BETWEEN ? AND ?`)
        .all(wanted, places.first, places.last)
      for (const row of rows) found.push(Number(row['rowid']))
    }
  } finally {
    database.exec('COMMIT')
  }
  return found
}
