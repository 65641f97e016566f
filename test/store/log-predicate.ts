import type { LogFilter, LogFilterValue } from '../../src/contract/log-filter.ts'
import type { LogRecord } from '../../src/contract/log-record.ts'
import type { Moment } from '../../src/contract/moment.ts'
import { tokensIn, tokensOut } from '../../src/contract/usage.ts'

/** A record and what was added to it. */
export interface Row {
  record: LogRecord
  feedback: number | null
  score: number | null
}

type Value = string | number | boolean | null

/** What the filters of logs mean, said once more and simply: the SQL of every engine must find the same rows. */
export function meets(row: Row, filters: readonly LogFilter[], search: string | null): boolean {
  return filters.every((filter) => meetsOne(row, filter)) && (search === null || holds(row, search))
}

function meetsOne(row: Row, { key, operator, values }: LogFilter): boolean {
  if (operator === 'neq') return !meetsOne(row, { key, operator: 'eq', values })
  return values.some((value) => {
    if (key === 'created_at') return value !== null && standsTo(row.record.startedMs, operator, value as Moment)
    const found = valuesOf(row.record, row, key)
    // Only `created_at` is compared with moments.
    const wanted = value as Value
    if (wanted === null) return found.length === 0
    return found.some((one) =>
      isMetadata(key) ? metadataMeets(one, operator, wanted) : plainMeets(one, operator, wanted),
    )
  })
}

function isMetadata(key: string): boolean {
  return key.startsWith('metadata.') && key !== 'metadata.key'
}

/** The values of a row under a key; none where it is null. */
function valuesOf(record: LogRecord, { feedback, score }: Row, key: LogFilter['key']): Exclude<Value, null>[] {
  const metadata = record.metadata ?? {}
  if (key === 'metadata.key') return Object.keys(metadata)
  if (key === 'metadata.value') return Object.values(metadata)
  if (key.startsWith('metadata.')) {
    const value = metadata[key.slice('metadata.'.length)]
    return value === undefined ? [] : [value]
  }
  const { usage, cost } = record
  const tokens = usage && [tokensIn(usage), tokensOut(usage)]
  const plain: Record<string, Value> = {
    id: record.id,
    request_content_type: record.requestContentType,
    response_content_type: record.responseContentType,
    request_type: record.requestType,
    success: record.success,
    cached: record.cached,
    provider: record.provider,
    model: record.model,
    model_type: record.modelType,
    cost: cost === null || cost.totalNanoUsd === null ? null : cost.totalNanoUsd / 1e9,
    tokens: tokens && (tokens[0] ?? 0) + (tokens[1] ?? 0),
    tokens_in: tokens?.[0] ?? null,
    tokens_out: tokens?.[1] ?? null,
    duration: record.durationMs,
    feedback,
    score,
    event_id: record.eventId,
    authentication: record.authenticated,
    wholesale: false,
    compatibilityMode: record.compatibilityMode ?? false,
    dlp_action: null,
    user_agent: record.userAgent,
    status_code: record.status,
    outcome: record.outcome,
  }
  const value = plain[key]
  if (value === undefined) throw new Error(`the predicate does not know ${key}`)
  return value === null ? [] : [value]
}

function standsTo(ms: number, operator: LogFilter['operator'], { startMs, endMs }: Moment): boolean {
  if (operator === 'lt') return ms < startMs
  if (operator === 'lte') return ms < endMs
  if (operator === 'gt') return ms >= endMs
  if (operator === 'gte') return ms >= startMs
  return ms >= startMs && ms < endMs
}

function plainMeets(
  found: Exclude<Value, null>,
  operator: LogFilter['operator'],
  wanted: Exclude<LogFilterValue, Moment | null>,
): boolean {
  if (operator === 'contains') return small(String(found)).includes(small(String(wanted)))
  if (operator === 'eq') return found === wanted
  const order = typeof found === 'number' ? found - Number(wanted) : compareBytes(String(found), String(wanted))
  return { lt: order < 0, lte: order <= 0, gt: order > 0, gte: order >= 0, neq: false }[operator]
}

function metadataMeets(
  found: Exclude<Value, null>,
  operator: LogFilter['operator'],
  wanted: Exclude<Value, null>,
): boolean {
  if (operator === 'contains') return plainMeets(String(found), 'contains', String(wanted))
  if (operator === 'eq') return String(found) === String(wanted)
  const isNumber = typeof wanted === 'number' || (typeof wanted === 'string' && String(Number(wanted)) === wanted)
  if (isNumber) return typeof found === 'number' && plainMeets(found, operator, Number(wanted))
  return typeof found === 'string' && plainMeets(found, operator, String(wanted))
}

function holds({ record }: Row, search: string): boolean {
  const metadata = Object.entries(record.metadata ?? {}).flatMap(([name, value]) => [name, String(value)])
  const texts = [record.model ?? '', record.provider, record.id, record.eventId, ...metadata]
  return texts.some((text) => small(text).includes(small(search)))
}

function small(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
