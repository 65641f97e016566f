import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import type { ProviderKey } from '../contract/provider-configs.ts'
import { createVault } from '../kernel/vault.ts'
import { createLive } from './live.ts'

const record = (number: number, modifiedMs: number, settings: Record<string, unknown> = {}): GatewayRecord => ({
  number,
  accountId: 'acc',
  id: 'gate',
  settings,
  createdMs: 0,
  cacheEpoch: 0,
  modifiedMs,
})

test('a change is in force when apply returns, and accounts do not see each other', () => {
  const live = createLive([record(1, 1, { authentication: true, collect_logs: false })])
  assert.deepEqual(
    { ...live.gateway('acc', 'gate') },
    {
      number: 1,
      accountId: 'acc',
      id: 'gate',
      cacheEpoch: 0,
      modifiedMs: 1,
      authentication: true,
      collectLogs: false,
      byokOnly: false,
      cacheTtlMs: 0,
      rateLimit: null,
      retry: { maxAttempts: 1, delayMs: 500, backoff: 'exponential' },
      rateLimitFailsOpen: true,
    },
  )
  live.apply({ type: 'gateway', record: record(1, 2), version: null })
  assert.equal(live.gateway('acc', 'gate')?.authentication, false)
  assert.equal(live.gateway('other', 'gate'), undefined)
})

test('of two versions of the same moment the one with the lower cache epoch is the older', () => {
  const live = createLive([{ ...record(1, 5), cacheEpoch: 2 }])
  live.apply({ type: 'gateway', record: { ...record(1, 5), cacheEpoch: 1 }, version: null })
  assert.equal(live.gateway('acc', 'gate')?.cacheEpoch, 2)
})

test('a change that comes late does not undo a newer one, nor a removal the gateway that took the name', () => {
  const live = createLive([record(1, 5, { authentication: true })])
  live.apply({ type: 'gateway', record: record(1, 4), version: null })
  assert.equal(live.gateway('acc', 'gate')?.authentication, true)
  live.apply({ type: 'gateway', record: record(2, 1), version: null })
  live.apply({ type: 'gateway-removed', number: 1, accountId: 'acc', id: 'gate', version: null })
  assert.equal(live.gateway('acc', 'gate')?.number, 2)
  live.apply({ type: 'gateway-removed', number: 2, accountId: 'acc', id: 'gate', version: null })
  assert.equal(live.gateway('acc', 'gate'), undefined)
})

test('provider keys come with their documents, sealed, and go with their gateway', () => {
  const vault = createVault(Buffer.alloc(32, 7).toString('base64'))
  const live = createLive([record(1, 1)], vault)
  const key: ProviderKey = {
    id: 'k',
    alias: 'main',
    isDefault: true,
    sealed: vault.seal('sk-1', 'k'),
    preview: '',
    secretId: null,
    rateLimit: null,
    rateLimitPeriod: null,
    createdMs: 1,
    modifiedMs: 1,
  }
  const place = { id: 'd', accountId: 'acc', gateway: 1, parentId: null, name: 'p', createdMs: 1, modifiedMs: 1 }
  const document = { ...place, kind: 'provider_keys' as const, body: { keys: [key] } }
  live.apply({ type: 'documents', put: [document], removed: [], version: null })
  assert.equal(live.providerKeys(1, 'p')?.inTurn[0]?.secret, 'sk-1')
  live.apply({ type: 'all-documents', documents: [document], version: null })
  assert.equal(live.providerKeys(1, 'p')?.inTurn[0]?.secret, 'sk-1')
  live.apply({ type: 'gateway-removed', number: 1, accountId: 'acc', id: 'gate', version: null })
  assert.equal(live.providerKeys(1, 'p'), undefined)
})
