import { namesIn, notReturned } from '../kernel/header-names.ts'
import type { UpstreamAnswer } from './upstream.ts'

/** The provider's headers as the client gets them, names and values in turn, without ours, those of the hop and what `isLeftOut`. */
export function returnedHeaders(
  headers: UpstreamAnswer['headers'],
  isLeftOut: ((name: string) => boolean) | null = null,
): string[] {
  const returned: string[] = []
  const connection = headerOf(headers, 'connection')
  const nominated = connection === null || connection === 'keep-alive' ? null : namesIn(connection)
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined || notReturned.has(name) || name.startsWith('cf-aig-') || name.startsWith('tollgate-'))
      continue
    if (nominated?.includes(name) || isLeftOut?.(name)) continue
    if (typeof value === 'string') returned.push(name, value)
    else for (const each of value) returned.push(name, each)
  }
  return returned
}

/** One header's value; the first where there are several. */
export function headerOf(headers: UpstreamAnswer['headers'], name: string): string | null {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? null
}
