import { asObject, asText, type JsonObject } from '../formats/json.ts'
import { scanElements, scanTopLevel } from '../formats/scan.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { Credentials } from '../live/credentials.ts'
import type { GatewaySnapshot } from '../live/live.ts'
import { readChatStep } from './chat-step.ts'
import { chatDoor, type Door } from './door.ts'
import type { Draft } from './draft.ts'
import type { RouteDeps } from './dynamic-routes.ts'
import { type BodyLimits, type RequestBody, wholeBody } from './request-body.ts'
import { readOptions, type RequestOptions } from './request-options.ts'
import type { AskedStep, NextStep } from './step.ts'
import { stepHeaders } from './step-headers.ts'

export interface StepsDeps extends RouteDeps {
  credentials: Credentials
  limits: BodyLimits
}

/** A universal request, as far as it is known. */
export interface UniversalAsk {
  door: Door
  options: RequestOptions
  gateway: GatewaySnapshot
  body: RequestBody
  draft: Draft
}

const mostSteps = 20
const members = ['provider', 'endpoint', 'authorization', 'headers', 'query', 'config'] as const

/**
 * The steps of a universal request, the first with the others behind it. All of them are looked at before the first one
 * is called: a misspelt fallback is not found out on the day on which it is needed. Throws `input_invalid`, `body_too_large` or
 * `provider_invalid`, and says which step.
 */
export function readSteps(ask: UniversalAsk, deps: StepsDeps): NextStep {
  const { body, draft } = ask
  draft.body = body
  const elements = listElements(body, deps.limits)
  let next: NextStep | null = null
  for (const [index, bytes] of [...elements.entries()].toReversed()) {
    next = atStep(index, () => readStep(ask, index, bytes, next, deps))
  }
  if (next === null) throw invalid('The list of steps is empty: give at least one', [])
  return next
}

/** The bytes of each step. */
function listElements({ bytes, rest }: RequestBody, { bufferedBytes, parsedBytes }: BodyLimits): Buffer[] {
  if (rest !== null) {
    throw new GatewayError(
      'body_too_large',
      `The list of steps is too large: it may have at most ${bufferedBytes} bytes`,
    )
  }
  // Above that size what is wrong in a query is for its provider to say.
  if (bytes.length <= parsedBytes && !isJson(bytes))
    throw invalid('The body is no JSON: a list of steps is expected', [])
  const elements = scanElements(bytes)
  if (!elements) {
    if (/^\s*\{/.test(bytes.toString('latin1', 0, 64))) return [bytes]
    throw invalid('The body is no list of steps: [{ "provider", "endpoint", "headers", "query" }, ...] is expected', [])
  }
  if (elements.length > mostSteps)
    throw invalid(`There are ${elements.length} steps: at most ${mostSteps} are allowed`, [])
  return elements.map(({ start, end }) => bytes.subarray(start, end))
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'))
    return true
  } catch {
    return false
  }
}

function readStep(ask: UniversalAsk, index: number, bytes: Buffer, next: NextStep | null, deps: StepsDeps): NextStep {
  const found = scanTopLevel(bytes, members)
  const slice = (name: (typeof members)[number]): Buffer | null =>
    found[name] ? bytes.subarray(found[name].start, found[name].end) : null
  const provider = asText(found['provider']?.value)
  const endpoint = found['endpoint']?.value
  if (provider === null) throw invalid('"provider" must be the slug of a provider', ['provider'])
  if (typeof endpoint !== 'string' || !/^[\x21-\x7e]*$/.test(endpoint)) {
    throw invalid('"endpoint" must be a path at the provider, without spaces', ['endpoint'])
  }
  const query = slice('query')
  if (!query) throw invalid('"query" is missing: it is the body that the provider gets', ['query'])

  const authorization = readJson(slice('authorization'))
  if (authorization !== null && typeof authorization !== 'string') {
    throw invalid('"authorization" must be a text', ['authorization'])
  }
  const given = { headers: readObject(slice('headers'), 'headers'), config: readObject(slice('config'), 'config') }
  const [path, search] = split(endpoint.replace(/^\/+/, ''), '?')
  const raw = stepHeaders({ ...given, authorization })
  const options = over(readOptions(raw, search, deps.credentials), ask)
  if (options.problem) throw options.problem
  const door: Door = { ...ask.door, slug: provider, path, query: options.query }
  const body = wholeBody(query, deps.limits)
  if (provider === chatDoor) {
    const { id, startedMs } = ask.draft.record
    const request = { door, options, gateway: ask.gateway, body, method: 'POST', id, startedMs }
    return readChatStep({ ...request, index, countsModels: false, next }, deps)
  }
  const target = deps.chooseTarget(door, options, ask.gateway)
  const step: AskedStep = { index, door, options, target, body, route: null, next }
  return () => step
}

function readObject(bytes: Buffer | null, name: string): JsonObject {
  const value = readJson(bytes)
  if (value === null) return {}
  const fields = asObject(value)
  if (!fields) throw invalid(`"${name}" must be an object`, [name])
  return fields
}

/** Null where there is nothing; undefined where it is no JSON. */
function readJson(bytes: Buffer | null): unknown {
  if (!bytes) return null
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** What a step says stands over what its request says. Whoever runs it, and what may read the answer, is the request's. */
function over(step: RequestOptions, { options: request, draft }: UniversalAsk): RequestOptions {
  return {
    ...step,
    caller: request.caller,
    hasUnknownToken: request.hasUnknownToken,
    authenticated: request.authenticated,
    secrets: [...request.secrets, ...step.secrets],
    acceptEncoding: request.acceptEncoding,
    userAgent: request.userAgent,
    // A loop through this Tollgate is found by what the request brought.
    hops: request.hops,
    eventId: step.eventId ?? request.eventId ?? draft.record.id,
    collectLog: step.collectLog ?? request.collectLog,
    // Either may ask for privacy.
    collectLogPayload: step.collectLogPayload && request.collectLogPayload,
    metadata: step.metadata ?? request.metadata,
    cache: overlay(request.cache, step.cache),
    attempts: overlay(request.attempts, step.attempts),
  }
}

function overlay<T extends object>(below: T | null, above: T | null): T | null {
  if (!below || !above) return above ?? below
  const given = Object.entries(above).filter(([, value]) => value !== null)
  return { ...below, ...(Object.fromEntries(given) as Partial<T>) } // Members of a T, fewer of them.
}

/** Says of which step an error speaks. */
function atStep<T>(index: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const path = error.path?.[0] === 'header' ? ['headers', ...error.path.slice(1)] : (error.path ?? [])
    throw new GatewayError(error.code, `Step ${index}: ${error.message}`, {
      cause: error,
      headers: error.headers,
      ...(error.note !== undefined && { note: error.note }),
      path: ['body', index, ...path],
    })
  }
}

function invalid(message: string, path: readonly (string | number)[]): GatewayError {
  return new GatewayError('input_invalid', message, { path })
}
