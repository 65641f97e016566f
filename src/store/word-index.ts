import type { Kysely, RawBuilder, SqlBool } from 'kysely'
import type { Schema } from './schema.ts'
import type { WordAsked } from './words-of.ts'

/** Where an engine keeps the words of bodies, and how it finds rows by them. Rows are of `logs`. */
export interface WordIndex {
  /** Makes the tables that only this engine has. */
  createTables(db: Kysely<unknown>): Promise<void>
  /** What a row has as its place in the index, as an expression over `logs`; null where its id is the place. */
  place: RawBuilder<number | null>
  /**
   * Runs `body` while nobody else changes the index; null where another process does. Where `isOneStore`, what `body` writes with
   * its handle into other tables is stored with the words, or not at all; else it must write nothing.
   */
  alone<Result>(db: Kysely<Schema>, body: (db: Kysely<Schema>) => Promise<Result>): Promise<Result | null>
  /** Whether the words are in the same database as all else. */
  isOneStore: boolean
  /** Whether the words were lost since they were last put; told once. */
  wasLost(): boolean
  /** Makes these the words of rows, in place of those that they had. Call it within `alone`. */
  put(db: Kysely<Schema>, rows: readonly WordRow[]): Promise<void>
  /** Removes words of a gateway, some at a time; true when none is left. Call it within `alone`. */
  drop(db: Kysely<Schema>, gateway: number): Promise<boolean>
  /** What removed words left behind goes, some at a time; true when nothing is left. */
  purge(db: Kysely<Schema>): Promise<boolean>
  /** A condition: a row of the gateway has all these words. It need be right only for rows between the bounds. */
  find(gateway: number, words: readonly WordAsked[], between: IdsBetween | null): RawBuilder<SqlBool>
}

export interface WordRow {
  gateway: number
  id: string
  place: number | null
  /** Null: the row is gone. */
  words: ReadonlySet<string> | null
}

/** Both inclusive; null: no bound. */
export interface IdsBetween {
  lowest: string | null
  highest: string | null
}
