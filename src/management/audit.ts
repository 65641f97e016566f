import type { AuditEntry } from '../contract/audit-entry.ts'
import type { Caller } from '../contract/permissions.ts'
import type { ManagementDeps } from './deps.ts'
import { masked } from './secret-fields.ts'

/** Who changes something; `system` is Tollgate itself, where `default` comes into being. */
export type Actor = Caller | 'system'

/** The entry for a change that is about to be stored. `before` and `after` as the API shows them; secrets are masked here. */
export function auditEntry(
  { clock, newId }: Pick<ManagementDeps, 'clock' | 'newId'>,
  actor: Actor,
  what: Omit<AuditEntry, 'id' | 'actor' | 'atMs'>,
): AuditEntry {
  return {
    ...what,
    id: newId(),
    actor: nameOf(actor),
    atMs: clock.nowMs(),
    before: masked(what.before),
    after: masked(what.after),
  }
}

function nameOf(actor: Actor): string {
  if (actor === 'system') return actor
  return actor.kind === 'admin' ? 'admin' : actor.id
}
