import { isJsonKey, type JsonKeys, readJsonKey } from '../contract/json-keys.ts'
import type { Clock } from '../kernel/clock.ts'
import { GatewayError } from '../kernel/errors.ts'
import { signRequest } from '../kernel/sigv4.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { ProviderKey } from './provider-keys.ts'
import type { Target } from './target.ts'
import type { UpstreamRequest } from './upstream.ts'

/** A request with a credential, and the texts that must be masked wherever they turn up. */
export interface KeyedRequest {
  request: UpstreamRequest
  secrets: string[]
}

/**
 * Adds a key to a request: in a header, as a signature, or as the access token that it is exchanged for. Throws
 * `key_unknown` where the key is not of the form that it has to be, and what an exchange throws.
 */
export type AddKey = (
  request: UpstreamRequest,
  target: Target,
  key: ProviderKey,
) => KeyedRequest | Promise<KeyedRequest>

export function createAddKey({ clock, tokens }: { clock: Clock; tokens: AccessTokens }): AddKey {
  return (request, target, { secret }) => {
    const { jsonKey } = target
    if (!jsonKey || !isJsonKey(secret)) return withHeader(request, target, secret)
    if (jsonKey.form === 'sigv4') {
      return signed(request, target, readJsonKey('sigv4', secret) ?? malformed(), clock.nowMs())
    }
    const account = readJsonKey('service-account', secret) ?? malformed()
    const token = tokens.of(secret, account, jsonKey)
    return typeof token === 'string'
      ? withHeader(request, target, token)
      : token.then((got) => withHeader(request, target, got))
  }
}

function withHeader(request: UpstreamRequest, { keyPlace }: Target, secret: string): KeyedRequest {
  const value = keyPlace.scheme === null ? secret : `${keyPlace.scheme} ${secret}`
  return { request: { ...request, headers: [...request.headers, keyPlace.name, value] }, secrets: [secret] }
}

/** Half a signature that the client may have left would be one too many. */
const ofSignature: ReadonlySet<string> = new Set(['x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'])

function signed(request: UpstreamRequest, target: Target, key: JsonKeys['sigv4'], nowMs: number): KeyedRequest {
  const { body, method, origin } = request
  if (!target.signedFor) return malformed()
  if (body !== null && !Buffer.isBuffer(body)) {
    throw new GatewayError(
      'body_too_large',
      'A request that is signed here may have 8 MiB at most, for the signature is over all of it. Sign it yourself, or use a ' +
        "key that is sent as it is (Amazon's API keys for Bedrock).",
    )
  }
  const headers: string[] = []
  const covered = ['host', new URL(origin).host]
  for (let at = 0; at + 1 < request.headers.length; at += 2) {
    const [name = '', value = ''] = request.headers.slice(at, at + 2)
    const lower = name.toLowerCase()
    if (ofSignature.has(lower)) continue
    headers.push(name, value)
    if (lower === 'content-type' || lower.startsWith('x-amz')) covered.push(name, value)
  }
  const unsigned = { method, path: target.path, query: target.query, headers: covered, body: body ?? Buffer.alloc(0) }
  const { accessKeyId, secretAccessKey, sessionToken = null } = key
  const added = signRequest(unsigned, { accessKeyId, secretAccessKey, sessionToken }, target.signedFor, nowMs)
  const secrets = [secretAccessKey, sessionToken, added.at(-1)].filter((text) => typeof text === 'string')
  return { request: { ...request, headers: [...headers, ...added] }, secrets }
}

function malformed(): never {
  throw new GatewayError('key_unknown', 'The stored key is not of the form that its provider has: store it again.')
}
