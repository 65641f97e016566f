import {
  credentialHeaders,
  credentialParameters,
  hasOwnPrefix,
  hopHeader,
  namesIn,
  notForwarded,
} from '../kernel/header-names.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { Caller } from '../contract/permissions.ts'
import type { Credentials, FoundCredential } from '../live/credentials.ts'
import { type AttemptOptions, noAttemptOptions, readAttemptHeader } from './attempt-options.ts'
import { shown } from './door.ts'

/** What a request's headers say, read in one pass. */
export interface RequestOptions {
  /** Whose Tollgate credential was found in any header or query parameter; null: nobody's. */
  caller: Caller | null
  /** One was found that nobody holds: it may have been revoked, or be of another instance. */
  hasUnknownToken: boolean
  /** Whether the caller may run requests at this gateway; the pipeline says so once it knows which it is. */
  authenticated: boolean
  /** Names and values in turn, for the provider: without hop-by-hop headers, cookies, ours and Tollgate credentials. */
  forwarded: string[]
  /** The query for the provider, without Tollgate credentials. */
  query: string
  /** Texts that must be masked in the log entry. */
  secrets: string[]
  acceptEncoding: string | null
  contentType: string | null
  userAgent: string | null
  eventId: string | null
  /** Null: the gateway's setting. */
  collectLog: boolean | null
  collectLogPayload: boolean
  metadata: Record<string, string | number | boolean> | null
  /** The Tollgates that the request came through, as the header says; null: none. */
  hops: string | null
  /** What the request goes together with: in a dynamic route, requests of one session take the same branches. Null: not said. */
  sessionId: string | null
  /** The stored key that the request names; null: none. */
  keyAlias: string | null
  /** Null where no header speaks of the cache. */
  cache: CacheOptions | null
  /** Null where no header speaks of attempts. */
  attempts: AttemptOptions | null
  /** The first header of ours whose value means nothing; thrown once there is a gateway whose log can tell it. */
  problem: GatewayError | null
}

/** Gives back to options what finding a target took from them; the second ones are the same, read anew. */
export function restoreOptions(options: RequestOptions, { forwarded, query }: RequestOptions): void {
  options.forwarded = forwarded
  options.query = query
}

/** What the headers say of the cache; null: the gateway's setting. */
export interface CacheOptions {
  skip: boolean | null
  /** 0: off for this request. */
  ttlMs: number | null
  /** Stands for the body. */
  key: string | null
}

/** Reads headers and query. Never throws. */
export function readOptions(rawHeaders: readonly string[], query: string, credentials: Credentials): RequestOptions {
  const options: RequestOptions = {
    caller: null,
    hasUnknownToken: false,
    authenticated: false,
    forwarded: [],
    query,
    secrets: [],
    acceptEncoding: null,
    contentType: null,
    userAgent: null,
    eventId: null,
    collectLog: null,
    collectLogPayload: true,
    metadata: null,
    hops: null,
    sessionId: null,
    keyAlias: null,
    cache: null,
    attempts: null,
    problem: null,
  }
  let nominated: string[] | null = null
  let older: string[] | null = null
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const raw = rawHeaders[at] ?? ''
    const value = rawHeaders[at + 1] ?? ''
    const name = raw.toLowerCase()
    const text = withoutScheme(value)
    if (credentialHeaders.has(name)) {
      if (isPlaceholder(text)) continue
      options.secrets.push(text)
    }
    const own = credentials.find(value)
    if (own !== null) {
      takeCredential(options, own)
      continue
    }
    if (name === 'connection' && value !== 'keep-alive') nominated = [...(nominated ?? []), ...namesIn(value)]
    if (oldNames.has(name)) older = [...(older ?? []), name, value]
    else if (hasOwnPrefix(name)) readOwn(options, name, value)
    else if (name === 'accept-encoding') options.acceptEncoding = value
    else if (!notForwarded.has(name)) {
      if (name === 'content-type') options.contentType = value
      else if (name === 'user-agent') options.userAgent = value
      options.forwarded.push(raw, value)
    }
  }
  if (nominated) options.forwarded = without(options.forwarded, nominated)
  if (older) readOlder(options, older)
  if (query !== '') readQuery(options, credentials)
  return options
}

/**
 * No credential, and no reason to keep back one that Tollgate could add: an unset variable in a command line, or what
 * Cloudflare's `ai-gateway-provider` (`CF_TEMP_TOKEN`) and others (`unused`) send where an SDK insists on a key.
 */
function isPlaceholder(text: string): boolean {
  return text.length <= 13 && /^(?:|bearer|token|key|api-key|unused|cf_temp_token)$/i.test(text)
}

function takeCredential(options: RequestOptions, { text, caller }: FoundCredential): void {
  options.caller ??= caller
  if (caller === null) options.hasUnknownToken = true
  options.secrets.push(text)
}

/** `Bearer abc` as `abc`; a scheme is a single word, and a credential has no spaces. */
function withoutScheme(value: string): string {
  return value.slice(value.indexOf(' ') + 1).trimStart()
}

