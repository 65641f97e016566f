import { isJsonKey, readJsonKey } from '../contract/json-keys.ts'
import type { ProviderKey } from './provider-keys.ts'

/** A service account is longer than this in base64, and what begins otherwise is no JSON object. */
const pattern = /^(?:bearer +)?(ey[A-Za-z0-9+/_-]{300,}={0,2})$/i

/**
 * The client's own service account, sent in base64 as Cloudflare takes it: `Authorization: Bearer <base64 of the JSON file>`. It is
 * taken out of the headers, for it is exchanged as a stored one is. Null where there is none.
 */
export function takeOwnAccount(headers: string[]): ProviderKey | null {
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (headers[at]?.toLowerCase() !== 'authorization') continue
    const [, text] = pattern.exec(headers[at + 1] ?? '') ?? []
    const secret = text === undefined ? '' : Buffer.from(text, 'base64').toString()
    if (!isJsonKey(secret) || readJsonKey('service-account', secret) === null) continue
    headers.splice(at, 2)
    return { id: null, alias: null, isClients: true, secret, limit: null }
  }
  return null
}
