import type { filterOperators } from './log-filter.ts'

/** A condition of a saved filter as it came, before it is read (`log-filters.ts`). */
export interface SavedFilter {
  key: string
  operator: (typeof filterOperators)[number]
  value: (string | number | boolean | null)[]
}

/** A dataset as it is stored. Its items are apart, for they may be many. */
export interface DatasetRecord {
  /** Never that of another dataset, also when this one is gone. */
  number: number
  id: string
  /** Internal number of its gateway. */
  gateway: number
  /** Unique in its gateway. */
  name: string
  enable: boolean
  /** Empty: no saved filter, or where there are no items either, one that every row meets. */
  filters: SavedFilter[]
  /** The share of new rows, that the filters find, which become items; null: none do. */
  sampleRate: number | null
  /** Whether their logged answers become expected outputs. */
  usesAnswers: boolean
  /** Rows before it were looked at, UTC ms. */
  collectedMs: number
  /** Rises by one with every change of its items. */
  version: number
  /** Of the items, in this version. */
  itemCount: number
  createdMs: number
  modifiedMs: number
}

/** A test case. Members of the caller's own are kept. */
export interface TestCase {
  /** A text, or the messages of a chat. */
  input: unknown
  expected_output?: unknown
  [member: string]: unknown
}

export interface DatasetItem {
  /** UUIDv7; unique in its dataset. Items are in the order of their ids. */
  id: string
  body: TestCase
}

/** What a change does to the items of a dataset; in this order. */
export interface ItemChange {
  /** Takes all away that there are. */
  clear: boolean
  /** Takes these away; those that are not there are passed over. */
  remove: string[]
  /** Adds them, or puts them in the place of those with their ids. */
  put: DatasetItem[]
  /** Adds what was staged under this name. */
  staged: string | null
}
