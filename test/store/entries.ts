import type { LogEntry, LogRecord } from '../../src/contract/log-record.ts'
import { readLogText, writeLogText } from '../../src/contract/log-text.ts'
import { createIds } from '../../src/kernel/ids.ts'

/** An entry, and the record it was made of. */
export interface TestEntry extends LogEntry {
  record: LogRecord
}

/** Makes log entries, each a millisecond after the one before, from the first of March 2026 on. */
export function createEntries(
  startMs: number = Date.UTC(2026, 2, 1),
): (
  gateway: number,
  changes?: Partial<LogRecord> & { request?: string | Uint8Array | null; response?: string | Uint8Array | null },
) => TestEntry {
  let nowMs = startMs
  const nextId = createIds(() => nowMs)
  return (gateway, { request = '{"messages":[]}', response = '{"choices":[]}', ...changes } = {}) => {
    nowMs = changes.startedMs ?? nowMs + 1
    const record = { ...plainRecord, id: nextId(), gateway, startedMs: nowMs, ...changes }
    return {
      record,
      ...readLogText(writeLogText(record)),
      request: typeof request === 'string' ? Buffer.from(request) : request,
      response: typeof response === 'string' ? Buffer.from(response) : response,
    }
  }
}

const plainRecord: LogRecord = {
  id: '',
  gateway: 0,
  startedMs: 0,
  durationMs: 812,
  firstByteMs: 310,
  method: 'POST',
  provider: 'openai',
  model: 'gpt-4o-mini',
  modelType: 'chat',
  path: 'v1/chat/completions',
  status: 200,
  outcome: 'complete',
  success: true,
  cached: false,
  isStream: false,
  step: 0,
  eventId: '01956f3e-0000-7000-8000-00000000beef',
  userAgent: 'OpenAI/JS 5.1.0',
  authenticated: false,
  requestType: 'chat',
  requestContentType: 'application/json',
  responseContentType: 'application/json',
  requestSize: 15,
  responseSize: 14,
  requestTruncated: false,
  responseTruncated: false,
  metadata: { team: 'red', user: 7, paid: true },
  saved: null,
  usage: { input: 100, cacheRead: 23, output: 55, reasoning: 5 },
  cost: {
    totalNanoUsd: 51_450,
    items: [
      { unit: 'input', quantity: 123, ratePicoUsd: 150_000, amountNanoUsd: 18_450 },
      { unit: 'output', quantity: 55, ratePicoUsd: 600_000, amountNanoUsd: 33_000 },
    ],
    source: 'genai-prices@0.1.8',
    entry: 'openai/gpt-4o-mini',
  },
  error: null,
}
