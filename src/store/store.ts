import type { AuditEntry } from '../contract/audit-entry.ts'
import type { DatasetItem, DatasetRecord, ItemChange } from '../contract/dataset-record.ts'
import type { DocumentKind, DocumentOutcome, DocumentRecord, DocumentWrite } from '../contract/document.ts'
import type { CaseChange, ComparedSums, Pairing } from '../contract/evaluation-comparison.ts'
import type {
  CaseScore,
  EvaluationAnswer,
  EvaluationRecord,
  FoldedResult,
  LogFold,
} from '../contract/evaluation-record.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import type { LogFilter } from '../contract/log-filter.ts'
import type { LogEntry, LogRecord } from '../contract/log-record.ts'
import type { WordStore } from './word-store.ts'

/**
 * The durable rows. This is the port: async functions over plain, structured-cloneable values, so that an engine
 * may live in another thread (what crosses is a function's name and its values). Nothing here decides anything: ids,
 * times and policy come from above. Engines: SQLite, PostgreSQL. Every engine passes `test/store/conformance.ts`.
 */
export interface Store {
  gateways: GatewayStore
  documents: DocumentStore
  datasets: DatasetStore
  evaluations: EvaluationStore
  audit: AuditStore
  logs: LogStore
  words: WordStore
  /** Resolves when the engine answers a trivial query; rejects with the reason otherwise. */
  ping(): Promise<void>
  close(): Promise<void>
}

export interface GatewayStore {
  /** All gateways of all accounts, for the snapshots that are kept in memory. */
  all(): Promise<GatewayRecord[]>
  /** One account's gateways, newest first; `search` is a substring of the id, `id` the whole of it. */
  page(query: {
    accountId: string
    search: string | null
    id: string | null
    /** Only these; null: all. */
    numbers: readonly number[] | null
    page: number
    perPage: number
  }): Promise<{ rows: GatewayRecord[]; total: number }>
  /** The stored record with its new number, or null if the account has a gateway of that id. */
  insert(
    gateway: Omit<GatewayRecord, 'number'>,
    audit: AuditEntry,
  ): Promise<{ record: GatewayRecord; version: number } | null>
  /**
   * Writes `settings`, `cacheEpoch` and `modifiedMs` if the row is still the one modified at `expectedModifiedMs`. The
   * version made; null if it was changed meanwhile or is gone. Two changes at once never undo each other.
   */
  update(gateway: GatewayRecord, expectedModifiedMs: number, audit: AuditEntry): Promise<number | null>
  /**
   * Removes the gateway row and its documents; its logs are removed by `logs.removeGateway`. The version made; null if
   * it was gone.
   */
  remove(number: number, audit: AuditEntry): Promise<number | null>
  /**
   * The version of all settings together, gateways and documents: it rises by one, in the same transaction, with every
   * change, so that a process sees cheaply whether it missed one. 0 where nothing was ever changed.
   */
  version(): Promise<number>
}

export interface DocumentStore {
  /** All documents of these kinds, of all accounts, for the snapshots that are kept in memory. */
  all(kinds: DocumentKind[]): Promise<DocumentRecord[]>
  /**
   * Those of an account that belong to this gateway (null: to the account itself), newest first; only those that have
   * this parent, where one is given.
   */
  list<K extends DocumentKind>(
    kind: K,
    accountId: string,
    gateway: number | null,
    parentId?: string,
  ): Promise<DocumentRecord<K>[]>
  get<K extends DocumentKind>(kind: K, id: string): Promise<DocumentRecord<K> | null>
  /** Does all steps in one transaction, or none. */
  write(steps: DocumentWrite[], audit: AuditEntry): Promise<DocumentOutcome>
}

