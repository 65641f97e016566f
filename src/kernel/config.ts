import { isIP } from 'node:net'
import type { ProxySettings } from './proxies.ts'
import { readAllowedUpstreams } from './public-address.ts'
import { type LogLevel, logLevels } from './text-log.ts'
import { readVaultKeys } from './vault.ts'

/** Everything that the environment decides. Read once at start; the only place that reads `process.env`. */
export interface Config {
  host: string
  /** 0 lets the system pick one. */
  port: number
  dataDir: string
  /** Null: made at first start and kept in the data folder. */
  adminToken: string | null
  adminEmail: string
  /** Keys for the vault, newest first; null: made at first start and kept in the data folder. */
  encryptionKeys: string | null
  /** Without a trailing slash; null: made from host and port. */
  publicUrl: string | null
  /** Host names, IP addresses and CIDRs that user-given URLs may lead to although they are not public, or over plain http. */
  allowedUpstreams: readonly string[]
  /** Proxies for calls to providers. */
  proxies: ProxySettings
  /** By provider slug. */
  providers: ReadonlyMap<string, ProviderOverride>
  /** Cloudflare's account in the Workers AI address; null: the account of the request, where it is 32 hex digits. */
  workersAiAccountId: string | null
  /** `postgres://...`; null: SQLite in the data folder. */
  databaseUrl: string | null
  /** `redis://...` or `rediss://...`; null: counters and cached answers are in this process's memory. */
  redisUrl: string | null
  /** Processes that share the port; more than one only with `redisUrl`. */
  workers: number
  /** Bytes of cached answers that are kept in this process's memory. */
  cacheBytes: number
  maxBodyBytes: number
  /** Connections of clients to one process; more are closed at once. */
  maxConnections: number
  /** Bytes of journal that may wait for the store before records are dropped; 0 is no limit. */
  maxJournalBytes: number
  logLevel: LogLevel
  /** `TOLLGATE_` names that are set and that nothing reads, each with a reason; for the server's log. */
  warnings: readonly string[]
}

export interface ProviderOverride {
  baseUrl: string | null
  apiKey: string | null
  /** Where access tokens for its service accounts are got. */
  tokenUrl: string | null
}

