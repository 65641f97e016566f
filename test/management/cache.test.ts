import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { gatewayRoutes } from '../../src/contract/gateways.ts'
import type { StoredAnswer } from '../../src/kv/kv.ts'
import { sampleAudit } from '../store/samples.ts'
import { type Management, openManagement } from './open.ts'

const answer: StoredAnswer = {
  storedMs: 0,
  status: 200,
  headers: [],
  body: Buffer.from('{}'),
  logBody: null,
  isLogTruncated: false,
  model: null,
  tokensIn: null,
  tokensOut: null,
  costNanoUsd: null,
}
const limit = { requests: 1, windowMs: 60_000, technique: 'fixed' } as const

describe('management: cached answers', () => {
  let api: Management
  let number: number
  before(async () => {
    api = await openManagement()
  })
  beforeEach(async () => {
    for (const known of await api.deps.store.gateways.all())
      await api.deps.store.gateways.remove(known.number, sampleAudit())
    await api.call('POST', 'gateways', { id: 'a', cache_ttl: 60 })
    number = (await stored()).number
    await api.kv.settle({ gateway: number, key: 'k', token: '' }, { answer, ttlMs: 60_000 })
    assert.equal(await look(), 'hit')
  })
  after(() => api.close())

  const look = async () => {
    const asked = { gateway: number, cache: { key: 'k', joins: true }, limit: null }
    return (await api.kv.admit(asked)).type
  }
  const stored = async () => {
    const [record] = await api.deps.store.gateways.all()
    assert.ok(record)
    return record
  }

  it('are dropped by a change of settings, and none stored under the old epoch is found again', async () => {
    await api.call('PATCH', 'gateways/a', { collect_logs: false })
    assert.equal((await stored()).cacheEpoch, 1)
    assert.equal(await look(), 'pass')
  })

  it('stay where the resulting settings say so', async () => {
    await api.call('PUT', 'gateways/a', { cache_invalidate_on_update: false })
    await api.call('PUT', 'gateways/a', { collect_logs: false })
    assert.equal((await stored()).cacheEpoch, 0)
    assert.equal(await look(), 'hit')
    await api.call('PUT', 'gateways/a', { cache_invalidate_on_update: true })
    assert.equal(await look(), 'pass')
  })

  it('are dropped by a purge, whatever the settings say', async () => {
    await api.call('PUT', 'gateways/a', { cache_invalidate_on_update: false })
    const purged = await api.call('DELETE', 'gateways/a/cache')
    assert.deepEqual([purged.status, purged.result], [200, { id: 'a', purged: true }])
    assert.deepEqual(gatewayRoutes.purge.result.parse(purged.result), purged.result)
    assert.equal(await look(), 'pass')
    const record = await stored()
    assert.deepEqual([record.cacheEpoch, record.settings['cache_ttl']], [1, 60])
    const told = api.changes.at(-1)
    assert.deepEqual(told, { type: 'gateway', record, version: await api.deps.store.gateways.version() })
    assert.equal((await api.call('DELETE', 'gateways/none/cache')).status, 404)
    assert.equal((await api.call('GET', 'gateways/a/cache')).status, 405)
  })

  it('every one of several purges and changes at once raises the epoch', async () => {
    const calls = [1, 2, 3, 4].flatMap((ttl) => [
      api.call('DELETE', 'gateways/a/cache'),
      api.call('PATCH', 'gateways/a', { cache_ttl: ttl }),
    ])
    for (const { status } of await Promise.all(calls)) assert.equal(status, 200)
    assert.equal((await stored()).cacheEpoch, 8)
  })

  it('go with their gateway, and so do its counters', async () => {
    await api.kv.admit({ gateway: number, cache: null, limit })
    assert.equal((await api.kv.admit({ gateway: number, cache: null, limit })).type, 'limited')
    await api.call('DELETE', 'gateways/a')
    assert.equal(await look(), 'pass')
    assert.equal((await api.kv.admit({ gateway: number, cache: null, limit })).type, 'pass')
  })
})