/** Datasets and their test cases, of every version that there was: an evaluation goes on with the one that it began with. */
export interface DatasetStore {
  /** A gateway's datasets, newest first; `search` is a part of id, name or filters. */
  page(query: DatasetQuery): Promise<{ rows: DatasetRecord[]; total: number }>
  get(gateway: number, id: string): Promise<DatasetRecord | null>
  /** `taken`: the gateway has one of that name. `gone`: there is no such gateway. */
  insert(
    dataset: Omit<DatasetRecord, 'number' | 'version' | 'itemCount'>,
    items: DatasetItem[],
    audit: AuditEntry,
  ): Promise<DatasetRecord | 'taken' | 'gone'>
  /**
   * Writes name, filters, `enable` and `modifiedMs`, and what `items` says, if it was last modified at
   * `expectedModifiedMs`. The record as it is then. `changed`: meanwhile, or gone.
   */
  change(
    dataset: DatasetRecord,
    expectedModifiedMs: number,
    items: ItemChange | null,
    audit: AuditEntry,
  ): Promise<DatasetRecord | 'taken' | 'changed'>
  /** Removes it with all versions of its items; false where it was gone. */
  remove(gateway: number, id: string, audit: AuditEntry): Promise<boolean>
  /** Some items of a version, in order: those behind the id `after`, or those behind the first `skip`. */
  items(query: {
    dataset: number
    version: number
    limit: number
    after?: string
    skip?: number
  }): Promise<DatasetItem[]>
  /** How many items a version has. */
  count(dataset: number, version: number): Promise<number>
  item(dataset: number, version: number, id: string): Promise<DatasetItem | null>
  /** Datasets of all gateways that take in new rows, and have room for one. */
  collecting(most: number): Promise<DatasetRecord[]>
  /**
   * Adds items whose ids it never had, as long as it has fewer than `most`, and moves `collectedMs`, never back (null: not
   * at all). How many were added.
   */
  collect(query: { dataset: number; items: DatasetItem[]; most: number; untilMs: number | null }): Promise<number>
  /**
   * Puts items aside under a name, in no version yet, so that a large file is never in one transaction or in memory.
   * What nobody asked for within a day is removed by the next that is done (`nowMs`).
   */
  stage(query: { dataset: number; name: string; items: DatasetItem[]; nowMs: number }): Promise<void>
  unstage(dataset: number, name: string): Promise<void>
}

export interface DatasetQuery {
  gateway: number
  name: string | null
  enable: boolean | null
  search: string | null
  page: number
  perPage: number
}

/** Evaluations, their answers and scores. A process that runs one holds a lease, which others see, and writes only with it. */
export interface EvaluationStore {
  /** A gateway's evaluations, newest first; `search` is a part of id or name. */
  page(query: EvaluationQuery): Promise<{ rows: EvaluationRecord[]; total: number }>
  get(gateway: number, id: string): Promise<EvaluationRecord | null>
  /** `taken`: the gateway has one of that name. `gone`: there is no such gateway. */
  insert(
    evaluation: Pick<EvaluationRecord, 'id' | 'gateway' | 'name' | 'spec' | 'total' | 'scheduleId' | 'createdMs'>,
    audit: AuditEntry,
  ): Promise<EvaluationRecord | 'taken' | 'gone'>
  /** Removes it with its results; false where it was gone. */
  remove(gateway: number, id: string, audit: AuditEntry): Promise<boolean>
  /** Ends one that has not ended; false where it had, or is gone. Whoever runs it loses its lease. */
  cancel(query: { gateway: number; id: string; error: string; nowMs: number }): Promise<boolean>
  /** Whether there is one that waits for somebody to run it. */
  waits(nowMs: number): Promise<boolean>
  /** Takes the oldest that nobody runs, or whose lease has run out; null: there is none. */
  claim(lease: Lease): Promise<EvaluationRecord | null>
  /** Makes the lease longer; false where it was lost. */
  hold(number: number, lease: Lease): Promise<boolean>
  /** Lets others take it at once. */
  release(number: number, owner: string): Promise<void>
  /** Positions from `from` until before `until` that have an answer. */
  answered(number: number, from: number, until: number): Promise<number[]>
  /** Writes answers and their sums in one transaction; those that are there are passed over. False: the lease was lost. */
  append(number: number, owner: string, answers: EvaluationAnswer[]): Promise<boolean>
  /** Ends it; false where the lease was lost. */
  finish(number: number, owner: string, end: EvaluationEnd): Promise<boolean>
  /** Scores with their answers, in order; one without scores (no evaluator judges cases) is not among them. */
  scores(query: {
    number: number
    skip: number
    limit: number
  }): Promise<{ answer: EvaluationAnswer; score: CaseScore }[]>
  countScores(number: number): Promise<number>
  /** Sums over the answers of a model that came. */
  foldAnswers(number: number, model: string | null): Promise<LogFold>
  /** Sums over the pairs of two evaluations, by evaluator and models. */
  compare(pairing: Pairing): Promise<ComparedSums[]>
  /** The pairs one by one, in order; only those of a change, where one is given. */
  comparedCases(query: Pairing & { change: CaseChange | null; skip: number; limit: number }): Promise<ComparedCase[]>
}

