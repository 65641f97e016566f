import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { gatewaySchema } from '../../src/contract/gateways.ts'
import { createEntries } from '../store/entries.ts'
import { sampleAudit } from '../store/samples.ts'
import { accountId, type Management, openManagement } from './open.ts'

describe('management: gateways', () => {
  let api: Management
  before(async () => {
    api = await openManagement()
  })
  beforeEach(async () => {
    for (const { number } of await api.deps.store.gateways.all())
      await api.deps.store.gateways.remove(number, sampleAudit())
    api.changes.length = 0
  })
  after(() => api.close())

  it('the gateway of the seed page is created, found, listed, changed and deleted', async () => {
    const settings = {
      cache_invalidate_on_update: true,
      cache_ttl: 3600,
      collect_logs: true,
      rate_limiting_interval: 60,
      rate_limiting_limit: 100,
      rate_limiting_technique: 'sliding',
    }
    const created = await api.call('POST', 'gateways', { id: 'my-gateway', ...settings })
    assert.equal(created.status, 200)
    assert.deepEqual(created.result, {
      ...settings,
      authentication: false,
      rate_limiting_failure: 'open',
      id: 'my-gateway',
      account_id: accountId,
      account_tag: accountId,
      is_default: false,
      created_at: '2026-03-01T00:00:00.000Z',
      modified_at: '2026-03-01T00:00:00.000Z',
    })
    assert.deepEqual(gatewaySchema.parse(created.result), created.result)
    assert.deepEqual((await api.call('GET', 'gateways/my-gateway')).result, created.result)
    const list = await api.call('GET', 'gateways')
    assert.deepEqual(list.result, [created.result])
    assert.deepEqual(list.body.result_info, { page: 1, per_page: 20, count: 1, total_count: 1 })

    api.clock.now += 5000
    const changes = { ...settings, cache_ttl: 7200, rate_limiting_limit: 200 }
    const changed = await api.call('PUT', 'gateways/my-gateway', changes)
    assert.deepEqual(changed.result, { ...created.result, ...changes, modified_at: '2026-03-01T00:00:05.000Z' })
    assert.deepEqual((await api.call('GET', 'gateways/my-gateway')).result, changed.result)

    assert.deepEqual((await api.call('DELETE', 'gateways/my-gateway')).result, changed.result)
    assert.equal((await api.call('GET', 'gateways/my-gateway')).status, 404)
    assert.deepEqual(
      api.changes.map((change) => change.type),
      ['gateway', 'gateway', 'gateway-removed'],
    )
  })

  it('only the id is required', async () => {
    const created = await api.call('POST', 'gateways', { id: 'bare' })
    assert.equal(created.status, 200)
    assert.deepEqual(created.body.messages, [])
    assert.deepEqual([created.result.collect_logs, created.result.cache_ttl], [true, 0])
    const without = await api.call('POST', 'gateways', {})
    assert.equal(without.status, 400)
    assert.deepEqual(without.body, {
      success: false,
      errors: [{ code: 7001, message: 'id: Required', path: ['body', 'id'] }],
      messages: [],
      result: null,
    })
  })

  it('every wrong field is told, with its value', async () => {
    const answer = await api.call('POST', 'gateways', { id: 'a b', cache_ttl: -5, collect_logs: null })
    assert.equal(answer.status, 400)
    assert.deepEqual(
      answer.body.errors.map((error) => [error.code, error.path]),
      [
        [7001, ['body', 'cache_ttl']],
        [7001, ['body', 'collect_logs']],
        [7001, ['body', 'id']],
      ],
    )
    assert.match(answer.body.errors[0]?.message ?? '', /cache_ttl.*>=0.*-5/)
    assert.deepEqual(await api.deps.store.gateways.all(), [])
  })

  it('a wrong secret is not repeated', async () => {
    const otel = [{ url: 'https://a.example', headers: { key: 7 }, authorization: 's3cret'.repeat(60) }]
    const answer = await api.call('POST', 'gateways', { id: 'a', otel, stripe: 's3cret' })
    assert.equal(answer.status, 400)
    assert.ok(!answer.text.includes('s3cret'))
  })

  it('a second gateway of the same id is refused, and clients are told not to repeat', async () => {
    await api.call('POST', 'gateways', { id: 'twice' })
    const second = await api.call('POST', 'gateways', { id: 'twice' })
    assert.equal(second.status, 400)
    assert.equal(second.headers.get('x-should-retry'), 'false')
    assert.match(second.body.errors[0]?.message ?? '', /twice already exists/)
    assert.deepEqual(second.body.errors[0]?.path, ['body', 'id'])
  })

  it('fields that nothing obeys are kept and named', async () => {
    const created = await api.call('POST', 'gateways', { id: 'a', zdr: true, spned_limits: { x: 1 } })
    assert.deepEqual(
      created.body.messages.map((note) => note.message),
      ['stored, not enforced: spned_limits, zdr'],
    )
    assert.deepEqual((await api.call('GET', 'gateways/a')).result.spned_limits, { x: 1 })
  })

  it('half of a rate limit is kept and told to limit nothing, until the other half comes', async () => {
    const notes = ({ body }: { body: { messages: { message: string }[] } }) => body.messages.map((note) => note.message)
    const created = await api.call('POST', 'gateways', { id: 'a', rate_limiting_limit: 5 })
    assert.equal(created.result.rate_limiting_limit, 5)
    assert.match(notes(created).join(), /^no rate limit: .*rate_limiting_interval/)
    assert.deepEqual(notes(await api.call('PATCH', 'gateways/a', { cache_ttl: 5 })), [])
    assert.deepEqual(notes(await api.call('PATCH', 'gateways/a', { rate_limiting_interval: 60 })), [])
    assert.equal(notes(await api.call('PATCH', 'gateways/a', { rate_limiting_limit: 0 })).length, 1)
  })

  it('PUT and PATCH keep what they are not given, and take back what GET gave', async () => {
    await api.call('POST', 'gateways', { id: 'a', cache_ttl: 60, authentication: true })
    for (const method of ['PUT', 'PATCH']) {
      const { result } = await api.call(method, 'gateways/a', { rate_limiting_limit: 5 })
      assert.deepEqual([result.cache_ttl, result.authentication, result.rate_limiting_limit], [60, true, 5])
      const again = await api.call(method, 'gateways/a', { ...result, internal_id: 'x' })
      assert.equal(again.status, 200)
      assert.deepEqual({ ...again.result, modified_at: '' }, { ...result, modified_at: '' })
      assert.notEqual(again.result.modified_at, result.modified_at)
    }
    const renamed = await api.call('PUT', 'gateways/a', { id: 'b' })
    assert.deepEqual([renamed.status, renamed.body.errors[0]?.path], [400, ['body', 'id']])
  })

  it('changes at the same time are all kept', async () => {
    await api.call('POST', 'gateways', { id: 'a' })
    const names = Array.from({ length: 8 }, (_, index) => `field_${index}`)
    const answers = await Promise.all(names.map((name) => api.call('PATCH', 'gateways/a', { [name]: 1 })))
    assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([200]))
    const { result } = await api.call('GET', 'gateways/a')
    assert.deepEqual(
      names.filter((name) => result[name] === undefined),
      [],
    )
  })

  it('If-Match with an older version gets 412 and changes nothing', async () => {
    const { result } = await api.call('POST', 'gateways', { id: 'a' })
    const seen = { 'if-match': `"${result.modified_at}"` }
    const first = await api.call('PUT', 'gateways/a', { cache_ttl: 1 }, seen)
    assert.equal(first.status, 200)
    const second = await api.call('PUT', 'gateways/a', { cache_ttl: 2 }, seen)
    assert.deepEqual([second.status, second.body.errors[0]?.code], [412, 7001])
    assert.equal((await api.call('DELETE', 'gateways/a', undefined, seen)).status, 412)
    assert.equal((await api.call('GET', 'gateways/a')).result.cache_ttl, 1)
  })

  it('pages end with an empty page, and their size has bounds', async () => {
    for (const id of ['one', 'two', 'three']) await api.call('POST', 'gateways', { id })
    const ids = async (query: string) => {
      const { result } = await api.call('GET', `gateways?${query}`)
      return (result as { id: string }[]).map((gateway) => gateway.id)
    }
    assert.deepEqual(await ids('per_page=2'), ['three', 'two'])
    assert.deepEqual(await ids('per_page=2&page=2'), ['one'])
    assert.deepEqual(await ids('per_page=2&page=3'), [])
    assert.deepEqual(await ids('search=T'), ['three', 'two'])
    assert.deepEqual(await ids('id=two'), ['two'])
    for (const query of ['per_page=0', 'per_page=101', 'page=0', 'page=x', 'page=', 'page=1&page=2', 'page=1e99']) {
      const answer = await api.call('GET', `gateways?${query}`)
      assert.deepEqual([answer.status, answer.body.errors[0]?.code], [400, 7001], query)
    }
  })

  it('accounts do not see each other', async () => {
    await api.call('POST', 'gateways', { id: 'mine' })
    const other = '/client/v4/accounts/other/ai-gateway/gateways'
    assert.deepEqual((await api.call('GET', other)).result, [])
    assert.equal((await api.call('GET', `${other}/mine`)).status, 404)
    assert.equal((await api.call('DELETE', `${other}/mine`)).status, 404)
    assert.equal((await api.call('POST', other, { id: 'mine' })).status, 200)
  })

  it('the gateway default is there without being created, and asks for a credential', async () => {
    assert.deepEqual((await api.call('GET', 'gateways')).result, [])
    const answers = await Promise.all([1, 2, 3].map(() => api.call('GET', 'gateways/default')))
    for (const { status, result } of answers) {
      assert.deepEqual([status, result.authentication, result.is_default], [200, true, true])
    }
    assert.equal((await api.call('GET', 'gateways')).result.length, 1)
    assert.equal((await api.call('PUT', 'gateways/default', { authentication: false })).result.authentication, false)
  })

  it('the address for a provider is told', async () => {
    await api.call('POST', 'gateways', { id: 'a' })
    const url = async (provider: string) => (await api.call('GET', `gateways/a/url/${provider}`)).result
    assert.equal(await url('openai'), `http://127.0.0.1:8787/v1/${accountId}/a/openai`)
    assert.equal(await url('universal'), `http://127.0.0.1:8787/v1/${accountId}/a/`)
    assert.equal((await api.call('GET', 'gateways/a/url/..%2Fx')).status, 400)
    assert.equal((await api.call('GET', 'gateways/none/url/openai')).body.errors[0]?.code, 7002)
  })

  it('a deleted gateway takes its logs along, and its name inherits nothing', async () => {
    const { store } = api.deps
    await api.call('POST', 'gateways', { id: 'a' })
    const [old] = await store.gateways.all()
    assert.ok(old)
    await store.logs.append([createEntries()(old.number)], { lane: 'main', segment: 1, offset: 1 })
    assert.equal((await api.call('GET', 'gateways/a/logs')).result.length, 1)
    await api.call('DELETE', 'gateways/a')
    await api.call('POST', 'gateways', { id: 'a' })
    assert.deepEqual((await api.call('GET', 'gateways/a/logs')).result, [])
    while ((await store.logs.orphans()).length > 0) await setImmediate()
  })
})
