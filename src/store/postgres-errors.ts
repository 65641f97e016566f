import { DatabaseError } from 'pg'
import { GatewayError } from '../kernel/errors.ts'

/*
 * What PostgreSQL answers, by the first two characters of its code, see
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */

/** It is not there or cannot work now: connection, credentials, database, conflicts, resources, operator, system. */
const away = new Set(['08', '28', '3D', '40', '53', '57', '58'])
/** Also that: a lock that is not given, and a server that only reads (a standby). */
const awayExactly = new Set(['55P03', '25006'])
/** It refuses a row for what is in it: a value of a wrong kind, a size. */
const refused = new Set(['22', '54'])
/** Also that: nothing where something must be. */
const notNull = '23502'

/** A statement that was stopped because it took too long. */
const stopped = '57014'
/** No partition for a row; a check of a column would be named. */
const checkFailed = '23514'

/** Whether the connection must not be used again: what is not an answer of the server leaves it in the middle of one. */
export function breaksConnection(error: unknown): boolean {
  return !(error instanceof DatabaseError) || error.severity === 'FATAL'
}

/** What a failed connection or statement is to a caller; `afterDeadline` where it was stopped for taking too long. */
export function toStoreError(error: unknown, afterDeadline: () => GatewayError): unknown {
  if (error instanceof DatabaseError) {
    const { code = '' } = error
    if (code === stopped) return afterDeadline()
    return away.has(code.slice(0, 2)) || awayExactly.has(code) ? cannotBeUsed(error.message, error) : error
  }
  // These are mistakes in this program; all else is about the connection.
  if (error instanceof TypeError || error instanceof RangeError) return error
  return cannotBeUsed(reasonOf(error), error)
}

/** Why a row was refused for what is in it; null for every other failure. */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof DatabaseError)) return null
  const { code = '' } = error
  return refused.has(code.slice(0, 2)) || code === notNull ? error.message : null
}

/** Whether a row was refused because one with the same key is there. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '23505'
}

/** Whether there was no partition for a row. */
export function isWithoutPartition(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === checkFailed && error.constraint === undefined
}

function cannotBeUsed(reason: string, cause: unknown): GatewayError {
  return new GatewayError('unavailable', `The database cannot be used now: ${reason}. Try again later.`, { cause })
}

/** Why the database cannot be used, without addresses, which callers of the API need not know. */
export function reasonOf(error: unknown): string {
  // Several addresses of one name were tried.
  if (error instanceof AggregateError) return reasonOf(error.errors[0])
  if (!(error instanceof Error)) return String(error)
  if ('syscall' in error && 'code' in error && error.syscall !== 'open') return String(error.code)
  return inPlainWords[error.message] ?? error.message
}

/** What the driver says of a connection. */
const inPlainWords: Readonly<Record<string, string>> = {
  'Query read timeout': 'it did not answer in time',
  'timeout exceeded when trying to connect': 'it gave no connection in time',
  'Connection terminated due to connection timeout': 'it gave no connection in time',
  'Connection terminated unexpectedly': 'the connection broke',
  'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string': 'it asks for a password and was given none',
}
