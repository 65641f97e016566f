import { createHmac, hash } from 'node:crypto'

/** A request that is to be signed. Headers as names and values in turn, `host` among them. */
export interface UnsignedRequest {
  method: string
  /** Path as it is sent, percent-encoded; query as it is sent, without `?`. */
  path: string
  query: string
  headers: readonly string[]
  body: Buffer
}

export interface SigningKey {
  accessKeyId: string
  secretAccessKey: string
  /** Null: the key is not a temporary one. */
  sessionToken: string | null
}

/** What a signature is good for. */
export interface SigningScope {
  region: string
  service: string
}

const algorithm = 'AWS4-HMAC-SHA256'

/**
 * The headers, names and values in turn, that sign a request with Signature Version 4: `x-amz-date`,
 * `x-amz-security-token` for a temporary key, and `authorization`. All headers that are given are signed.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (2026-11-26)
 */
export function signRequest(request: UnsignedRequest, key: SigningKey, scope: SigningScope, nowMs: number): string[] {
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const added = ['x-amz-date', time]
  if (key.sessionToken !== null) added.push('x-amz-security-token', key.sessionToken)
  const { lines, names } = canonicalHeaders([...request.headers, ...added])
  const canonical = [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    lines,
    names,
    hash('sha256', request.body, 'hex'),
  ].join('\n')

  const date = time.slice(0, 8)
  const place = `${date}/${scope.region}/${scope.service}/aws4_request`
  const text = `${algorithm}\n${time}\n${place}\n${hash('sha256', canonical, 'hex')}`
  const seed: string | Buffer = `AWS4${key.secretAccessKey}`
  const daily = [date, scope.region, scope.service, 'aws4_request'].reduce<string | Buffer>(hmac, seed)
  const signature = hmac(daily, text).toString('hex')
  const credential = `Credential=${key.accessKeyId}/${place}`
  return [...added, 'authorization', `${algorithm} ${credential}, SignedHeaders=${names}, Signature=${signature}`]
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** Each segment is encoded once more; `.` and empty ones are nothing, `..` takes one back. */
function canonicalPath(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(encode(segment))
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`
}

/** Sorted by name, then by value, in the order of their bytes. */
function canonicalQuery(query: string): string {
  if (query === '') return ''
  const pairs = query.split('&').map((part) => {
    const equals = part.indexOf('=')
    const [name, value] = equals === -1 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)]
    return [encode(decode(name)), encode(decode(value))] as const
  })
  return pairs
    .toSorted((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function canonicalHeaders(headers: readonly string[]): { lines: string; names: string } {
  const values = new Map<string, string>()
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = (headers[at] ?? '').toLowerCase()
    const value = (headers[at + 1] ?? '').trim().replaceAll(/ +/g, ' ')
    const known = values.get(name)
    values.set(name, known === undefined ? value : `${known},${value}`)
  }
  const sorted = [...values].toSorted((a, b) => compare(a[0], b[0]))
  return {
    lines: sorted.map(([name, value]) => `${name}:${value}\n`).join(''),
    names: sorted.map(([name]) => name).join(';'),
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** RFC 3986: everything but letters, digits, `-`, `.`, `_` and `~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
