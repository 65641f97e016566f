import type { JsonObject } from '../formats/json.ts'
import { GatewayError } from '../kernel/errors.ts'
import { shown } from './door.ts'

/** What of a step is said in headers. */
export interface StepHead {
  headers: JsonObject
  /** The content of the provider's `authorization`, an older way to say it; null where there is none. */
  authorization: string | null
  config: JsonObject
}

/** Members of `config`, and the headers that say the same. */
const configHeaders: Readonly<Record<string, string>> = {
  requestTimeout: 'cf-aig-request-timeout',
  requestTimeoutMs: 'cf-aig-request-timeout',
  maxAttempts: 'cf-aig-max-attempts',
  retryDelay: 'cf-aig-retry-delay',
  retryDelayMs: 'cf-aig-retry-delay',
  backoff: 'cf-aig-backoff',
  cacheTtl: 'cf-aig-cache-ttl',
  cacheKey: 'cf-aig-cache-key',
  skipCache: 'cf-aig-skip-cache',
  collectLog: 'cf-aig-collect-log',
  eventId: 'cf-aig-event-id',
  metadata: 'cf-aig-metadata',
}

/**
 * The headers of a step as if they had come over HTTP, names and values in turn; what `config` says comes last and so
 * stands. Values that are no text are written as JSON, null leaves a header out. Throws `input_invalid`.
 */
export function stepHeaders({ headers, authorization, config }: StepHead): string[] {
  const raw: string[] = []
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
  for (const [name, value] of Object.entries(headers)) push(raw, name, value, ['headers', name])
  if (authorization !== null && !names.has('authorization')) {
    push(raw, 'authorization', authorization, ['authorization'])
  }
  if (!names.has('content-type')) raw.push('content-type', 'application/json')
  for (const [name, value] of Object.entries(config)) {
    const header = Object.hasOwn(configHeaders, name) ? configHeaders[name] : undefined
    if (header === undefined) {
      const known = Object.keys(configHeaders).join(', ')
      throw new GatewayError('input_invalid', `"config" has ${shown(name)}, which is none of ${known}`, {
        path: ['config', name],
      })
    }
    push(raw, header, value, ['config', name])
  }
  return raw
}

function push(raw: string[], name: string, value: unknown, path: readonly string[]): void {
  if (value === null) return
  const text = typeof value === 'string' ? value : toJson(value, path)
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
    throw new GatewayError('input_invalid', `${shown(name)} is no name of a header`, { path })
  }
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(text)) {
    throw new GatewayError('input_invalid', `The value of ${shown(name)} has a control character`, { path })
  }
  // As clients send it, and as headers are read everywhere else.
  raw.push(name, Buffer.from(text.trim(), 'utf8').toString('latin1'))
}

function toJson(value: unknown, path: readonly string[]): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    throw new GatewayError('input_invalid', 'The value is nested too deeply for a header', { path, cause: error })
  }
}
