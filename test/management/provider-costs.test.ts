import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Management, openManagement } from './open.ts'

const costs = 'custom-providers/costs'

describe('management: costs of custom providers', () => {
  let api: Management
  const ids: Record<string, string> = {}
  before(async () => {
    api = await openManagement()
    for (const slug of ['one', 'two']) {
      const provider = { name: slug, slug, base_url: 'https://api.example.com' }
      ids[slug] = (await api.call('POST', 'custom-providers', provider)).result.id
    }
  })
  after(() => api.close())

  const create = (model: string, more: object = {}) =>
    api.call('POST', costs, { account_provider_id: ids['one'], model, ...more })
  const models = async (query = ''): Promise<string[]> =>
    (await api.call('GET', `${costs}?${query}`)).result.map(({ model }: { model: string }) => model)

  it('are created, read, changed and deleted', async () => {
    const { status, result, body } = await create('m', {
      cost_in: 0.000_001,
      cost_out: 0,
      token_pricing: { input_tokens: 2 },
    })
    assert.equal(status, 200)
    const now = '2026-03-01T00:00:00.000Z'
    assert.deepEqual(result, {
      id: result.id,
      account_provider_id: ids['one'],
      model: 'm',
      model_rule: 'equals',
      cost_type: 'tokens',
      enable: true,
      cost_in: 0.000_001,
      cost_out: 0,
      token_pricing: '{"input_tokens":2}',
      changed_by: 'manual',
      weight: 2,
      created_at: now,
      modified_at: now,
    })
    assert.deepEqual(body.messages, [])
    assert.deepEqual((await api.call('GET', `${costs}/${result.id}`)).result, result)
    const changes = { model: 'n', model_rule: 'contains', enable: false, cost_out: 3 }
    const changed = (await api.call('PATCH', `${costs}/${result.id}`, changes)).result
    assert.deepEqual(changed, { ...result, ...changes, weight: 0, modified_at: changed.modified_at })
    assert.deepEqual((await api.call('DELETE', `${costs}/${result.id}`)).result, changed)
    const gone = await api.call('GET', `${costs}/${result.id}`)
    assert.deepEqual([gone.status, gone.body.errors[0]?.code], [404, 1004])
  })

  it('are filtered, newest first, in pages that end', async () => {
    await create('a-1')
    await create('a-2', { model_rule: 'starts-with', enable: false })
    await create('b-1', { account_provider_id: ids['two'], cost_type: 'images' })
    assert.deepEqual(await models(), ['b-1', 'a-2', 'a-1'])
    assert.deepEqual(await models('per_page=2&page=2'), ['a-1'])
    assert.deepEqual(await models('per_page=2&page=3'), [])
    assert.deepEqual(await models('enable=false'), ['a-2'])
    assert.deepEqual(await models(`account_provider_id=${ids['two']}`), ['b-1'])
    assert.deepEqual(await models('model_rule=starts-with'), ['a-2'])
    assert.deepEqual(await models('cost_type=images'), ['b-1'])
    assert.deepEqual(await models('search=A-'), ['a-2', 'a-1'])
    assert.equal((await models('search=manual')).length, 3)
    assert.equal((await api.call('GET', `${costs}?model_rule=regex`)).status, 400)
  })

  it('are finite and not below 0, and one for each model and rule', async () => {
    for (const [more, path] of [
      ['{"cost_in": -0.01}', ['cost_in']],
      ['{"cost_out": 1e999}', ['cost_out']],
      ['{"cost_in": "1"}', ['cost_in']],
      ['{"cost_in": null}', ['cost_in']],
      ['{"token_pricing": {"input_tokens": -1}}', ['token_pricing', 'input_tokens']],
      ['{"token_pricing": {"tokens": 1}}', ['token_pricing', 'tokens']],
      ['{"model_rule": "regex"}', ['model_rule']],
      ['{"model": ""}', ['model']],
    ] as const) {
      const given = `{"account_provider_id": "${ids['one']}", "model": "x", ${more.slice(1)}`
      const { status, body } = await api.call('POST', costs, given)
      assert.deepEqual([status, body.errors[0]?.code, body.errors[0]?.path], [400, 7001, ['body', ...path]], more)
    }
    const { id } = (await create('once')).result
    assert.equal((await create('once', { model_rule: 'contains' })).status, 200)
    for (const answer of [
      await create('once'),
      await api.call('PATCH', `${costs}/${id}`, { model_rule: 'contains' }),
    ]) {
      assert.deepEqual([answer.status, answer.body.errors[0]?.code], [400, 7001])
      assert.match(answer.body.errors[0]?.message ?? '', /already exists/)
    }
  })

  it('go with their provider, and come to none that is not there', async () => {
    const provider = { name: 'three', slug: 'three', base_url: 'https://api.example.com' }
    const { id } = (await api.call('POST', 'custom-providers', provider)).result
    const cost = (await create('m', { account_provider_id: id })).result
    await api.call('DELETE', `custom-providers/${id}`)
    assert.equal((await api.call('GET', `${costs}/${cost.id}`)).status, 404)
    const late = await create('m', { account_provider_id: id })
    assert.deepEqual([late.status, late.body.errors[0]?.code], [404, 1004])
  })

  it('are 404/1004 elsewhere, and changed only by who saw the newest version', async () => {
    const { id, modified_at } = (await create('guarded')).result
    const foreign = `/client/v4/accounts/other/ai-gateway/${costs}`
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const { status, body } = await api.call(method, `${foreign}/${id}`, method === 'PATCH' ? {} : undefined)
      assert.deepEqual([status, body.errors[0]?.code], [404, 1004], method)
    }
    const taken = await api.call('POST', foreign, { account_provider_id: ids['one'], model: 'm' })
    assert.deepEqual([taken.status, taken.body.errors[0]?.code], [404, 1004])
    await api.call('PATCH', `${costs}/${id}`, { cost_in: 1 })
    const stale = { 'if-match': `"${modified_at}"` }
    assert.equal((await api.call('PATCH', `${costs}/${id}`, { cost_in: 2 }, stale)).status, 412)
    assert.equal((await api.call('DELETE', `${costs}/${id}`, undefined, stale)).status, 412)
  })

  it('are no id of a provider', async () => {
    const { status, body } = await api.call('DELETE', costs)
    assert.deepEqual([status, body.errors[0]?.code], [405, 7001])
  })

  it('say which of them price no request', async () => {
    const notes = async (more: object) => (await create(`noted-${JSON.stringify(more)}`, more)).body.messages
    assert.match((await notes({ cost_type: 'requests' }))[0]?.message ?? '', /^stored, not enforced: only .* tokens/)
    const video = await notes({ token_pricing: { input_video_tokens: 1, input_tokens: 1 } })
    assert.equal(video[0]?.message, 'stored, not enforced: input_video_tokens')
  })
})
