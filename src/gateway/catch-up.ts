import { type ErrorCode, GatewayError } from '../kernel/errors.ts'

/** What is said of things that another process may have made a moment ago. */
const mayAppear: ReadonlySet<ErrorCode> = new Set(['provider_unknown', 'key_unknown'])

/**
 * Finds something in the snapshots. Where it is not there, `catchUp` brings in what other processes changed before, and it is
 * looked for once more; null: there is no other process. What is found at once costs nothing.
 */
export function findOrCatchUp<T>(find: () => T, catchUp: (() => Promise<void>) | null): T | Promise<T> {
  try {
    return find()
  } catch (error) {
    if (!catchUp || !(error instanceof GatewayError) || !mayAppear.has(error.code)) throw error
    return catchUp().then(find)
  }
}
