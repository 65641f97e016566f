import { GatewayError } from '../kernel/errors.ts'
import { hasOwnPrefix, notForwarded } from '../kernel/header-names.ts'

const path = ['body', 'headers']

/**
 * The extra headers of a custom provider, a JSON object as text. Throws `input_invalid`, which names a header at most,
 * never a value: that may be a credential.
 */
export function requireHeaders(text: string): void {
  const headers = readHeaders(text)
  if (headers === null) {
    throw new GatewayError('input_invalid', 'headers: expected a JSON object of texts, as in {"x-api-key": "..."}', {
      path,
    })
  }
  for (const [name, value] of Object.entries(headers)) {
    const fault = faultOf(name.toLowerCase(), value)
    if (fault)
      throw new GatewayError('input_invalid', `headers: ${JSON.stringify(name.slice(0, 64))} ${fault}`, { path })
  }
}

/** The same text with all values masked; the names still show. */
export function maskHeaders(text: string): string {
  const names = Object.keys(readHeaders(text) ?? {})
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, '***'])))
}

function readHeaders(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    // An object that is no list: its members are all that is asked for.
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

function faultOf(name: string, value: unknown): string | null {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) return 'is no name of a header'
  if (notForwarded.has(name) || hasOwnPrefix(name)) return 'is a header that the gateway itself writes or keeps back'
  if (typeof value !== 'string' || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
    return 'has a value that cannot be in a header'
  return null
}
