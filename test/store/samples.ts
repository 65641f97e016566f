import assert from 'node:assert/strict'
import type { GatewayRecord } from '../../src/contract/gateway-record.ts'
import type { AuditEntry } from '../../src/contract/audit-entry.ts'
import type { LogFilter } from '../../src/contract/log-filter.ts'
import { createIds } from '../../src/kernel/ids.ts'
import type { LogQuery, Store } from '../../src/store/store.ts'

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

/** Conditions of the commonest kinds, each of one value; times are UTC ms, `untilMs` exclusive. */
export interface SampleFilters {
  fromMs?: number
  untilMs?: number
  success?: boolean
  cached?: boolean
  model?: string
  provider?: string
}

export function query(gateway: number, changes: Partial<LogQuery> = {}, filters: SampleFilters = {}): LogQuery {
  return {
    gateway,
    filters: toFilters(filters),
    search: null,
    orderBy: 'created_at',
    direction: 'desc',
    page: 1,
    perPage: 50,
    withRanges: false,
    ...changes,
  }
}

function toFilters({ fromMs, untilMs, ...equal }: SampleFilters): LogFilter[] {
  const at = (ms: number) => ({ startMs: ms, endMs: ms + 1 })
  return [
    ...(fromMs === undefined ? [] : [{ key: 'created_at', operator: 'gte', values: [at(fromMs)] } as const]),
    ...(untilMs === undefined ? [] : [{ key: 'created_at', operator: 'lt', values: [at(untilMs)] } as const]),
    ...Object.entries(equal).map(([key, value]) => ({
      key: key as keyof typeof equal,
      operator: 'eq' as const,
      values: [value],
    })),
  ].map((filter) => ({ ...filter, values: [...filter.values] }))
}
