import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { SqliteDatabase, SqliteStatement } from 'kysely'

const maxPrepared = 100

/** `node:sqlite` as the kind of database that Kysely's SQLite dialect takes. `beforeRead` is called before each question. */
export function forKysely(database: DatabaseSync, beforeRead: () => void, close: () => void): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>()
  return {
    close,
    prepare(text) {
      const known = prepared.get(text)
      if (known !== undefined) return known
      const statement = database.prepare(text)
      // Kysely's type for parameters is `unknown`; only strings, numbers, bytes and null are ever given here.
      const bound = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[]
      const kept: SqliteStatement = {
        reader: statement.columns().length > 0,
        all(parameters) {
          beforeRead()
          return statement.all(...bound(parameters))
        },
        run: (parameters) => statement.run(...bound(parameters)),
        iterate: (parameters) => statement.iterate(...bound(parameters)),
      }
      // Lists of values make texts without end; the usual ones are soon back.
      if (prepared.size === maxPrepared) prepared.clear()
      prepared.set(text, kept)
      return kept
    },
  }
}
