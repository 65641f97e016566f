import { GatewayError } from '../kernel/errors.ts'
import type { Provider } from '../providers/provider.ts'
import { shown } from './door.ts'
import type { RequestOptions } from './request-options.ts'

/**
 * The address that a request names itself, in the header that its provider has for that; null where there is none. The
 * header is taken out of what is forwarded. Throws `provider_invalid` for any address that is not the provider's own.
 */
export function takeTargetHeader(provider: Provider, options: RequestOptions): URL | null {
  const { targetHeader } = provider
  if (!targetHeader) return null
  const values: string[] = []
  const kept: string[] = []
  for (let at = 0; at + 1 < options.forwarded.length; at += 2) {
    const [name = '', value = ''] = options.forwarded.slice(at, at + 2)
    if (name.toLowerCase() === targetHeader.name) values.push(value)
    else kept.push(name, value)
  }
  const [value] = values
  if (value === undefined) return null
  options.forwarded = kept
  const url = URL.canParse(value) ? new URL(value) : null
  if (values.length === 1 && url && isOf(url, targetHeader.hosts)) return url
  throw new GatewayError(
    'provider_invalid',
    `Invalid provider: the header ${targetHeader.name} is ${shown(values.join(', '))}, and only an https:// address at ` +
      `${targetHeader.hosts.join(' or ')}, without port and user, is allowed`,
  )
}

function isOf(url: URL, hosts: readonly string[]): boolean {
  if (url.protocol !== 'https:' || url.port !== '' || url.username !== '' || url.password !== '') return false
  return hosts.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`))
}
