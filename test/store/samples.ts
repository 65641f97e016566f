import assert from 'node:assert/strict'
import type { GatewayRecord } from '../../src/contract/gateway-record.ts'
import type { AuditEntry } from '../../src/contract/audit-entry.ts'
import { createIds } from '../../src/kernel/ids.ts'
import type { LogFilters, LogQuery, Store } from '../../src/store/store.ts'

/** A test in which a store of its own is open. */
export type WithStore = (sentence: string, body: (store: Store) => Promise<void>) => void

export const plainGateway: Omit<GatewayRecord, 'number'> = {
  accountId: 'acme',
  id: 'one',
  settings: {},
  createdMs: 1_700_000_000_000,
  cacheEpoch: 0,
  modifiedMs: 1_700_000_000_000,
}

const newId = createIds(() => 1_700_000_000_000)

/** An entry for a change that a test makes. */
export function sampleAudit(changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id: newId(),
    accountId: 'acme',
    gatewayId: null,
    actor: 'admin',
    action: 'update',
    resource: 'gateway',
    resourceId: 'one',
    before: null,
    after: null,
    atMs: 1_700_000_000_000,
    ...changes,
  }
}

export async function insertGateway(store: Store, accountId: string, id: string): Promise<GatewayRecord> {
  const inserted = await store.gateways.insert({ ...plainGateway, accountId, id }, sampleAudit())
  assert.ok(inserted)
  return inserted.record
}

export function query(gateway: number, changes: Partial<LogQuery> = {}, filters: Partial<LogFilters> = {}): LogQuery {
  return {
    gateway,
    filters: { fromMs: null, untilMs: null, success: null, cached: null, model: null, provider: null, ...filters },
    orderBy: 'created_at',
    direction: 'desc',
    page: 1,
    perPage: 50,
    ...changes,
  }
}
