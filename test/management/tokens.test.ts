import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Management, openManagement } from './open.ts'

describe('management: tokens and the audit log', () => {
  let api: Management
  before(async () => {
    api = await openManagement()
    await api.call('POST', 'gateways', { id: 'g1' })
  })
  after(() => api.close())

  const create = async (body: object) => (await api.call('POST', 'tokens', body)).result
  const verify = (value: string) =>
    api.call('GET', '/client/v4/user/tokens/verify', undefined, { authorization: `Bearer ${value}` })

  it('is shown once, and is stored nowhere', async () => {
    const made = await create({ name: 'ci', permissions: ['AI Gateway Run'], gateways: ['g1'] })
    assert.match(made.value, /^tg_[0-9A-Za-z]{49}$/)
    const { value, ...rest } = made
    assert.deepEqual((await api.call('GET', `tokens/${made.id}`)).result, rest)
    assert.deepEqual(rest, {
      id: made.id,
      name: 'ci',
      preview: value.slice(0, 7),
      permissions: ['AI Gateway Run'],
      gateways: ['g1'],
      expires_on: null,
      status: 'active',
      created_at: '2026-03-01T00:00:00.000Z',
      modified_at: '2026-03-01T00:00:00.000Z',
    })
    const everywhere = JSON.stringify([
      await api.deps.store.documents.all(['token']),
      (await api.call('GET', 'tokens')).text,
      (await api.call('GET', 'audit-logs')).text,
      api.changes,
      api.logLines,
    ])
    assert.ok(!everywhere.includes(value.slice(8)))
  })

  it('is good until it expires or is revoked', async () => {
    const expiring = await create({ name: 'a', permissions: ['AI Gateway Run'], expires_on: '2026-03-02' })
    const revoked = await create({ name: 'b', permissions: ['AI Gateway Run'] })
    const answer = await verify(expiring.value)
    assert.deepEqual(answer.result, { id: expiring.id, status: 'active', expires_on: '2026-03-02T00:00:00.000Z' })
    assert.equal((await verify(revoked.value)).status, 200)
    await api.call('DELETE', `tokens/${revoked.id}`)
    assert.equal((await verify(revoked.value)).status, 401)
    assert.equal((await api.call('GET', `tokens/${revoked.id}`)).status, 404)
    api.clock.now = Date.UTC(2026, 2, 2)
    assert.equal((await verify(expiring.value)).status, 401)
    assert.equal((await api.call('GET', `tokens/${expiring.id}`)).result.status, 'expired')
  })

  it('is changed at once, by whoever saw the newest version', async () => {
    const made = await create({ name: 'a', permissions: ['AI Gateway Run'] })
    const headers = { authorization: `Bearer ${made.value}` }
    assert.equal((await api.call('GET', 'gateways/g1', undefined, headers)).status, 403)
    const changed = await api.call('PATCH', `tokens/${made.id}`, { permissions: ['AI Gateway Read'] })
    assert.deepEqual([changed.result.name, changed.result.permissions], ['a', ['AI Gateway Read']])
    assert.equal((await api.call('GET', 'gateways/g1', undefined, headers)).status, 200)
    const stale = await api.call('PATCH', `tokens/${made.id}`, { name: 'x' }, { 'if-match': `"${made.modified_at}"` })
    assert.equal(stale.status, 412)
  })

  it('bad ones are refused, and those of other accounts are not there', async () => {
    for (const body of [
      {},
      { name: 'a' },
      { name: 'a', permissions: [] },
      { name: 'a', permissions: ['Root'] },
      { name: 'a', permissions: ['AI Gateway Run'], gateways: ['none'] },
      { name: 'a', permissions: ['AI Gateway Run'], gateway: 'g1' },
      { name: 'a', permissions: ['AI Gateway Run'], expires_on: 'soon' },
    ]) {
      const { status, body: answer } = await api.call('POST', 'tokens', body)
      assert.deepEqual([status, answer.errors[0]?.code], [400, 7001], JSON.stringify(body))
    }
    const made = await create({ name: 'a', permissions: ['AI Gateway Run'] })
    const path = `/client/v4/accounts/other/ai-gateway/tokens/${made.id}`
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const { status, body } = await api.call(method, path, method === 'PATCH' ? { name: 'x' } : undefined)
      assert.deepEqual([status, body.errors[0]?.code], [404, 7002], method)
    }
  })

  it('every change is told with who, what, before and after, without secrets', async () => {
    const writer = await create({ name: 'w', permissions: ['AI Gateway Write'] })
    const headers = { authorization: `Bearer ${writer.value}` }
    const otel = [{ url: 'https://otel.example', headers: { key: 'S3CRET' }, authorization: 'S3CRET' }]
    await api.call('PATCH', 'gateways/g1', { cache_ttl: 7, otel }, headers)
    const { result, body } = await api.call('GET', 'audit-logs?gateway_id=g1&resource=gateway&per_page=1')
    const [entry] = result
    assert.deepEqual(
      [entry.actor, entry.action, entry.resource_id, entry.before.cache_ttl, entry.after.cache_ttl],
      [writer.id, 'update', 'g1', 0, 7],
    )
    assert.deepEqual(entry.after.otel, [{ url: 'https://otel.example', headers: '***', authorization: '***' }])
    assert.equal(body.result_info?.total_count, 2)
    assert.equal((await api.call('GET', `/client/v4/accounts/other/ai-gateway/audit-logs`)).result.length, 0)
  })
})
