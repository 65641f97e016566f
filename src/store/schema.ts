import type { Generated } from 'kysely'
import type { WordBlockTables } from './word-blocks.ts'

/** The tables as Kysely sees them. Booleans are 0 or 1, JSON is text: the same on every engine. */
export interface Schema extends WordBlockTables {
  gateways: GatewayTable
  documents: DocumentTable
  datasets: DatasetTable
  dataset_items: DatasetItemTable
  evaluations: EvaluationTable
  evaluation_answers: EvaluationAnswerTable
  evaluation_scores: EvaluationScoreTable
  audit_logs: AuditTable
  logs: LogTable
  log_counts: LogCountTable
  log_values: LogValueTable
  body_blocks: BodyBlockTable
  word_gateways: WordGatewayTable
  word_queue: WordQueueTable
  journal_positions: JournalPositionTable
  settings_version: SettingsVersionTable
  store_id: StoreIdTable
}

interface GatewayTable {
  number: Generated<number>
  account_id: string
  id: string
  settings: string
  cache_epoch: number
  created_ms: number
  modified_ms: number
}

interface DocumentTable {
  number: Generated<number>
  kind: string
  id: string
  account_id: string
  /** 0: of the account. A null would be unlike every other null, so that nothing would be unique. */
  gateway: number
  parent_id: string | null
  name: string
  body: string
  created_ms: number
  modified_ms: number
}

interface DatasetTable {
  number: Generated<number>
  gateway: number
  id: string
  name: string
  enable: number
  filters: string
  /** JSON; null: it collects nothing. */
  collecting: string | null
  collected_ms: number
  version: number
  item_count: number
  created_ms: number
  modified_ms: number
}

/** See datasets.ts. */
interface DatasetItemTable {
  dataset: number
  id: string
  /** The versions that have it: from this one on, until before that one. */
  from_version: number
  until_version: number
  /** The name under which it was staged; null: it is in a version. */
  staged: string | null
  body: string
}

interface EvaluationTable {
  number: Generated<number>
  gateway: number
  id: string
  name: string
  status: string
  error: string | null
  spec: string
  folded: string | null
  total: number
  completed: number
  failed: number
  scored: number
  score_sum: number
  cost_nano_usd: number
  /** Id of the schedule that made it. */
  schedule: string | null
  lease_owner: string | null
  lease_until_ms: number
  created_ms: number
  modified_ms: number
}

interface EvaluationAnswerTable {
  evaluation: number
  position: number
  model: string | null
  item_id: string
  /** Null where it is not known. */
  cost_nano_usd: number | null
  duration_ms: number | null
  has_answer: number
  /** The rest, as JSON. */
  body: string
}

interface EvaluationScoreTable {
  evaluation: number
  position: number
  evaluator: string
  score: number | null
  body: string
}

interface AuditTable {
  id: string
  account_id: string
  gateway_id: string | null
  actor: string
  action: string
  resource: string
  resource_id: string
  before: string
  after: string
  at_ms: number
}

/** What is filtered, ordered or summed has a column; everything else is in `detail`, see log-columns.ts. */
export interface LogTable {
  gateway: number
  id: string
  /** Where the bodies are; both null where none was kept. */
  block: number | null
  slot: number | null
  provider: string
  model: string | null
  model_type: string | null
  status: number
  success: number
  cached: number
  duration_ms: number
  tokens_in: number | null
  tokens_out: number | null
  cost_nano_usd: number | null
  feedback: Generated<number | null>
  score: Generated<number | null>
  detail: string
}

/** See log-counts.ts. */
interface LogCountTable {
  gateway: number
  lane: string
  rows: number
  refused: number
}

/** See log-values.ts. */
export interface LogValueTable {
  gateway: number
  name: string
  value: string
  /** How the ids of its rows begin. */
  stretch: string
}

/** The bodies of up to 100 rows of one gateway, see body-blocks.ts. */
interface BodyBlockTable {
  id: Generated<number>
  /** How many rows still point here; the block goes with the last of them. */
  live: number
  bytes: Uint8Array
}

/** The gateways whose bodies' words are kept, see words.ts. */
interface WordGatewayTable {
  gateway: number
  /** Of the rows that were there before, those with lesser ids are still to be read; null: none. */
  before_id: string | null
}

/** Rows that are to be looked at, since they came or went, or have other metadata now: those of one transaction. */
interface WordQueueTable {
  number: Generated<number>
  gateway: number
  /** The least and the greatest of the ids, how many there are, and all of them as JSON. */
  first_id: string
  last_id: string
  rows: number
  ids: string
  is_gone: number
  queued_ms: number
}

interface JournalPositionTable {
  lane: string
  segment: number
  /** `offset` is a reserved word in SQL. */
  byte_offset: number
}

/** One row. */
interface SettingsVersionTable {
  version: number
}

/** One row. */
interface StoreIdTable {
  id: string
}
