import type { Selectable } from 'kysely'
import type { LogRecord } from '../contract/log-record.ts'
import { tokensIn, tokensOut } from '../contract/usage.ts'
import type { LogColumns } from './engine.ts'
import type { LogTable } from './schema.ts'
import type { LogRow } from './store.ts'

/** What of a record has no column of its own: the JSON of `detail`. */
type Detail = Omit<
  LogRecord,
  'id' | 'gateway' | 'provider' | 'model' | 'modelType' | 'status' | 'success' | 'cached' | 'durationMs'
>

/** A record as the columns of its row; `place` says where its bodies are. */
export function toColumns(record: LogRecord, place: { block: number; slot: number } | null): LogColumns {
  return {
    gateway: record.gateway,
    id: record.id,
    block: place?.block ?? null,
    slot: place?.slot ?? null,
    provider: record.provider,
    model: record.model,
    model_type: record.modelType,
    status: record.status,
    success: record.success ? 1 : 0,
    cached: record.cached ? 1 : 0,
    duration_ms: record.durationMs,
    tokens_in: record.usage === null ? null : tokensIn(record.usage),
    tokens_out: record.usage === null ? null : tokensOut(record.usage),
    cost_nano_usd: record.cost === null ? null : record.cost.totalNanoUsd,
    detail: JSON.stringify(detailOf(record)),
  }
}

/** A stored row as the port gives it, with empty heads. */
export function toRow(columns: Selectable<LogTable>): LogRow {
  // `detail` was written by `toColumns` and by nothing else.
  const detail = JSON.parse(columns.detail) as Detail
  return {
    ...detail,
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

/** Written out, because `{ a, b, ...rest }` takes twice as long as this and this runs once per request. */
function detailOf(record: LogRecord): Detail {
  return {
    startedMs: record.startedMs,
    firstByteMs: record.firstByteMs,
    method: record.method,
    path: record.path,
    outcome: record.outcome,
    isStream: record.isStream,
    step: record.step,
    eventId: record.eventId,
    userAgent: record.userAgent,
    authenticated: record.authenticated,
    requestType: record.requestType,
    requestContentType: record.requestContentType,
    responseContentType: record.responseContentType,
    requestSize: record.requestSize,
    responseSize: record.responseSize,
    requestTruncated: record.requestTruncated,
    responseTruncated: record.responseTruncated,
    metadata: record.metadata,
    usage: record.usage,
    cost: record.cost,
    error: record.error,
  }
}
