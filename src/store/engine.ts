import type { Dialect, Insertable, Kysely, RawBuilder, SqlBool, Transaction } from 'kysely'
import type { LogTable, Schema } from './schema.ts'

/** A log row as it is inserted: every column that is known when the request ends. */
export type LogColumns = Omit<Insertable<LogTable>, 'number' | 'feedback' | 'score'>

/** All in which SQL engines differ; every query of this room is written once, with Kysely, on top of it. */
export interface Engine {
  dialect: Dialect
  columnTypes: {
    bytes: RawBuilder<unknown>
    /** An integer primary key that the engine counts up. */
    key: RawBuilder<unknown>
    /** The same, and a number of a removed row never comes back. */
    neverReusedKey: RawBuilder<unknown>
  }
  /**
   * A condition that is true until the statement's deadline has passed and then fails it with `unavailable`. It must
   * be the first condition of any statement on `logs` that may look at many rows.
   */
  withinDeadline: RawBuilder<SqlBool>
  /** Inserts rows, fast, and skips those whose gateway and id are known. Which of them were inserted. */
  insertLogs(transaction: Transaction<Schema>, rows: readonly LogColumns[]): Promise<boolean[]>
  /** Called after rows were removed and committed: what the engine still holds of them outside its tables goes. */
  forgetRemoved(db: Kysely<Schema>): Promise<void>
}