/** An item as it was answered and judged in two evaluations. */
export interface ComparedCase {
  change: CaseChange
  answer: EvaluationAnswer
  score: CaseScore
  otherAnswer: EvaluationAnswer
  otherScore: CaseScore
}

/** Who runs an evaluation, and until when others leave it alone. */
export interface Lease {
  owner: string
  nowMs: number
  untilMs: number
}

export interface EvaluationEnd {
  status: 'complete' | 'failed'
  error: string | null
  folded: FoldedResult[]
  nowMs: number
}

export interface EvaluationQuery {
  gateway: number
  name: string | null
  /** Whether it has ended. */
  processed: boolean | null
  scheduleId: string | null
  search: string | null
  page: number
  perPage: number
}

export interface AuditStore {
  /** An entry for what is no change of settings: rows that were removed. */
  append(entry: AuditEntry): Promise<void>
  /** An account's entries, newest first. */
  page(query: AuditQuery): Promise<{ rows: AuditEntry[]; total: number }>
}

export interface AuditQuery {
  accountId: string
  gatewayId: string | null
  resource: string | null
  resourceId: string | null
  actor: string | null
  page: number
  perPage: number
}

/** Where the journal was read up to; stored in the same transaction as the rows that were read. */
export interface JournalPosition {
  /** A lane of the journal, see `journal/journal.ts`. */
  lane: string
  segment: number
  offset: number
}

export interface LogStore {
  /**
   * Stores entries and the journal position behind them in one transaction. Known ids are skipped, so a replay doubles
   * nothing; so are entries of a gateway that is gone, and, counted as refused, those above the `rowLimit` of a gateway
   * that stops there. Rejects with `input_invalid`, and nothing is stored, where an entry is refused for what is in it.
   */
  append(entries: LogEntry[], position: JournalPosition): Promise<void>
  positions(): Promise<JournalPosition[]>
  /** A whole page, however far one has to look; rejects with `unavailable` after the deadline. */
  page(query: LogQuery): Promise<LogPage>
  /** The next rows behind a mark. It looks for about `budgetMs` and then gives what it found, and where to go on. */
  walk(query: LogWalk): Promise<LogWalkPage<LogRow>>
  /** The same, ids only, in any order in which rows can be removed. */
  walkIds(query: LogIdWalk): Promise<LogWalkPage<string>>
  /** Sums over the rows of a selection, newest first. It looks for about `budgetMs`, and then says where to go on. */
  fold(query: LogFoldQuery): Promise<LogFoldPart>
  get(gateway: number, id: string): Promise<LogRow | null>
  /** The kept bodies; null if there is no such row. */
  bodies(gateway: number, id: string): Promise<LogBodies | null>
  /** Those of many rows, in the order of the ids; null for those that are not there. */
  manyBodies(gateway: number, ids: string[]): Promise<(LogBodies | null)[]>
  /** Changes what was added to a row; what is undefined keeps its value. */
  edit(gateway: number, id: string, changes: LogChanges): Promise<'edited' | 'missing' | 'too_many_entries'>
  /**
   * Removes rows and their bodies, oldest first, at most `limit`; only those before a time, or those by which there are
   * more than `keep`. How many were removed. Several processes may do so at once.
   */
  remove(query: { gateway: number; limit: number; beforeMs?: number | null; keep?: number }): Promise<number>
  /** Removes these rows and their bodies; those that are gone are passed over. How many were removed. */
  removeIds(gateway: number, ids: string[]): Promise<number>
  /** Removes at most `limit` rows of a gateway that is gone. How many were removed; 0 means none is left. */
  removeGateway(gateway: number, limit: number): Promise<number>
  /** Numbers of gateways that are gone and still have rows. */
  orphans(): Promise<number[]>
  /** How many rows each gateway has, and how many were not stored because it was full. */
  counts(): Promise<LogCount[]>
  /** The store's own name, made with its tables: numbers of gateways mean something in this store only. */
  storeId(): Promise<string>
}

