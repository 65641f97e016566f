import type { DocumentRecord } from '../contract/document.ts'
import type { Token } from '../contract/tokens.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Live } from '../live/live.ts'
import { toIso } from './present.ts'

export type TokenDocument = DocumentRecord<'token'>

/** A token as the API shows it: never itself. */
export function presentToken(
  { id, accountId, body, createdMs, modifiedMs }: TokenDocument,
  { live, clock }: { live: Pick<Live, 'all'>; clock: Clock },
): Token {
  const own = live.all().filter((gateway) => gateway.accountId === accountId)
  const names = new Map(own.map((gateway) => [gateway.number, gateway.id]))
  return {
    id,
    name: body.label,
    preview: body.preview,
    permissions: body.permissions,
    // One that is gone is named no more, and the token opens nothing in its place.
    gateways: body.gateways && body.gateways.flatMap((number) => names.get(number) ?? []),
    expires_on: body.expiresMs === null ? null : toIso(body.expiresMs),
    status: body.expiresMs !== null && body.expiresMs <= clock.nowMs() ? 'expired' : 'active',
    created_at: toIso(createdMs),
    modified_at: toIso(modifiedMs),
  }
}