function readOwn(options: RequestOptions, name: string, value: string): void {
  switch (name) {
    case 'cf-aig-metadata':
      options.metadata = readMetadata(value)
      break
    case 'cf-aig-collect-log':
      options.collectLog = readBoolean(options, name, value)
      break
    case 'cf-aig-collect-log-payload':
      // Until it is understood, the careful reading stands.
      options.collectLogPayload = readBoolean(options, name, value) ?? false
      break
    case 'cf-aig-event-id':
      options.eventId = readText(options, name, value, 256)
      break
    case hopHeader:
      // Several of them are one list.
      options.hops = options.hops === null ? value : `${options.hops}, ${value}`
      break
    case 'cf-aig-session-id':
      options.sessionId = readText(options, name, value, 256)
      break
    case 'cf-aig-byok-alias':
      options.keyAlias = readText(options, name, value, 64)
      break
    case 'cf-aig-skip-cache':
    case 'cf-aig-cache-ttl':
    case 'cf-aig-cache-key':
      readCache(options, name, 'cf-aig-', value)
      break
    case 'cf-aig-max-attempts':
    case 'cf-aig-retry-delay':
    case 'cf-aig-backoff':
    case 'cf-aig-request-timeout': {
      const allowed = readAttemptHeader((options.attempts ??= noAttemptOptions()), name, value)
      if (allowed !== null) complain(options, name, value, allowed)
      break
    }
  }
}

const oldNames: ReadonlySet<string> = new Set(['cf-skip-cache', 'cf-cache-ttl', 'cf-cache-key'])

/** The newer name of a header wins, whatever the order. */
function readOlder(options: RequestOptions, headers: readonly string[]): void {
  const newer = options.cache && { ...options.cache }
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const member = name === 'cf-skip-cache' ? 'skip' : name === 'cf-cache-ttl' ? 'ttlMs' : 'key'
    if ((newer?.[member] ?? null) === null) readCache(options, name, 'cf-', headers[at + 1] ?? '')
  }
}

function readCache(options: RequestOptions, name: string, prefix: string, value: string): void {
  const cache = (options.cache ??= { skip: null, ttlMs: null, key: null })
  const what = name.slice(prefix.length)
  if (what === 'skip-cache') cache.skip = readBoolean(options, name, value)
  else if (what === 'cache-ttl') cache.ttlMs = readTtl(options, name, value)
  else cache.key = readText(options, name, value, 1024)
}

const shortestTtl = 60
const longestTtl = 30 * 24 * 60 * 60

function readTtl(options: RequestOptions, name: string, value: string): number | null {
  const seconds = /^\d{1,7}$/.test(value.trim()) ? Number(value) : -1
  if (seconds === 0 || (seconds >= shortestTtl && seconds <= longestTtl)) return seconds * 1000
  complain(options, name, value, `whole seconds from ${shortestTtl} to ${longestTtl} are allowed, or 0 for no cache`)
  return null
}

function readBoolean(options: RequestOptions, name: string, value: string): boolean | null {
  const text = value.trim().toLowerCase()
  if (text === 'true' || text === 'false') return text === 'true'
  complain(options, name, value, 'true or false is allowed')
  return null
}

function readText(options: RequestOptions, name: string, value: string, longest: number): string | null {
  if (value.length > 0 && value.length <= longest && /^[\x20-\x7e]+$/.test(value)) return value
  complain(options, name, value, `1 to ${longest} printable ASCII characters are allowed`)
  return null
}

/** A misspelt wish, above all one for privacy, must not be ignored in silence. */
function complain(options: RequestOptions, name: string, value: string, allowed: string): void {
  options.problem ??= new GatewayError('input_invalid', `The header ${name} is ${shown(value)}: ${allowed}`, {
    path: ['header', name],
  })
}

/** What Cloudflare takes is 5 entries; more is asked for often. */
const mostMetadata = 16

/**
 * As measured on the real service: further entries are dropped, keys that begin with `cf.` are reserved, and a value
 * that is not flat, or a text that is not a JSON object, makes the metadata null as a whole, never an error.
 */
function readMetadata(value: string): RequestOptions['metadata'] {
  let parsed: unknown
  try {
    // Node gives header bytes as Latin-1; clients send UTF-8.
    parsed = JSON.parse(Buffer.from(value, 'latin1').toString('utf8'))
  } catch {
    return null
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null
  const metadata: Record<string, string | number | boolean> = {}
  let count = 0
  for (const [key, entry] of Object.entries(parsed) as [string, unknown][]) {
    if (key.startsWith('cf.') || key === '__proto__') continue
    if (typeof entry !== 'string' && typeof entry !== 'number' && typeof entry !== 'boolean') return null
    if (count++ < mostMetadata) metadata[key] = entry
  }
  return metadata
}

function readQuery(options: RequestOptions, credentials: Credentials): void {
  const kept: string[] = []
  for (const part of options.query.split('&')) {
    const equals = part.indexOf('=')
    const name = part.slice(0, equals === -1 ? undefined : equals)
    const value = equals === -1 ? part : part.slice(equals + 1)
    const decoded = value.includes('%') ? decodeLeniently(value) : value
    if (credentialParameters.has(name.toLowerCase())) {
      if (isPlaceholder(decoded)) continue
      options.secrets.push(value, decoded)
    }
    const own = credentials.find(decoded)
    if (own !== null) {
      takeCredential(options, own)
      options.secrets.push(value)
      continue
    }
    kept.push(part)
  }
  options.query = kept.join('&')
}

function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function without(headers: string[], names: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (!names.includes(name.toLowerCase())) kept.push(name, headers[at + 1] ?? '')
  }
  return kept
}
