import type { Dialect, Insertable, Kysely, RawBuilder, SqlBool, Transaction } from 'kysely'
import type { LogTable, Schema } from './schema.ts'
import type { WordIndex } from './word-index.ts'

/** Where the durable rows are: in a file of SQLite, or in a database of PostgreSQL (`postgres://...`). */
export type StorePlace = { file: string } | { url: string }

/** A log row as it is inserted: every column that is known when the request ends. */
export type LogColumns = Omit<Insertable<LogTable>, 'feedback' | 'score'>

/** A block of bodies as it is inserted; it stands by the first of its rows. */
export interface NewBlock {
  firstLogId: string
  live: number
  bytes: Uint8Array
}

/** All in which SQL engines differ; every query of this room is written once, with Kysely, on top of it. */
export interface Engine {
  dialect: Dialect
  columnTypes: {
    /** Text that is compared and ordered byte by byte. */
    text: RawBuilder<unknown>
    /** An integer primary key that the engine counts up; a number of a removed row never comes back. */
    neverReusedKey: RawBuilder<unknown>
  }
  /** Makes the tables `logs` (its columns are those of `withLogColumns`) and `body_blocks`. */
  createLogTables(db: Kysely<unknown>): Promise<void>
  /**
   * A condition that is true until the statement's deadline has passed and then fails it with `unavailable`. It must
   * be the first condition of any statement on `logs` that may look at many rows.
   */
  withinDeadline: RawBuilder<SqlBool>
  /** What an ascending column of an index is followed by, so that null stands first as it does in `inOrder`. */
  nullsLeast: RawBuilder<unknown>
  /** How the JSON of `logs.detail` is read, and texts are searched. */
  json: LogJson
  /** A condition: a row of `logs` has one of these ids. */
  hasId(ids: readonly string[]): RawBuilder<SqlBool>
  /** The words of rows, for search. */
  words: WordIndex
  /** How long a question may take. */
  deadlineMs: number
  /**
   * What a select ends with for the sake of other transactions, where the engine lets them run at the same time.
   * `keep`: its rows are not removed before this one ends. `rewrite`: nor changed. `take`: nor taken by another, whose
   * rows are left out.
   */
  locks: Record<'keep' | 'rewrite' | 'take', RawBuilder<unknown>>
  /** Runs a transaction that inserts rows with these ids; `body` may be called again, in a new one. */
  appending(db: Kysely<Schema>, ids: readonly string[], body: AppendBody): Promise<void>
  /** Inserts rows, fast, and skips those whose gateway and id are known. Which of them were inserted. */
  insertLogs(transaction: Transaction<Schema>, rows: readonly LogColumns[]): Promise<boolean[]>
  /** Inserts at least one block; their ids, in the same order. */
  insertBlocks(transaction: Transaction<Schema>, blocks: readonly NewBlock[]): Promise<number[]>
  /** Why a row was refused for what is in it, so that it would be refused again; null for every other failure. */
  refusalOf(error: unknown): string | null
  /** Whether a row was refused because one with the same key is there. */
  isDuplicate(error: unknown): boolean
  /** Called after rows were removed and committed: what the engine still holds of them outside its tables goes soon. */
  forgetRemoved(db: Kysely<Schema>): void
}

export type AppendBody = (transaction: Transaction<Schema>) => Promise<void>

/** Expressions over a row of `logs`. Texts are compared byte by byte. */
export interface LogJson {
  /** A member of `detail` that is a text. */
  text(member: string): RawBuilder<string | null>
  /** A member of `detail` that is true (1) or false (0). */
  flag(member: string): RawBuilder<number | null>
  /** Whether the condition holds for some entry of the metadata. */
  someMetadata(condition: (entry: MetadataEntry) => RawBuilder<SqlBool>): RawBuilder<SqlBool>
  /**
   * Whether the text of `detail` holds a part, letters A-Z and a-z taken for the same: much cheaper than to read it as
   * JSON. The part has nothing in it that JSON escapes.
   */
  mayHold(part: string): RawBuilder<SqlBool>
  /** Whether a text holds another, whose letters A-Z are small; those of the first are taken as small. */
  contains(text: RawBuilder<string | null>, part: string): RawBuilder<SqlBool>
}

/** The value of an entry is in one of three; the others are null. */
export interface MetadataEntry {
  name: RawBuilder<string>
  text: RawBuilder<string | null>
  number: RawBuilder<number | null>
  /** 0 or 1. */
  flag: RawBuilder<number | null>
  /** The value as one reads it, whatever it is. */
  shown: RawBuilder<string>
}
