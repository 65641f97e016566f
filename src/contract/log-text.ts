import type { Cost } from './cost.ts'
import type { Attempt, LogEntry, LogRecord, LogSummary } from './log-record.ts'
import { tokensIn, tokensOut } from './usage.ts'

/**
 * A record as it stands in the journal: a line with the summary's values as a JSON array, and a line with the detail as
 * JSON. In two, because whoever moves it to the store needs the summary, and the detail only as the text it is.
 *
 * Written out by hand: this runs once per request, and `JSON.stringify` of so many members takes twice as long.
 */
export function writeLogText(record: LogRecord): string {
  const { usage, cost } = record
  const { saved } = record
  const tokens = usage === null ? nothingOr(saved, 'null,null', '0,0') : `${tokensIn(usage)},${tokensOut(usage)}`
  const total = cost === null ? nothingOr(saved, 'null', '0') : cost.totalNanoUsd
  // In the order in which `readLogText` takes them.
  const summary =
    `["${record.id}",${record.gateway},${quote(record.provider)},${quote(record.model)},${own(record.modelType)},` +
    `${record.status},${record.success},${record.cached},${record.durationMs},${tokens},${total}]`
  const detail =
    `{"startedMs":${record.startedMs},"firstByteMs":${record.firstByteMs},"method":${quote(record.method)},` +
    `"path":${quote(record.path)},"outcome":"${record.outcome}","isStream":${record.isStream},"step":${record.step},` +
    `"eventId":${record.eventId === record.id ? own(record.id) : quote(record.eventId)},"userAgent":${quote(record.userAgent)},` +
    `"authenticated":${record.authenticated},"requestType":${quote(record.requestType)},` +
    `"requestContentType":${quoteType(record.requestContentType)},` +
    `"responseContentType":${quoteType(record.responseContentType)},"requestSize":${record.requestSize},` +
    `"responseSize":${record.responseSize},"requestTruncated":${record.requestTruncated},` +
    `"responseTruncated":${record.responseTruncated},"metadata":${record.metadata && JSON.stringify(record.metadata)},` +
    `"usage":${usage && JSON.stringify(usage)},"cost":${cost && costText(cost)},"saved":${saved && JSON.stringify(saved)},"error":${quote(record.error)}${rareText(record)}}`
  return `${summary}\n${detail}`
}

/** A hit costs nothing, which is known; what is not a hit and reported nothing cost what nobody knows. */
function nothingOr(saved: LogRecord['saved'], unknown: string, none: string): string {
  return saved === null ? unknown : none
}

const plain = /^[ !#-[\]-~]*$/

function quote(text: string | null): string | null {
  if (text === null) return null
  return plain.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** A text of Tollgate's own, which needs no escape. */
function own(text: string | null): string | null {
  return text && `"${text}"`
}

/** Nearly all bodies are of one type. */
function quoteType(type: string | null): string | null {
  return type === 'application/json' ? '"application/json"' : quote(type)
}

function attemptsText(attempts: readonly Attempt[]): string {
  let text = ''
  for (const { startedMs, durationMs, status, error, key } of attempts) {
    if (text !== '') text += ','
    text += `{"startedMs":${startedMs},"durationMs":${durationMs},"status":${status},"error":${quote(error)}`
    text += key ? `,"key":{"id":${own(key.id)},"alias":${quote(key.alias)}}}` : '}'
  }
  return `[${text}]`
}

/** What most records do not have. */
function rareText({ attempts, route, compatibilityMode, shadowOf }: LogRecord): string {
  let text = attempts === undefined ? '' : `,"attempts":${attemptsText(attempts)}`
  if (route !== undefined) text += `,"route":${JSON.stringify(route)}`
  if (compatibilityMode !== undefined) text += ',"compatibilityMode":true'
  return shadowOf === undefined ? text : `${text},"shadowOf":"${shadowOf}"`
}

function costText({ totalNanoUsd, items, source, entry, unknown }: Cost): string {
  let lines = ''
  for (const { unit, quantity, ratePicoUsd, amountNanoUsd } of items) {
    if (lines !== '') lines += ','
    lines += `{"unit":"${unit}","quantity":${quantity},"ratePicoUsd":${ratePicoUsd},"amountNanoUsd":${amountNanoUsd}}`
  }
  const why = unknown === undefined ? '' : `,"unknown":${quote(unknown)}`
  return `{"totalNanoUsd":${totalNanoUsd},"items":[${lines}],"source":${own(source)},"entry":${quote(entry)}${why}}`
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
