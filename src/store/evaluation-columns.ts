import type { Selectable } from 'kysely'
import type { EvaluationRecord, EvaluationSpec, EvaluationStatus, FoldedResult } from '../contract/evaluation-record.ts'
import type { Schema } from './schema.ts'

/** Written by `insert` and `finish`, and by nothing else. */
export function toEvaluation(row: Selectable<Schema['evaluations']>): EvaluationRecord {
  return {
    number: row.number,
    id: row.id,
    gateway: row.gateway,
    name: row.name,
    scheduleId: row.schedule,
    status: row.status as EvaluationStatus,
    error: row.error,
    spec: JSON.parse(row.spec) as EvaluationSpec,
    folded: row.folded === null ? null : (JSON.parse(row.folded) as FoldedResult[]),
    total: row.total,
    completed: row.completed,
    failed: row.failed,
    scored: row.scored,
    scoreSum: row.score_sum,
    costNanoUsd: row.cost_nano_usd,
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
  }
}