/** A wrong value in the environment: one line that names the variable, the value and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const names = new Set([
  'TOLLGATE_HOST',
  'TOLLGATE_PORT',
  'TOLLGATE_DATA_DIR',
  'TOLLGATE_ADMIN_TOKEN',
  'TOLLGATE_ADMIN_EMAIL',
  'TOLLGATE_ENCRYPTION_KEY',
  'TOLLGATE_PUBLIC_URL',
  'TOLLGATE_ALLOW_PRIVATE_UPSTREAMS',
  'TOLLGATE_PROVIDER_WORKERS_AI_ACCOUNT_ID',
  'TOLLGATE_DATABASE_URL',
  'TOLLGATE_REDIS_URL',
  'TOLLGATE_WORKERS',
  'TOLLGATE_CACHE_BYTES',
  'TOLLGATE_MAX_BODY_BYTES',
  'TOLLGATE_MAX_CONNECTIONS',
  'TOLLGATE_MAX_JOURNAL_BYTES',
  'TOLLGATE_LOG_LEVEL',
])
const providerName = /^TOLLGATE_PROVIDER_([A-Z0-9_]+)_(BASE_URL|API_KEY|TOKEN_URL)$/

/** Reads the configuration. `slugs` are the known providers' slugs. Throws `ConfigError` at the first wrong value. */
export function readConfig(slugs: readonly string[], environment: NodeJS.ProcessEnv = process.env): Config {
  const value = (name: string): string | null => environment[name]?.trim() || null
  const providers = new Map<string, ProviderOverride>()
  const slugByName = new Map(slugs.map((slug) => [slug.toUpperCase().replaceAll('-', '_'), slug]))
  const warnings: string[] = []

  for (const name of Object.keys(environment)) {
    const text = value(name)
    if (!name.startsWith('TOLLGATE_') || names.has(name) || text === null) continue
    const match = providerName.exec(name)
    const slug = match?.[1] === undefined ? undefined : slugByName.get(match[1])
    if (!match || slug === undefined) {
      warnings.push(`${name} is set, but nothing reads it${match ? `: providers are ${slugs.join(', ')}` : ''}`)
      continue
    }
    const override = providers.get(slug) ?? { baseUrl: null, apiKey: null, tokenUrl: null }
    if (match[2] === 'BASE_URL') override.baseUrl = httpUrl(name, text)
    if (match[2] === 'TOKEN_URL') override.tokenUrl = httpUrl(name, text)
    if (match[2] === 'API_KEY') override.apiKey = headerText(name, text)
    providers.set(slug, override)
  }

  const publicUrl = value('TOLLGATE_PUBLIC_URL')
  const adminToken = value('TOLLGATE_ADMIN_TOKEN')
  const redisUrl = redisAddress(value('TOLLGATE_REDIS_URL'))
  return {
    host: host(value('TOLLGATE_HOST') ?? '127.0.0.1'),
    port: integer('TOLLGATE_PORT', value('TOLLGATE_PORT'), 8787, 0, 65_535),
    dataDir: value('TOLLGATE_DATA_DIR') ?? './data',
    adminToken: adminToken && headerText('TOLLGATE_ADMIN_TOKEN', adminToken),
    adminEmail: value('TOLLGATE_ADMIN_EMAIL') ?? 'admin@localhost',
    encryptionKeys: encryptionKeys(value('TOLLGATE_ENCRYPTION_KEY')),
    publicUrl: publicUrl && httpUrl('TOLLGATE_PUBLIC_URL', publicUrl),
    allowedUpstreams: allowedUpstreams(value('TOLLGATE_ALLOW_PRIVATE_UPSTREAMS') ?? ''),
    proxies: {
      http: proxyUrl('HTTP_PROXY', value('http_proxy') ?? value('HTTP_PROXY')),
      https: proxyUrl('HTTPS_PROXY', value('https_proxy') ?? value('HTTPS_PROXY')),
      none: value('no_proxy') ?? value('NO_PROXY') ?? '',
    },
    providers,
    workersAiAccountId: accountId(value('TOLLGATE_PROVIDER_WORKERS_AI_ACCOUNT_ID')),
    databaseUrl: serverUrl('TOLLGATE_DATABASE_URL', value('TOLLGATE_DATABASE_URL'), ['postgres:', 'postgresql:']),
    redisUrl,
    workers: workers(value('TOLLGATE_WORKERS'), redisUrl),
    cacheBytes: integer('TOLLGATE_CACHE_BYTES', value('TOLLGATE_CACHE_BYTES'), 64 << 20, 1, 2 ** 40),
    maxBodyBytes: integer('TOLLGATE_MAX_BODY_BYTES', value('TOLLGATE_MAX_BODY_BYTES'), 100 << 20, 1, 2 ** 31),
    maxConnections: integer('TOLLGATE_MAX_CONNECTIONS', value('TOLLGATE_MAX_CONNECTIONS'), 10_000, 1, 1_000_000),
    maxJournalBytes: integer('TOLLGATE_MAX_JOURNAL_BYTES', value('TOLLGATE_MAX_JOURNAL_BYTES'), 0, 0, 2 ** 50),
    logLevel: logLevel(value('TOLLGATE_LOG_LEVEL') ?? 'info'),
    warnings,
  }
}

/** A key that is nearly right is still a secret: it is not repeated. */
function encryptionKeys(text: string | null): string | null {
  if (text === null || readVaultKeys(text)) return text
  throw new ConfigError(
    'TOLLGATE_ENCRYPTION_KEY is no key: 32 bytes in base64 are allowed, as from `openssl rand -base64 32`; ' +
      'older keys may follow, separated by commas',
  )
}

