import { createHash, hash } from 'node:crypto'
import type { Format, RequestFacts } from '../formats/format.ts'
import { formats } from '../formats/index.ts'
import { credentialHeaders } from '../kernel/header-names.ts'
import type { GatewaySnapshot } from '../live/live.ts'
import { isMeaningfulHeader } from '../providers/meaningful-headers.ts'
import type { Provider } from '../providers/provider.ts'
import type { ProviderKey } from './provider-keys.ts'
import type { RequestBody } from './request-body.ts'
import type { CacheOptions } from './request-options.ts'

/** Whether and how a request may be answered from the cache. */
export type CachePlan =
  | { type: 'cached'; key: string; ttlMs: number }
  /** Not for this request, although it or its gateway asks for it. */
  | { type: 'bypass'; reason: string }

export interface CacheAsk {
  gateway: GatewaySnapshot
  options: CacheOptions | null
  provider: Provider
  format: Format
  method: string
  /** As the provider is asked, with the client's own credential. */
  request: { origin: string; path: string; headers: readonly string[]; hidesUsage: boolean; translate?: unknown }
  /** The key that Tollgate adds; null: none. */
  key: ProviderKey | null
  body: Pick<RequestBody, 'bytes' | 'rest'>
  facts: RequestFacts
}

const usualTtlMs = 300_000

/** Null where neither the gateway nor the request asks for the cache. */
export function planCache(ask: CacheAsk): CachePlan | null {
  const { gateway, options } = ask
  if (gateway.cacheTtlMs === 0 && options === null) return null
  if (options?.skip === true) return { type: 'bypass', reason: 'skip-header' }
  const key = options?.key ?? null
  if (gateway.cacheTtlMs === 0 && key === null) return { type: 'bypass', reason: 'not-enabled' }
  const ttlMs = options?.ttlMs ?? (gateway.cacheTtlMs || usualTtlMs)
  if (ttlMs === 0) return { type: 'bypass', reason: 'ttl-zero' }
  if (ask.method !== 'POST') return { type: 'bypass', reason: 'method' }
  // What is not read may make something: a file that is uploaded twice is two files.
  if (ask.format === formats.unread || ask.format.makesJobs) return { type: 'bypass', reason: 'endpoint' }
  if (ask.body.rest !== null) return { type: 'bypass', reason: 'body-too-large' }
  return { type: 'cached', key: cacheKey(ask, key), ttlMs }
}

/**
 * Every part with its length before it: no two requests that differ in a part are written the same. The credential is
 * a part, so whoever has another one gets nothing of this one's; the hash lets nobody read it from the key.
 */
function cacheKey({ gateway, provider, method, request, key, body, facts }: CacheAsk, ownKey: string | null): string {
  let headers = ''
  let count = 0
  for (let at = 0; at + 1 < request.headers.length; at += 2) {
    const name = (request.headers[at] ?? '').toLowerCase()
    if (!isMeaningfulHeader(name) && !credentialHeaders.has(name) && !isCredentialOf(provider, name)) continue
    const value = request.headers[at + 1] ?? ''
    headers += `${name.length}:${name}${value.length}:${value}`
    count++
  }
  const flags = `${facts.isStream ? 's' : '-'}${request.hidesUsage ? 'h' : '-'}${request.translate ? 'c' : '-'}${ownKey === null ? 'b' : 'k'}${key ? 'a' : '-'}`
  // A stored key is known by its config: what it got stays when it is rotated.
  if (key) headers += part(key.id === null ? 'given' : 'stored') + part(key.id ?? key.secret)
  const text =
    `${gateway.number} ${gateway.cacheEpoch} ${flags} ${count} ${headers}${part(scopeOf(provider))}${part(request.origin)}` +
    `${part(method)}${part(request.path)}`
  const digest = ownKey === null ? digestOf(text, body.bytes) : hash('sha256', text + part(ownKey), 'base64url')
  return `${gateway.number}:${digest}`
}

/** Where the parts of a usual key are put together. */
const scratch = Buffer.allocUnsafeSlow(64 * 1024)
const mostBytesOfUnit = 3

function digestOf(text: string, body: Buffer): string {
  if (text.length * mostBytesOfUnit + body.length > scratch.length)
    return createHash('sha256').update(text).update(body).digest('base64url')
  const end = scratch.write(text)
  scratch.set(body, end)
  return hash('sha256', scratch.subarray(0, end + body.length), 'base64url')
}

/** No slug has an `@` in it. */
function scopeOf({ slug, version }: Provider): string {
  return version === undefined ? slug : `${slug}@${version}`
}

function part(text: string): string {
  return `${text.length}:${text}`
}

function isCredentialOf({ auth }: Provider, name: string): boolean {
  for (const place of auth) if (place.in === 'header' && place.name === name) return true
  return false
}