/**
 * Which rows of a gateway are meant: those that meet all filters and hold the text of `search` (null: any), or have all its
 * words in their bodies.
 */
export interface LogSelection {
  gateway: number
  filters: LogFilter[]
  search: string | null
}

export interface LogFoldQuery extends LogSelection {
  /** Only rows behind this id; null: from the newest on. */
  after: string | null
  budgetMs: number
}

export interface LogFoldPart {
  sums: LogFold
  /** Where to go on; null: there is no row behind. */
  next: string | null
}

export type LogOrder = 'created_at' | 'provider' | 'model' | 'model_type' | 'success' | 'cached'
export type LogAmount = 'cost' | 'tokens_in' | 'tokens_out' | 'duration' | 'feedback'
export type LogIdOrder = LogOrder | LogAmount
export type Direction = 'asc' | 'desc'

export interface LogQuery extends LogSelection {
  orderBy: LogOrder
  direction: Direction
  page: number
  perPage: number
  /** Whether `ranges` are wanted: they take a look at all rows. */
  withRanges: boolean
}

export interface LogPage {
  rows: LogRow[]
  /** Where `totalIsExact` is false: at least so many, for counting stops at 10 000, or after a while. */
  total: number
  totalIsExact: boolean
  /** Of the rows that were counted, newest first; null where they were not wanted. */
  ranges: LogRanges | null
}

/** The least and greatest of the matching rows; null where none has a value. */
export type LogRanges = Record<
  `${'min' | 'max'}${'CostNanoUsd' | 'DurationMs' | 'TokensIn' | 'TokensOut' | 'TotalTokens'}`,
  number | null
>

/** A place between two rows of an order: behind the row `id` among those with `value` (null in the order of time). */
export interface LogMark {
  value: string | number | null
  id: string | null
}

interface Walk extends LogSelection {
  direction: Direction
  /** Null: from the beginning. */
  after: LogMark | null
  limit: number
  budgetMs: number
}
export interface LogWalk extends Walk {
  orderBy: LogOrder
}
export interface LogIdWalk extends Walk {
  orderBy: LogIdOrder
}

export interface LogWalkPage<Row> {
  rows: Row[]
  /** Where to go on; null: there is no row behind. */
  next: LogMark | null
}

export interface LogBodies {
  request: Uint8Array | null
  response: Uint8Array | null
}

export interface LogChanges {
  feedback?: number | null
  score?: number | null
  /** Entries that are added, or take the place of those with their names; null removes all. */
  metadata?: Record<string, string | number | boolean> | null
}

export interface LogCount {
  gateway: number
  rows: number
  refused: number
}

/** A stored row: the record, and what was added to it later. */
export interface LogRow extends LogRecord {
  feedback: number | null
  score: number | null
  /** The first 1024 characters of the kept bodies, and whether that is all there was; only `get` fills them. */
  requestHead: string | null
  requestHeadComplete: boolean
  responseHead: string | null
  responseHeadComplete: boolean
}
