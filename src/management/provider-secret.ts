import { isJsonKey, readJsonKey } from '../contract/json-keys.ts'
import { GatewayError } from '../kernel/errors.ts'
import { findProvider } from '../providers/index.ts'

const forms = {
  sigv4: '{"accessKeyId": "...", "secretAccessKey": "...", "sessionToken": "..."}, the last only for a temporary key',
  'service-account': 'the JSON file of a service account, with its client_email and private_key',
} as const

/** Throws `input_invalid`, without a word of the secret, where the provider could not be called with it. */
export function requireSecret(slug: string, secret: string): void {
  const form = findProvider(slug)?.jsonKey?.form
  if (form && isJsonKey(secret)) {
    if (readJsonKey(form, secret) !== null) return
    throw new GatewayError('input_invalid', `secret: a JSON object is ${forms[form]}`, { path: ['body', 'secret'] })
  }
  if (/^[\x20-\x7e]+$/.test(secret)) return
  throw new GatewayError('input_invalid', 'secret: expected one line of printable ASCII, for it goes into a header', {
    path: ['body', 'secret'],
  })
}

const shownCharacters = 4

/**
 * The last characters of a secret, to be known by; none of one that is so short that they would be half of it, or that
 * ends in brackets.
 */
export function previewOf(secret: string): string {
  const isShown = secret.length >= 2 * shownCharacters && !isJsonKey(secret)
  return `****${isShown ? secret.slice(-shownCharacters) : ''}`
}
