import { GatewayError } from '../kernel/errors.ts'

/** Which door a request came through, split by hand: this runs for every request. */
export interface Door {
  accountId: string
  gatewayId: string
  /** The provider's slug as it stands in the path. */
  slug: string
  /** Path after the slug without leading slash, undecoded. */
  path: string
  /** Query without `?`, possibly empty. */
  query: string
}

/** The slug where the model stands in the body, and chats of every provider have one shape. */
export const chatDoor = 'compat'

const prefix = '/v1/'
const name = /^[A-Za-z0-9_-]{1,64}$/

/** Splits `/v1/{account}/{gateway}/{provider}/{path}?{query}`. Whether the names are names is checked by `checkDoor`. */
export function readDoor(url: string): Door {
  const mark = url.indexOf('?')
  const pathEnd = mark === -1 ? url.length : mark
  const query = mark === -1 ? '' : url.slice(mark + 1)
  const accountEnd = segmentEnd(url, prefix.length, pathEnd)
  const gatewayEnd = segmentEnd(url, accountEnd + 1, pathEnd)
  const slugEnd = segmentEnd(url, gatewayEnd + 1, pathEnd)
  const accountId = url.slice(prefix.length, accountEnd)
  const gatewayId = url.slice(accountEnd + 1, gatewayEnd)
  const slug = url.slice(gatewayEnd + 1, slugEnd)
  return { accountId, gatewayId, slug, path: url.slice(slugEnd + 1, pathEnd), query }
}

/** Whether the body lists the targets: `/v1/{account}/{gateway}`, with a slash behind it or not. Throws `method_unsupported`. */
export function isUniversal({ slug, path }: Door, method: string): boolean {
  if (slug !== '' || path !== '') return false
  if (method === 'POST') return true
  throw new GatewayError(
    'method_unsupported',
    `The universal endpoint takes POST, not ${shown(method)}. A provider is called at /v1/{account_id}/{gateway_id}/{provider}/...`,
    { headers: ['allow', 'POST'] },
  )
}

/** Throws `no_route` where account or gateway cannot be a name. Only doors without a known gateway need to be asked. */
export function checkDoor({ accountId, gatewayId }: Door): void {
  if (name.test(accountId) && name.test(gatewayId)) return
  throw new GatewayError(
    'no_route',
    `${shown(`/v1/${accountId}/${gatewayId}`)} is not an address here: use /v1/{account_id}/{gateway_id}/{provider}/...`,
  )
}

function segmentEnd(url: string, start: number, pathEnd: number): number {
  if (start > pathEnd) return pathEnd
  const slash = url.indexOf('/', start)
  return slash === -1 || slash > pathEnd ? pathEnd : slash
}

/**
 * The path as it may be appended to a provider's base. Throws `provider_invalid` where a decoded segment is `..`: it
 * would leave the base. A backslash never separates, so it is sent encoded.
 */
export function checkPath(path: string): string {
  if (!path.includes('%') && !path.includes('..') && !path.includes('\\') && !path.includes('#')) return path
  let decoded = path
  // Decoded as often as any server behind might do it.
  for (let round = 0; round < 4 && decoded.includes('%'); round++) decoded = decodeLeniently(decoded)
  if (decoded.split('/').includes('..')) {
    throw new GatewayError('provider_invalid', `The path ${shown(path)} leaves the provider's base: remove ".."`)
  }
  return path.replaceAll('\\', '%5C').replaceAll('#', '%23')
}

function decodeLeniently(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

/** A text of the client's as it may stand in an error message. */
export function shown(text: string): string {
  const clean = text.replaceAll(/[^\x20-\x7e]/g, '?')
  return clean.length > 120 ? `"${clean.slice(0, 120)}..."` : `"${clean}"`
}
