import type { DatasetRecord } from './dataset-record.ts'

export type EvaluationStatus = 'pending' | 'running' | 'complete' | 'failed'

/** What an evaluation was asked to do, as it was when it was made: what changes later changes nothing of it. */
export interface EvaluationSpec {
  accountId: string
  gatewayId: string
  /** Whose rights it uses. */
  creator: { kind: 'admin' } | { kind: 'token'; id: string }
  datasets: DatasetRecord[]
  evaluators: { type: string; settings: unknown }[]
  /** `provider/model`. Empty: cases are scored against logged answers. */
  models: string[]
  /** Null: none. */
  prompt: string | null
  /** Members of the request to the model, beside model and messages. */
  params: Record<string, unknown>
  concurrency: number
  /** For one answer of a model. */
  timeoutMs: number
  /** Null: no budget. */
  budgetNanoUsd: number | null
}

/** An evaluation as it is stored. */
export interface EvaluationRecord {
  number: number
  id: string
  gateway: number
  /** Unique in its gateway. */
  name: string
  /** What made it; null: somebody. */
  scheduleId: string | null
  status: EvaluationStatus
  /** Why it failed; null otherwise. */
  error: string | null
  spec: EvaluationSpec
  /** What it found in logs; null until it is done. */
  folded: FoldedResult[] | null
  /** Of the answers: how many there will be, and how many there are. */
  total: number
  completed: number
  /** Of the completed, those that could not be answered. */
  failed: number
  /** Scores of cases so far. */
  scored: number
  scoreSum: number
  costNanoUsd: number
  createdMs: number
  modifiedMs: number
}

/** What an evaluator over logs found. */
export interface FoldedResult {
  evaluator: string
  datasetId: string | null
  model: string | null
  /** A plain decimal; empty where there was nothing to fold. */
  result: string
  score: number | null
  reason: string
  rows: number
  error: string | null
  atMs: number
}

/** A model's answer to a case, with what the evaluators say of it. */
export interface EvaluationAnswer {
  /** Of all answers of the evaluation, from 0 on. */
  position: number
  datasetId: string
  itemId: string
  model: string | null
  input: unknown
  /** Undefined where the case has none. */
  expected: unknown
  output: string | null
  logId: string | null
  /** Judges and embeddings included; null: not known. */
  costNanoUsd: number | null
  durationMs: number | null
  /** Why there is no answer. */
  error: string | null
  atMs: number
  scores: CaseScore[]
}

export interface CaseScore {
  evaluator: string
  /** From 0 to 1; null: it could not be scored, and `error` says why. */
  score: number | null
  passed: boolean | null
  reason: string
  error: string | null
}

/** Sums over the rows of a selection. */
export interface LogFold {
  rows: number
  /** Rows whose cost is known, and what they cost together. */
  priced: number
  costNanoUsd: number
  durationMs: number
  /** Rows with a thumb up or down, and those with a thumb up. */
  rated: number
  liked: number
}
