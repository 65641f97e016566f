/**
 * The words of bodies, by which `search` finds rows of gateways that keep them. They are read from the stored rows later, by
 * whoever calls `read` again and again; `read`, `drop` and `purge` are called by one at a time.
 */
export interface WordStore {
  /** The gateways that keep words, and how many of their rows are not read yet. */
  lags(): Promise<WordLag[]>
  /** Keeps the words of these gateways from now on: of rows that come, and then of those that are there. */
  keep(gateways: number[]): Promise<void>
  /** Reads the next rows, at most `limit`. What is `open` afterwards must be settled before the next call. */
  read(limit: number): Promise<WordBatch>
  settle(settlement: WordSettlement): Promise<void>
  /** Removes words of a gateway; where there are more, it is to be called again. `dropped`: what is left is `forget`. */
  drop(gateway: number): Promise<'more' | 'dropped' | 'forgotten'>
  /** Keeps the words of this gateway no longer. */
  forget(gateway: number): Promise<void>
  /** Words of removed rows go for good, some at a time; true when none is left. */
  purge(): Promise<boolean>
}

export interface WordLag {
  gateway: number
  /** Rows that search does not find by their bodies yet; of those that came, and of those that were there, 100 000 are counted at most. */
  rows: number
  /** Removed rows whose words are not dropped yet; they are not found any more. */
  gone: number
  /** When the first of those that came did so, UTC ms; null: all are read. */
  oldestMs: number | null
}

export interface WordBatch {
  /** How many rows were looked at; 0: there is nothing to do. */
  looked: number
  /** Of these, how many were gone, with their words. */
  gone: number
  /** What must be written down of it where rows are written; null: it is. */
  open: WordSettlement | null
}

export interface WordSettlement {
  /** Numbers in the queue. */
  queued: number[]
  /** Of the rows that were there, up to which a gateway's were read; a null id: all. */
  before: { gateway: number; id: string | null } | null
  /** The words were lost: all rows are read again. */
  isAnew: boolean
}
