import type { CreateTableBuilder, RawBuilder, Selectable } from 'kysely'
import type { LogDetail, LogEntry } from '../contract/log-record.ts'
import { cleanText, cleanTextOrNull } from './clean-text.ts'
import type { LogColumns } from './engine.ts'
import type { LogTable } from './schema.ts'
import type { LogRow } from './store.ts'

/** The columns of the new table `logs` that every engine has; `text` is the type of those that are compared. */
export function withLogColumns<Name extends string>(
  table: CreateTableBuilder<'logs', Name>,
  text: RawBuilder<unknown>,
): CreateTableBuilder<'logs', Name | keyof LogTable> {
  return table
    .addColumn('gateway', 'bigint', (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('block', 'bigint')
    .addColumn('slot', 'integer')
    .addColumn('provider', text, (column) => column.notNull())
    .addColumn('model', text)
    .addColumn('model_type', text)
    .addColumn('status', 'integer', (column) => column.notNull())
    .addColumn('success', 'integer', (column) => column.notNull())
    .addColumn('cached', 'integer', (column) => column.notNull())
    .addColumn('duration_ms', 'bigint', (column) => column.notNull())
    .addColumn('tokens_in', 'bigint')
    .addColumn('tokens_out', 'bigint')
    .addColumn('cost_nano_usd', 'bigint')
    .addColumn('feedback', 'double precision')
    .addColumn('score', 'double precision')
    .addColumn('detail', 'text', (column) => column.notNull())
}

/** An entry as the columns of its row; `place` says where its bodies are. */
export function toColumns(
  { summary, detail }: Pick<LogEntry, 'summary' | 'detail'>,
  place: { block: number; slot: number } | null,
): LogColumns {
  return {
    gateway: summary.gateway,
    id: cleanText(summary.id),
    block: place?.block ?? null,
    slot: place?.slot ?? null,
    provider: cleanText(summary.provider),
    model: cleanTextOrNull(summary.model),
    model_type: cleanTextOrNull(summary.modelType),
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
