import { APIError, CloudflareError, NotFoundError } from './errors.ts'
import type { Log } from './generated.ts'
import type { Fetch } from './transport.ts'
import { Tollgate } from './tollgate.ts'

export interface BindingOptions {
  /** Where Tollgate is, e.g. `http://127.0.0.1:8787`. */
  baseURL: string
  /** A token with AI Gateway Run; reading and changing log rows needs AI Gateway Read and Write. */
  token: string
  account_id: string
  fetch?: Fetch
}

/** One step of the universal endpoint. */
export interface UniversalRequest {
  provider: string
  endpoint: string
  /** Values that are no text are written as JSON; undefined leaves the header out. */
  headers?: Record<string, unknown>
  query: unknown
  config?: { requestTimeout?: number; maxAttempts?: number; retryDelay?: number; backoff?: Backoff }
}

type Backoff = 'constant' | 'linear' | 'exponential'

/** What a request may set otherwise than its gateway. */
export interface GatewayRequestOptions {
  cacheKey?: string
  /** Seconds. */
  cacheTtl?: number
  skipCache?: boolean
  metadata?: Record<string, string | number | boolean | bigint | null>
  collectLog?: boolean
  eventId?: string
  requestTimeoutMs?: number
  retries?: { maxAttempts?: number; retryDelayMs?: number; backoff?: Backoff }
}

export interface RunOptions {
  gateway?: GatewayRequestOptions
  extraHeaders?: Record<string, unknown>
  signal?: AbortSignal
}

/** A log row as the binding hands it out: its time is a `Date`. */
export type AiGatewayLog = Omit<Log, 'created_at'> & { created_at: Date }

export interface AiGatewayPatchLog {
  score?: number | null
  feedback?: -1 | 1 | null
  metadata?: Record<string, string | number | boolean | null | bigint> | null
}

/** The methods of `env.AI.gateway(id)` in a Worker. */
export interface AiGateway {
  /** The answer of the first step that succeeds. */
  run(request: UniversalRequest | UniversalRequest[], options?: RunOptions): Promise<Response>
  /** Rejects with `AiGatewayLogNotFound`. */
  getLog(id: string): Promise<AiGatewayLog>
  patchLog(id: string, patch: AiGatewayPatchLog): Promise<void>
  /** The address for a client of that provider; without one, that of the universal endpoint. */
  getUrl(provider?: string): Promise<string>
}

export interface Binding {
  gateway(id: string): AiGateway
}

/** There is no such row. */
export class AiGatewayLogNotFound extends CloudflareError {
  override name = 'AiGatewayLogNotFound'
}
/** Anything else that went wrong with a row. */
export class AiGatewayInternalError extends CloudflareError {
  override name = 'AiGatewayInternalError'
}

/**
 * What `env.AI` is in a Worker, for gateways: code that was written for the binding runs anywhere with
 * `createBinding({ baseURL, token, account_id })` in its place.
 */
export function createBinding({ baseURL, token, account_id, fetch }: BindingOptions): Binding {
  const root = baseURL.replace(/\/+$/, '').replace(/\/client\/v4$/, '')
  const { aiGateway } = new Tollgate({ apiToken: token, baseURL: `${root}/client/v4`, fetch })
  return {
    gateway(id) {
      const address = `${root}/v1/${encodeURIComponent(account_id)}/${encodeURIComponent(id)}`
      const row = { account_id, gateway_id: id }
      return {
        run: (request, options = {}) => run(address, token, request, options, fetch ?? globalThis.fetch),
        async getLog(logId) {
          const log = await aiGateway.logs.get(logId, row).catch(rethrow)
          return { ...log, created_at: new Date(log.created_at) }
        },
        async patchLog(logId, patch) {
          const { metadata } = patch
          const told = metadata === undefined ? patch : { ...patch, metadata: metadata && withoutBigInt(metadata) }
          // What the binding's own type allows is checked by the server.
          await aiGateway.logs.edit(logId, { ...row, ...(told as object) }).catch(rethrow)
        },
        getUrl: (provider = '') => Promise.resolve(`${address}/${provider}`),
      }
    },
  }
}

function run(
  address: string,
  token: string,
  request: UniversalRequest | UniversalRequest[],
  { gateway = {}, extraHeaders = {}, signal }: RunOptions,
  fetch: Fetch,
): Promise<Response> {
  const steps = [request].flat().map((step) => ({ ...step, headers: textHeaders(step.headers ?? {}) }))
  const headers = {
    'content-type': 'application/json',
    'cf-aig-authorization': `Bearer ${token}`,
    ...textHeaders({ ...gatewayHeaders(gateway), ...extraHeaders }),
  }
  return fetch(address, { method: 'POST', headers, body: JSON.stringify(steps), ...(signal && { signal }) })
}

function gatewayHeaders({ retries, metadata, ...options }: GatewayRequestOptions): Record<string, unknown> {
  return {
    'cf-aig-cache-key': options.cacheKey,
    'cf-aig-cache-ttl': options.cacheTtl,
    'cf-aig-skip-cache': options.skipCache,
    'cf-aig-collect-log': options.collectLog,
    'cf-aig-event-id': options.eventId,
    'cf-aig-request-timeout': options.requestTimeoutMs,
    'cf-aig-metadata': metadata && withoutBigInt(metadata),
    'cf-aig-max-attempts': retries?.maxAttempts,
    'cf-aig-retry-delay': retries?.retryDelayMs,
    'cf-aig-backoff': retries?.backoff,
  }
}

function textHeaders(headers: Record<string, unknown>): Record<string, string> {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(
    given.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

/** JSON has no such numbers. */
function withoutBigInt(metadata: Record<string, string | number | boolean | bigint | null>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key, typeof value === 'bigint' ? String(value) : value]),
  )
}

function rethrow(error: unknown): never {
  const Class = error instanceof NotFoundError ? AiGatewayLogNotFound : AiGatewayInternalError
  throw error instanceof APIError ? new Class(error.message, { cause: error }) : error
}
