import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'
import type { Wanted, WordBlock } from './word-block.ts'

/** Where an engine keeps the words of rows. Rows are of `logs`. */
export interface WordIndex {
  /** Makes the tables that are in the database of the rows. */
  createTables(db: Kysely<unknown>): Promise<void>
  /**
   * Runs `body` while nobody else changes the index; null where another process does. Where `isOneStore`, what `body` writes with
   * its handle into other tables is stored with the words, or not at all; else it must write nothing.
   */
  alone<Result>(db: Kysely<Schema>, body: (db: Kysely<Schema>) => Promise<Result>): Promise<Result | null>
  /** Whether the words are in the same database as all else. */
  isOneStore: boolean
  /** Whether the words were lost since they were last put; told once. */
  wasLost(): Promise<boolean>
  /** Makes what was read the words of a gateway's rows, in place of those that they had. Call it within `alone`. */
  put(db: Kysely<Schema>, read: readonly WordsRead[]): Promise<void>
  /** Removes words of a gateway, some at a time; true when none is left. Call it within `alone`. */
  drop(db: Kysely<Schema>, gateway: number): Promise<boolean>
  /** What removed words left behind goes, some at a time; true when nothing is left. Call it within `alone`. */
  purge(db: Kysely<Schema>): Promise<boolean>
  /** The rows of a gateway that are found, between the bounds; null: there is no index yet, or none any more. */
  find(db: Kysely<Schema>, gateway: number, wanted: Wanted, between: IdsBetween | null): Promise<WordsFound | null>
}

/** Rows of one gateway that were looked at. */
export interface WordsRead {
  gateway: number
  /** All of them. */
  ids: readonly string[]
  /** Those that are there; null: none is. */
  block: WordBlock | null
}

/** Ids, each at most once in a list; some may be of rows that are gone. */
export interface WordsFound {
  byWords: string[]
  byPart: string[]
}

/** Both inclusive; null: no bound. */
export interface IdsBetween {
  lowest: string | null
  highest: string | null
}
