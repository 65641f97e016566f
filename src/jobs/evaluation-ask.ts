import { setTimeout as sleep } from 'node:timers/promises'
import { customPrefix } from '../contract/custom-providers.ts'
import type { Caller } from '../contract/permissions.ts'
import { outputOf } from '../formats/conversation.ts'
import type { Clock } from '../kernel/clock.ts'
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
const longestWaitMs = 60_000
/** `internalCode` of the gateway's own rate limit. */
const rateLimited = 2003

export function createModels(asker: Asker): Models {
  // All wait together: each that tried for itself would leave a refused row.
  let pausedUntilMs = 0

  async function ask(model: string, format: 'openai-chat' | 'openai-embeddings', fields: object): Promise<Asked> {
    const { path, model: name } = placeOf(model, format)
    const body = Buffer.from(JSON.stringify({ ...fields, model: name }))
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
      const answer = await asker.call({ caller: asker.caller(), url, headers, body, signal: asker.signal })
      const durationMs = Math.round(asker.clock.tickMs() - startTick)
      const logId = answer.headers.get('cf-aig-log-id') ?? null
      const parsed = parse(answer.body)
      if (answer.status === 429 && (isOwnLimit(parsed) || refusals++ < mostRefusals)) {
        const seconds = Number(answer.headers.get('retry-after') ?? 1)
        const pauseMs = Number.isFinite(seconds) ? Math.max(seconds * 1000, 50) : 1000
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
    chat: (model, messages, params) => ask(model, 'openai-chat', { ...params, messages, stream: false }),
    embed: (model, texts) => ask(model, 'openai-embeddings', { input: texts }),
  }
}

/** The text of an answer. Throws `AskFailed` where it has none. */
export function textOfAnswer(model: string, { body, logId }: Asked): string {
  const text = outputOf(body)
  if (text === null) throw new AskFailed(`${model} gave an answer without text`, logId)
  return text
}

/** At the provider's endpoint of that format; routes are reached by the compat door. */
function placeOf(model: string, format: 'openai-chat' | 'openai-embeddings'): { path: string; model: string } {
  const slash = model.indexOf('/')
  const slug = model.slice(0, slash)
  const provider = findProvider(slug)
  const found = provider?.endpoints.find(([pattern, name]) => name === format && !pattern.includes('*'))
  if (provider !== undefined && found === undefined) {
    throw new AskFailed(
      `${provider.name} has no endpoint in the format ${format} that ${model} could be asked at`,
      null,
    )
  }
  const operation = format === 'openai-chat' ? 'chat/completions' : 'embeddings'
  if (slug.startsWith(customPrefix)) return { path: `${slug}/v1/${operation}`, model: model.slice(slash + 1) }
  if (found === undefined) return { path: `compat/${operation}`, model }
  // Where a base ends with a version of its own, this one is dropped.
  return { path: `${slug}/${found[0] === operation ? `v1/${operation}` : found[0]}`, model: model.slice(slash + 1) }
}

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
