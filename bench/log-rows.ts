import type { LogEntry } from '../src/contract/log-record.ts'
import { readLogText, writeLogText } from '../src/contract/log-text.ts'
import { createIds } from '../src/kernel/ids.ts'
import { openSqlStore } from '../src/store/sql-store.ts'
import { filler } from './traffic.ts'

const models = [
  'gpt-4o-mini',
  'gpt-4o',
  'claude-sonnet',
  'llama-3',
  'gemini-flash',
  'mistral-large',
  'deepseek',
  'o3-mini',
]
const providers = ['openai', 'anthropic', 'groq', 'mistral']
const agents = ['OpenAI/JS 5.1.0', 'OpenAI/Python 1.99', 'Anthropic/JS 0.60', 'curl/8.9']
const rowsPerAppend = 500
const bodyBytes = 1024

/** Fills the store of a data folder through its port: rows like those of a mixed traffic, a second apart, the last of them now. */
export async function fillStore(file: string, accountId: string, gatewayId: string, rows: number): Promise<void> {
  const store = await openSqlStore({ place: { file }, readOnly: false })
  let nowMs = Date.now() - rows * 1000
  const newId = createIds(() => nowMs)
  const gateway = { accountId, id: gatewayId, settings: {}, cacheEpoch: 0, createdMs: nowMs, modifiedMs: nowMs }
  const change = { actor: 'admin', action: 'create', resource: 'gateway', resourceId: gatewayId } as const
  const audit = { ...change, id: newId(), accountId, gatewayId, before: null, after: null, atMs: nowMs }
  const number = (await store.gateways.insert(gateway, audit))?.record.number
  if (number === undefined) throw new Error(`bench: there is a gateway ${gatewayId} in ${file} already`)
  for (let done = 0; done < rows; done += rowsPerAppend) {
    const entries = Array.from({ length: Math.min(rowsPerAppend, rows - done) }, (_, index) => {
      nowMs += 1000
      return entryOf(number, newId(), nowMs, done + index)
    })
    await store.logs.append(entries, { lane: 'bench', segment: 1, offset: done + 1 })
  }
  await store.close()
}

/** A row like those of a mixed traffic, with these texts in its bodies. */
export function entryOf(
  gateway: number,
  id: string,
  startedMs: number,
  serial: number,
  [asked, answered]: readonly [string, string] = [filler(bodyBytes - 30), filler(bodyBytes - 30)],
): LogEntry {
  const isFailed = serial % 23 === 0
  const bodyOf = (text: string): Buffer => Buffer.from(`{"n":${serial},"text":"${text}"}`)
  const [request, response] = [bodyOf(asked), bodyOf(answered)]
  const cost = (serial % 997) * 1000
  const written = writeLogText({
    id,
    gateway,
    startedMs,
    durationMs: 100 + (serial % 4999),
    firstByteMs: 80,
    method: 'POST',
    provider: providers[serial % providers.length] ?? '',
    model: models[(serial * 7) % models.length] ?? '',
    modelType: 'chat',
    path: 'v1/chat/completions',
    status: isFailed ? 500 : 200,
    outcome: 'complete',
    success: !isFailed,
    cached: false,
    isStream: false,
    step: 0,
    eventId: id,
    userAgent: agents[serial % agents.length] ?? '',
    authenticated: false,
    requestType: 'chat',
    requestContentType: 'application/json',
    responseContentType: 'application/json',
    requestSize: request.length,
    responseSize: response.length,
    requestTruncated: false,
    responseTruncated: false,
    metadata: { team: `team-${serial % 40}`, user: serial % 10_000 },
    usage: { input: 100 + (serial % 300), output: serial % 100 },
    cost: {
      totalNanoUsd: cost,
      items: [{ unit: 'input', quantity: 100, ratePicoUsd: 150_000, amountNanoUsd: cost }],
      source: 'bench',
      entry: 'openai/gpt-4o-mini',
    },
    saved: null,
    error: isFailed ? 'the provider answered 500' : null,
  })
  return { ...readLogText(written), request, response }
}
