import { GatewayError } from '../kernel/errors.ts'
import { toIso } from './present.ts'

/** `If-Match` carries the `modified_at` of the version that the caller has seen. Throws `precondition_failed` for an older one. */
export function requireUnchanged(what: string, modifiedMs: number, ifMatch: string | undefined): void {
  const modifiedAt = toIso(modifiedMs)
  if (ifMatch === undefined || ifMatch === '*' || ifMatch === modifiedAt) return
  throw new GatewayError(
    'precondition_failed',
    `${what} was changed at ${modifiedAt}, after the version of If-Match. Read it again.`,
  )
}
