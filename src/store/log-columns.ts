import type { Selectable } from 'kysely'
import type { LogDetail, LogEntry } from '../contract/log-record.ts'
import type { LogColumns } from './engine.ts'
import type { LogTable } from './schema.ts'
import type { LogRow } from './store.ts'

/** An entry as the columns of its row; `place` says where its bodies are. */
export function toColumns(
  { summary, detail }: Pick<LogEntry, 'summary' | 'detail'>,
  place: { block: number; slot: number } | null,
): LogColumns {
  return {
    gateway: summary.gateway,
    id: summary.id,
    block: place?.block ?? null,
    slot: place?.slot ?? null,
    provider: summary.provider,
    model: summary.model,
    model_type: summary.modelType,
    status: summary.status,
    success: summary.success ? 1 : 0,
    cached: summary.cached ? 1 : 0,
    duration_ms: summary.durationMs,
    tokens_in: summary.tokensIn,
    tokens_out: summary.tokensOut,
    cost_nano_usd: summary.costNanoUsd,
    detail,
  }
}

/** A stored row as the port gives it, with empty heads. */
export function toRow(columns: Selectable<LogTable>): LogRow {
  // `detail` was made from a `LogDetail` when the request ended.
  const detail = JSON.parse(columns.detail) as LogDetail
  return {
    ...detail,
    // Rows of before there was a cache do not have it.
    saved: detail.saved ?? null,
    id: columns.id,
    gateway: columns.gateway,
    provider: columns.provider,
    model: columns.model,
    modelType: columns.model_type,
    status: columns.status,
    success: columns.success === 1,
    cached: columns.cached === 1,
    durationMs: columns.duration_ms,
    feedback: columns.feedback,
    score: columns.score,
    requestHead: null,
    requestHeadComplete: false,
    responseHead: null,
    responseHeadComplete: false,
  }
}
