import type { LogDetail, LogEntry, LogRecord, LogSummary } from './log-record.ts'
import { tokensIn, tokensOut } from './usage.ts'

/**
 * A record as it stands in the journal: a line with the summary's values as a JSON array, and a line with the detail as
 * JSON. In two, because whoever moves it to the store needs the summary, and the detail only as the text it is.
 */
export function writeLogText(record: LogRecord): string {
  // In the order in which `readLogText` takes them.
  const values: Values = [
    record.id,
    record.gateway,
    record.provider,
    record.model,
    record.modelType,
    record.status,
    record.success,
    record.cached,
    record.durationMs,
    record.usage === null ? null : tokensIn(record.usage),
    record.usage === null ? null : tokensOut(record.usage),
    record.cost === null ? null : record.cost.totalNanoUsd,
  ]
  return `${JSON.stringify(values)}\n${JSON.stringify(detailOf(record))}`
}

type Values = [
  id: string,
  gateway: number,
  provider: string,
  model: string | null,
  modelType: string | null,
  status: number,
  success: boolean,
  cached: boolean,
  durationMs: number,
  tokensIn: number | null,
  tokensOut: number | null,
  costNanoUsd: number | null,
]
const valueCount = 12

/** Reads what `writeLogText` wrote. Throws where the text cannot be that. */
export function readLogText(text: string): Pick<LogEntry, 'summary' | 'detail'> {
  const lineEnd = text.indexOf('\n')
  const parsed: unknown = JSON.parse(text.slice(0, lineEnd))
  const count = Array.isArray(parsed) ? parsed.length : 0
  if (count !== valueCount) throw new Error(`A journal entry has ${count} values, not ${valueCount}.`)
  // Written by `writeLogText` and by nothing else, and the journal's checksum held.
  const values = parsed as Values
  const [id, gateway, provider, model, modelType, status, success, cached, durationMs, ...sums] = values
  const [tokens, tokensMade, costNanoUsd] = sums
  const summary: LogSummary = {
    id,
    gateway,
    provider,
    model,
    modelType,
    status,
    success,
    cached,
    durationMs,
    tokensIn: tokens,
    tokensOut: tokensMade,
    costNanoUsd,
  }
  return { summary, detail: text.slice(lineEnd + 1) }
}

/** Written out, because `{ a, b, ...rest }` takes twice as long as this and this runs once per request. */
function detailOf(record: LogRecord): LogDetail {
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
