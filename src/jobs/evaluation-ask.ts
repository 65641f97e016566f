import { setTimeout as sleep } from 'node:timers/promises'
import { customPrefix } from '../contract/custom-providers.ts'
import type { Caller } from '../contract/permissions.ts'
import { outputOf } from '../formats/conversation.ts'
import type { Clock } from '../kernel/clock.ts'
import { retryAfterMs } from '../kernel/retry-after.ts'
import { findProvider } from '../providers/index.ts'

/** Sends a request through the gateway's own pipeline. */
export type OwnCall = (request: {
  caller: Caller
  url: string
  headers: readonly string[]
  body: Buffer
  signal: AbortSignal
}) => Promise<{ status: number; headers: ReadonlyMap<string, string>; body: Buffer }>

/** Whose evaluation asks, and where. */
export interface Asker {
  call: OwnCall
  clock: Clock
  accountId: string
  gatewayId: string
  evaluationId: string
  /** For one answer, retries of the gateway included. */
  timeoutMs: number
  caller(): Caller
  signal: AbortSignal
}

export interface Asked {
  body: unknown
  logId: string | null
  /** Null: not known. */
  costNanoUsd: number | null
  durationMs: number
}

/** Asks models. Rejects with an `AskFailed` where there is no answer. */
export interface Models {
  chat(model: string, messages: readonly unknown[], params: Record<string, unknown>): Promise<Asked>
  embed(model: string, texts: readonly string[]): Promise<Asked>
}

/** Why a model gave no answer, in words, and which row has more. */
export class AskFailed extends Error {
  override readonly name = 'AskFailed'
  readonly logId: string | null
  constructor(message: string, logId: string | null) {
    super(message)
    this.logId = logId
  }
}

/** The provider's own 429; beyond, the case has no answer. */
const mostRefusals = 5
/** Where a 429 does not say how long to wait; twice as long with each one of the same case. */
const usualWaitMs = 500
const leastWaitMs = 50
const longestWaitMs = 60_000
/** `internalCode` of the gateway's own rate limit. */
const rateLimited = 2003

export function createModels(asker: Asker): Models {
  // All wait together: each that tried for itself would leave a refused row.
  let pausedUntilMs = 0

  async function ask(model: string, path: string, fields: object): Promise<Asked> {
    const body = Buffer.from(JSON.stringify(fields))
    const url = `/v1/${asker.accountId}/${asker.gatewayId}/${path}`
    const metadata = JSON.stringify({ evaluation_id: asker.evaluationId })
    const headers = [
      'content-type',
      'application/json',
      'user-agent',
      'tollgate-evaluation',
      'cf-aig-metadata',
      metadata,
    ]
    for (let refusals = 0; ;) {
      const waitMs = pausedUntilMs - asker.clock.tickMs()
      if (waitMs > 0) {
        await sleep(waitMs, undefined, { signal: asker.signal })
        continue
      }
      const startTick = asker.clock.tickMs()
      const answer = await callInTime(asker, model, { url, headers, body })
      const durationMs = Math.round(asker.clock.tickMs() - startTick)
      const logId = answer.headers.get('cf-aig-log-id') ?? null
      const parsed = parse(answer.body)
      if (answer.status === 429 && (isOwnLimit(parsed) || refusals++ < mostRefusals)) {
        const askedMs = retryAfterMs((name) => answer.headers.get(name) ?? null, asker.clock.nowMs())
        const pauseMs = Math.max(askedMs ?? usualWaitMs * 2 ** refusals, leastWaitMs)
        pausedUntilMs = Math.max(pausedUntilMs, asker.clock.tickMs() + Math.min(pauseMs, longestWaitMs))
        continue
      }
      if (answer.status < 200 || answer.status > 299) {
        throw new AskFailed(`${model} answered with status ${answer.status}: ${messageOf(parsed)}`, logId)
      }
      return { body: parsed, logId, costNanoUsd: toNano(answer.headers.get('tollgate-cost')), durationMs }
    }
  }

  return {
    // The door that takes the chats of every provider.
    chat: (model, messages, params) =>
      ask(model, 'compat/chat/completions', { ...params, model, messages, stream: false }),
    async embed(model, texts) {
      const place = embeddingsOf(model)
      return await ask(model, place.path, { model: place.model, input: texts })
    },
  }
}

/** What breaks off or takes too long is a case without an answer, not the end of the run. */
async function callInTime(
  { call, caller, signal, timeoutMs }: Asker,
  model: string,
  request: { url: string; headers: readonly string[]; body: Buffer },
): ReturnType<OwnCall> {
  const leaving = new AbortController()
  const leave = (): void => leaving.abort()
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  const timer = setTimeout(leave, timeoutMs)
  try {
    return await call({ ...request, caller: caller(), signal: leaving.signal })
  } catch (error) {
    if (signal.aborted || !(error instanceof Error)) throw error
    const why = leaving.signal.aborted ? `no answer within ${timeoutMs} ms (timeout_ms)` : error.message
    throw new AskFailed(`${model}: ${why}`, null)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', leave)
  }
}

/** The text of an answer. Throws `AskFailed` where it has none. */
export function textOfAnswer(model: string, { body, logId }: Asked): string {
  const text = outputOf(body)
  if (text === null) throw new AskFailed(`${model} gave an answer without text`, logId)
  return text
}

/** At the provider's own endpoint: the door for chats takes none. */
function embeddingsOf(model: string): { path: string; model: string } {
  const slash = model.indexOf('/')
  const [slug, name] = [model.slice(0, slash), model.slice(slash + 1)]
  if (slug.startsWith(customPrefix)) return { path: `${slug}/v1/${operation}`, model: name }
  const endpoints = findProvider(slug)?.endpoints ?? []
  const found = endpoints.find(([pattern, format]) => format === 'openai-embeddings' && !pattern.includes('*'))
  if (found === undefined) {
    throw new AskFailed(
      `${slug} has no endpoint in OpenAI's format that ${model} could be asked for embeddings at`,
      null,
    )
  }
  // Where a base ends with a version of its own, this one is dropped.
  return { path: `${slug}/${found[0] === operation ? `v1/${operation}` : found[0]}`, model: name }
}

const operation = 'embeddings'

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown
  } catch {
    // No JSON: it is read as an answer without anything in it.
    return null
  }
}

function isOwnLimit(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'internalCode' in body && body.internalCode === rateLimited
}

function messageOf(body: unknown): string {
  const found = /"message":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(body) ?? '')
  return found === null ? 'it said nothing' : (JSON.parse(found[1] ?? '""') as string).slice(0, 500)
}

function toNano(usd: string | undefined): number | null {
  return usd === undefined ? null : Math.round(Number(usd) * 1e9)
}