function allowedUpstreams(text: string): string[] {
  try {
    return readAllowedUpstreams(text)
  } catch (error) {
    const wrong = error instanceof Error ? error.message : ''
    throw new ConfigError(
      `TOLLGATE_ALLOW_PRIVATE_UPSTREAMS has "${wrong}" in it: host names, IP addresses and CIDRs are allowed, ` +
        'separated by commas',
    )
  }
}

function integer(name: string, text: string | null, fallback: number, min: number, max: number): number {
  if (text === null) return fallback
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= min && number <= max) return number
  throw new ConfigError(`${name} is "${text}": a whole number from ${min} to ${max} is allowed`)
}

function host(text: string): string {
  if (isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,252})$/i.test(text)) return text
  throw new ConfigError(`TOLLGATE_HOST is "${text}": an IP address or a host name is allowed, without port`)
}

function httpUrl(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && !url.search && !url.hash && !url.username) {
    return text.replace(/\/+$/, '')
  }
  throw new ConfigError(`${name} is "${text}": an http:// or https:// address without query or credentials is allowed`)
}

/** As other programs write it, also without a scheme. */
function proxyUrl(name: string, text: string | null): string | null {
  if (text === null) return null
  const address = text.includes('://') ? text : `http://${text}`
  const url = URL.canParse(address) ? new URL(address) : null
  if (
    url &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.hostname &&
    isDecodable(url.username + url.password)
  ) {
    return address
  }
  throw new ConfigError(
    `${name} is "${withoutPassword(text)}": the address of a proxy is allowed, as http://user:password@host:port`,
  )
}

/** The address of a database or of Redis. */
function serverUrl(name: string, text: string | null, protocols: readonly string[]): string | null {
  if (text === null) return null
  const url = URL.canParse(text) ? new URL(text) : null
  if (url && protocols.includes(url.protocol) && url.hostname !== '') return text
  const allowed = protocols.map((protocol) => `${protocol}//`).join(' or ')
  throw new ConfigError(`${name} is "${withoutPassword(text)}": an address that begins with ${allowed} is allowed`)
}

/** The library would pass over what comes after the database's number, and a password may be cut off at a `?`. */
function redisAddress(text: string | null): string | null {
  const address = serverUrl('TOLLGATE_REDIS_URL', text, ['redis:', 'rediss:'])
  if (address === null) return null
  const { pathname, search, hash, username, password } = new URL(address)
  if (/^\/?\d{0,5}$/.test(pathname) && !search && !hash && isDecodable(username + password)) return address
  throw new ConfigError(
    `TOLLGATE_REDIS_URL is "${withoutPassword(address)}": redis://user:password@host:port/database is allowed, with a ` +
      'number as database and nothing after it; in user and password a % is written %25, a / is %2F',
  )
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/**
 * An address without its password, for messages. Also a text that is no address: whatever stands before an `@` may be
 * somebody's password.
 */
export function withoutPassword(text: string): string {
  return text
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)?([^:@/]*):.*@/i, '$1$2:***@')
    .replaceAll(/([?&]\w*password=)[^&]*/gi, '$1***')
}

/** Processes that cannot reach each other would each count and cache for themselves. */
function workers(text: string | null, redisUrl: string | null): number {
  const count = integer('TOLLGATE_WORKERS', text, 1, 1, 64)
  if (count === 1 || redisUrl !== null) return count
  throw new ConfigError(`TOLLGATE_WORKERS is "${count}": without TOLLGATE_REDIS_URL only 1 is allowed`)
}

function headerText(name: string, text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text
  throw new ConfigError(
    `${name} has characters that cannot stand in a header: printable ASCII without spaces is allowed`,
  )
}

function accountId(text: string | null): string | null {
  if (text === null || /^[0-9a-f]{32}$/i.test(text)) return text
  throw new ConfigError(`TOLLGATE_PROVIDER_WORKERS_AI_ACCOUNT_ID is "${text}": 32 hex digits are allowed`)
}

function logLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text)
  if (level) return level
  throw new ConfigError(`TOLLGATE_LOG_LEVEL is "${text}": ${logLevels.join(', ')} are allowed`)
}
