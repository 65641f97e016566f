import { createPrivateKey, sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { JsonKeys } from '../contract/json-keys.ts'
import type { Clock } from '../kernel/clock.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { UpstreamAnswer, UpstreamCall, Upstreams } from './upstream.ts'

export type ServiceAccount = JsonKeys['service-account']

/** Where and for what an account's token is got. */
export interface TokenPlace {
  tokenUrl: string
  /** Who the account says that it wants a token of: the issuer's own address, also where `tokenUrl` is another. */
  audience: string
  scope: string
}

/** Access tokens of service accounts: got once, and used until shortly before they expire. */
export interface AccessTokens {
  /** `secret` is the account as text: a changed one has another token. Rejects with `upstream_failed` or `upstream_timeout`. */
  of(secret: string, account: ServiceAccount, place: TokenPlace): string | Promise<string>
}

interface Kept {
  token: string
  expiresMs: number
}

/** A token is got anew, while the old one still serves, when less than this is left of it. */
const renewMs = 300_000
/** With less than this left it serves no more: the request still has to arrive. */
const spareMs = 30_000
const exchangeMs = 10_000
const mostBytes = 64 << 10
/** How long the account vouches for itself; Google allows an hour at most. */
const assertionSeconds = 3600

export function createAccessTokens({ upstreams, clock }: { upstreams: Upstreams; clock: Clock }): AccessTokens {
  const tokens = new Map<string, Kept>()
  const running = new Map<string, Promise<Kept>>()

  /** One at a time for each account. */
  function exchange(secret: string, account: ServiceAccount, place: TokenPlace): Promise<Kept> {
    const known = running.get(secret)
    if (known) return known
    const next = getToken(account, place, upstreams, clock.nowMs()).then((kept) => {
      for (const [other, { expiresMs }] of tokens) if (expiresMs <= clock.nowMs()) tokens.delete(other)
      tokens.set(secret, kept)
      return kept
    })
    running.set(secret, next)
    next.then(
      () => running.delete(secret),
      () => running.delete(secret),
    )
    return next
  }

  return {
    of(secret, account, place) {
      const kept = tokens.get(secret)
      const leftMs = (kept?.expiresMs ?? 0) - clock.nowMs()
      if (!kept || leftMs <= spareMs) return exchange(secret, account, place).then(({ token }) => token)
      // While the old one is good, nobody has to hear that a new one could not be got.
      if (leftMs <= renewMs) exchange(secret, account, place).catch(() => {})
      return kept.token
    },
  }
}

/** https://developers.google.com/identity/protocols/oauth2/service-account#httprest (2026-11-26); RFC 7523. */
async function getToken(
  account: ServiceAccount,
  place: TokenPlace,
  upstreams: Upstreams,
  nowMs: number,
): Promise<Kept> {
  const { origin, pathname, host } = new URL(place.tokenUrl)
  const assertion = await vouch(account, place, Math.floor(nowMs / 1000))
  const form = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
  const call = upstreams.call({
    origin,
    path: pathname,
    method: 'POST',
    headers: ['content-type', 'application/x-www-form-urlencoded', 'accept', 'application/json'],
    body: Buffer.from(form.toString()),
    isUserGiven: false,
  })
  const { status, text } = await inTime(call, host)
  const { access_token: token, expires_in: seconds, error } = fieldsOf(text)
  if (status === 200 && typeof token === 'string' && /^[!-~]+$/.test(token) && typeof seconds === 'number') {
    return { token, expiresMs: nowMs + seconds * 1000 }
  }
  // A word such as `invalid_grant`; anything else may hold what nobody should read.
  const reason = typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) ? `, ${error}` : ''
  throw new GatewayError(
    'upstream_failed',
    `Failed to get an access token: ${host} did not take the service account (status ${status}${reason})`,
  )
}

/** The signed text by which an account shows who it is. Off the main thread: it takes a millisecond. */
async function vouch(account: ServiceAccount, { audience, scope }: TokenPlace, iat: number): Promise<string> {
  const claims = { iss: account.client_email, scope, aud: audience, iat, exp: iat + assertionSeconds }
  const head = { alg: 'RS256', typ: 'JWT', ...(account.private_key_id && { kid: account.private_key_id }) }
  const text = `${base64url(head)}.${base64url(claims)}`
  try {
    const signature = await promisify(sign)('RSA-SHA256', Buffer.from(text), createPrivateKey(account.private_key))
    return `${text}.${signature.toString('base64url')}`
  } catch {
    // Not the cause: it may hold a piece of the key.
    throw new GatewayError('upstream_failed', 'The service account has no usable private key.')
  }
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

async function inTime(call: UpstreamCall, host: string): Promise<{ status: number; text: string }> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new GatewayError('upstream_timeout', `No access token from ${host} in ${exchangeMs / 1000} s`)),
    exchangeMs,
  )
  const whole = call.answer.then(async (answer) => ({ status: answer.status, text: await textOf(answer) }))
  try {
    return await Promise.race([whole, late.promise])
  } finally {
    clearTimeout(timer)
    call.abort()
  }
}

function textOf(answer: UpstreamAnswer): Promise<string> {
  const whole = Promise.withResolvers<string>()
  const chunks: Buffer[] = []
  let bytes = 0
  answer.deliver({
    chunk(chunk) {
      bytes += chunk.length
      if (bytes <= mostBytes) chunks.push(chunk)
      else whole.reject(new GatewayError('upstream_failed', 'Failed to get an access token: the answer has no end'))
    },
    end: () => whole.resolve(Buffer.concat(chunks).toString()),
    failed: whole.reject,
  })
  return whole.promise
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
