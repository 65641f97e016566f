import type { Provider } from '../providers/provider.ts'
import type { RequestOptions } from './request-options.ts'

/**
 * Puts the provider's key, which a chat's client has in `Authorization: Bearer`, where the provider takes it. A client that
 * shows a key in the provider's own way is left alone.
 */
export function carryCredential({ auth }: Provider, options: RequestOptions): void {
  const own = auth[0]
  if (own?.in !== 'header' || own.name === 'authorization') return
  const at = placeOf(options.forwarded, 'authorization')
  const key = /^bearer\s+(\S.*)$/i.exec(options.forwarded[at + 1] ?? '')?.[1]
  if (at === -1 || key === undefined || placeOf(options.forwarded, own.name) !== -1) return
  options.forwarded[at] = own.name
  options.forwarded[at + 1] = own.scheme === null ? key : `${own.scheme} ${key}`
}

function placeOf(headers: readonly string[], name: string): number {
  return headers.findIndex((text, at) => at % 2 === 0 && text.toLowerCase() === name)
}
