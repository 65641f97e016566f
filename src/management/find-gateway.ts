import { defaultGatewayId, initialGatewaySettings } from '../contract/gateway-settings.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import type { AuditEntry } from '../contract/audit-entry.ts'
import { GatewayError } from '../kernel/errors.ts'
import { applyChange, type ChangeDeps } from './apply-change.ts'
import { type Actor, auditEntry } from './audit.ts'
import type { ManagementDeps } from './deps.ts'

/** An account's gateway. `default` comes into being here if nobody has used it yet. Throws `not_found`. */
export async function findGateway(deps: ChangeDeps, accountId: string, id: string): Promise<GatewayRecord> {
  const found = await lookUp(deps, accountId, id)
  if (found !== null) return found
  if (id === defaultGatewayId) {
    const made = await insertGateway(deps, 'system', accountId, id, {})
    // Null: another request made it in between.
    const record = made ?? (await lookUp(deps, accountId, id))
    if (record !== null) return record
  }
  throw new GatewayError('not_found', `Gateway not found: the account ${accountId} has no gateway ${id}.`)
}

/** Stores a new gateway and tells the data plane. Null if the account has a gateway of that id. */
export async function insertGateway(
  deps: ChangeDeps,
  actor: Actor,
  accountId: string,
  id: string,
  given: Record<string, unknown>,
): Promise<GatewayRecord | null> {
  const nowMs = deps.clock.nowMs()
  const settings = { ...initialGatewaySettings(id), ...given }
  const gateway = { accountId, id, settings, cacheEpoch: 0, createdMs: nowMs, modifiedMs: nowMs }
  const audit = gatewayAudit(deps, actor, { accountId, id, action: 'create', before: null, after: settings })
  const inserted = await deps.store.gateways.insert(gateway, audit)
  if (inserted === null) return null
  const { record, version } = inserted
  await applyChange(deps, { type: 'gateway', record, version })
  return record
}

/** The audit entry for a change of a gateway; `before` and `after` are its settings. */
export function gatewayAudit(
  deps: Pick<ChangeDeps, 'clock' | 'newId'>,
  actor: Actor,
  { accountId, id, ...rest }: Pick<AuditEntry, 'accountId' | 'action' | 'before' | 'after'> & { id: string },
): AuditEntry {
  return auditEntry(deps, actor, { ...rest, accountId, gatewayId: id, resource: 'gateway', resourceId: id })
}

async function lookUp(
  { store }: Pick<ManagementDeps, 'store'>,
  accountId: string,
  id: string,
): Promise<GatewayRecord | null> {
  const { rows } = await store.gateways.page({ accountId, id, search: null, numbers: null, page: 1, perPage: 1 })
  return rows[0] ?? null
}
