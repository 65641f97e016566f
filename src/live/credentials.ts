import type { Clock } from '../kernel/clock.ts'
import { createSecretCheck, hashToken, isTokenShaped } from '../kernel/secrets.ts'
import type { Caller } from '../contract/permissions.ts'
import type { Live } from './live.ts'

/** A credential of Tollgate's that stood in a text; `caller` is null where no token of this instance is like it. */
export interface FoundCredential {
  text: string
  caller: Caller | null
}

/** How the instance's own credentials are known: the admin token, and tokens of accounts. */
export interface Credentials {
  /** The credential that stands in a header's or parameter's value, in whatever form; null: none. Cheap where there is none. */
  find(text: string): FoundCredential | null
  /** Whether a text is the admin token; takes the same time for every text of one length. */
  isAdminToken(text: string): boolean
  /** Who holds this token; null: nobody (any more). */
  holderOf(text: string): Caller | null
}

/** What may stand around a credential: schemes, lists, quotes, and the prefix of a subprotocol. */
const around = /[\s,"'.]+/
const prefix = 'tg_'
/** Long enough to be no word; keys of providers do not begin like this. */
const tokenLike = /^tg_[0-9A-Za-z]{40,}/

/** Tokens whose hashes are remembered. */
const mostHashes = 1000

export function createCredentials(adminToken: string, live: Pick<Live, 'token'>, clock: Clock): Credentials {
  const isAdminToken = createSecretCheck(adminToken)
  // Its beginning is no secret worth the name, and keeps other values from being taken apart and hashed.
  const start = adminToken.slice(0, 3)

  function findAdmin(text: string): string | null {
    if (text.length < adminToken.length || !text.includes(start)) return null
    const isToken = (piece: string): boolean => piece.length === adminToken.length && isAdminToken(piece)
    if (isToken(text)) return text
    const behindScheme = text.slice(text.indexOf(' ') + 1).trim()
    return isToken(behindScheme) ? behindScheme : (text.split(around).find(isToken) ?? null)
  }
  /** Of tokens that were good: what they hash to is asked for at each of their requests. */
  const hashes = new Map<string, string>()

  function hashOf(text: string): string | null {
    const known = hashes.get(text)
    if (known !== undefined) return known
    if (!isTokenShaped(text)) return null
    const made = hashToken(text)
    if (live.token(made) === undefined) return null
    if (hashes.size >= mostHashes) hashes.clear()
    hashes.set(text, made)
    return made
  }
  function holderOf(text: string): Caller | null {
    if (isAdminToken(text)) return { kind: 'admin' }
    const hash = hashOf(text)
    const token = hash === null ? undefined : live.token(hash)
    if (!token || (token.expiresMs !== null && token.expiresMs <= clock.nowMs())) return null
    return { kind: 'token', ...token.grant }
  }
  return {
    isAdminToken,
    holderOf,
    find(text) {
      const own = findAdmin(text)
      if (own !== null) return { text: own, caller: { kind: 'admin' } }
      const token = findToken(text)
      return token === null ? null : { text: token, caller: holderOf(token) }
    },
  }
}

/** A token, or what was one before somebody mistyped it or lost its end: a provider should not get to see that either. */
function findToken(text: string): string | null {
  for (let at = text.indexOf(prefix); at !== -1; at = text.indexOf(prefix, at + 1)) {
    const [token] = tokenLike.exec(text.slice(at)) ?? []
    if (token === undefined) continue
    // In the middle of other random text, such as a JWT, only the checksum tells that it is one.
    if (isTokenShaped(token) || !/[0-9A-Za-z_-]$/.test(text.slice(0, at))) return token
  }
  return null
}
