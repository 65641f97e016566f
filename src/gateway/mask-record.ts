import type { LogRecord, PassedElement } from '../contract/log-record.ts'
import { shortestSecret } from '../journal/mask.ts'

/**
 * Masks a request's secrets in all texts of its record that came from outside. Tollgate's own words stay as they are,
 * so that a "secret" which is one of them, or a piece of the written form, harms no row.
 */
export function maskRecord(record: LogRecord, secrets: readonly string[]): void {
  const known = secrets.filter((secret) => secret.length >= shortestSecret)
  if (known.length === 0) return
  const mask = (text: string): string => known.reduce(maskOne, text)
  const maskOrNull = (text: string | null): string | null => text && mask(text)

  record.provider = mask(record.provider)
  record.path = mask(record.path)
  if (record.eventId !== record.id) record.eventId = mask(record.eventId)
  record.model = maskOrNull(record.model)
  record.userAgent = maskOrNull(record.userAgent)
  record.requestContentType = maskOrNull(record.requestContentType)
  record.responseContentType = maskOrNull(record.responseContentType)
  record.error = maskOrNull(record.error)
  if (record.attempts) {
    record.attempts = record.attempts.map((attempt) => ({ ...attempt, error: maskOrNull(attempt.error) }))
  }
  if (record.route)
    record.route = { ...record.route, path: record.route.path.map((passed) => maskPassed(passed, mask)) }
  if (record.cost?.unknown !== undefined) record.cost = { ...record.cost, unknown: mask(record.cost.unknown) }
  if (!record.metadata) return
  record.metadata = Object.fromEntries(
    Object.entries(record.metadata).map(([key, value]) => [mask(key), typeof value === 'string' ? mask(value) : value]),
  )
}

/** What a route's owner wrote stays; why a model could not be asked may hold words of the client's. */
function maskPassed(passed: PassedElement, mask: (text: string) => string): PassedElement {
  return passed.error === undefined ? passed : { ...passed, error: mask(passed.error) }
}

/** Most texts are shorter than a key, and so cannot hold it. */
function maskOne(text: string, secret: string): string {
  if (text.length < secret.length || !text.includes(secret)) return text
  return text.replaceAll(secret, '*'.repeat(secret.length))
}
