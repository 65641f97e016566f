import type { LogItem } from '../contract/logs.ts'

const columns = [
  'id',
  'created_at',
  'provider',
  'model',
  'model_type',
  'path',
  'request_type',
  'request_content_type',
  'response_content_type',
  'status_code',
  'success',
  'outcome',
  'cached',
  'duration',
  'first_byte_ms',
  'tokens_in',
  'tokens_out',
  'cost',
  'saved_tokens_in',
  'saved_tokens_out',
  'saved_cost',
  'metadata',
  'step',
  'event_id',
  'user_agent',
  'authentication',
  'feedback',
  'score',
  'error',
] as const satisfies readonly (keyof LogItem)[]

/** The first line: the names of the columns. */
export const csvHead = `${columns.join(',')}\r\n`

/** A row as a line of CSV (RFC 4180); metadata as JSON, nothing for null. */
export function csvLine(item: LogItem): string {
  return `${columns.map((name) => cell(item[name])).join(',')}\r\n`
}

function cell(value: LogItem[(typeof columns)[number]]): string {
  if (value === null) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  // A spreadsheet would take it for a formula; texts here come from whoever sent a request.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
