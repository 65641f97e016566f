import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Management, openManagement } from './open.ts'

describe('management: provider configs', () => {
  let api: Management
  let configs: string
  before(async () => {
    api = await openManagement()
  })
  after(() => api.close())

  let count = 0
  /** Each test has a gateway of its own. */
  const start = async (): Promise<void> => {
    const id = `g${++count}`
    await api.call('POST', 'gateways', { id })
    configs = `gateways/${id}/provider_configs`
  }
  const create = (alias: string, more: object = {}) =>
    api.call('POST', configs, {
      alias,
      default_config: false,
      provider_slug: 'openai',
      secret: 'sk-0123456789',
      ...more,
    })
  const defaults = async (): Promise<string[]> =>
    (await api.call('GET', configs)).result
      .filter((config: { default_config: boolean }) => config.default_config)
      .map((config: { provider_slug: string; alias: string }) => `${config.provider_slug}/${config.alias}`)
  const sealed = async () => {
    const documents = await api.deps.store.documents.all(['provider_keys'])
    return JSON.stringify(documents)
  }

  it('show everything but the secret', async () => {
    await start()
    const { status, result, body } = await create('main', { default_config: true, rate_limit: 10, secret_id: 'sid' })
    assert.equal(status, 200)
    assert.deepEqual(result, {
      id: result.id,
      alias: 'main',
      default_config: true,
      provider_slug: 'openai',
      gateway_id: `g${count}`,
      secret_id: 'sid',
      secret_preview: '****6789',
      rate_limit: 10,
      rate_limit_period: 60,
      modified_at: '2026-03-01T00:00:00.000Z',
    })
    assert.deepEqual(body.messages, [])
    assert.deepEqual((await api.call('GET', `${configs}/${result.id}`)).result, result)
    assert.deepEqual((await api.call('GET', configs)).result, [result])
  })

  it('of an alias are those of its provider', async () => {
    await start()
    const { result } = await create('main', { provider_slug: 'xai' })
    assert.equal(result.provider_slug, 'grok')
    assert.equal((await create('main', { provider_slug: 'grok' })).status, 400)
  })

  it('keep the secret so that only the vault opens it, and only for this config', async () => {
    await start()
    const { id } = (await create('a')).result
    const documents = await api.deps.store.documents.all(['provider_keys'])
    const key = documents.flatMap(({ body }) => ('keys' in body ? body.keys : [])).find((stored) => stored.id === id)
    assert.equal(api.deps.vault.open(key?.sealed ?? '', id), 'sk-0123456789')
    assert.equal(api.deps.vault.open(key?.sealed ?? '', 'another'), null)
  })

  it('come newest first, in pages that end', async () => {
    await start()
    for (const alias of ['a', 'b', 'c']) await create(alias, { provider_slug: alias === 'b' ? 'anthropic' : 'openai' })
    const page = async (query: string): Promise<string[]> =>
      (await api.call('GET', `${configs}?${query}`)).result.map(({ alias }: { alias: string }) => alias)
    assert.deepEqual(await page('per_page=2'), ['c', 'b'])
    assert.deepEqual(await page('per_page=2&page=2'), ['a'])
    assert.deepEqual(await page('per_page=2&page=3'), [])
  })

  it('are changed in what is given, a new secret included', async () => {
    await start()
    const { result: made } = await create('a', { rate_limit: 5, rate_limit_period: 7 })
    const before = await sealed()
    api.clock.now += 1000
    const { result } = await api.call('PUT', `${configs}/${made.id}`, { secret: 'sk-another-one\n' })
    assert.deepEqual(result, { ...made, secret_preview: '****-one', modified_at: result.modified_at })
    assert.notEqual(result.modified_at, made.modified_at)
    assert.notEqual(await sealed(), before)
    const changes = { alias: 'b', default_config: true, rate_limit: null, secret_id: 's' }
    const { result: other } = await api.call('PUT', `${configs}/${made.id}`, { ...result, ...changes })
    assert.deepEqual(other, {
      id: made.id,
      alias: 'b',
      default_config: true,
      provider_slug: 'openai',
      gateway_id: `g${count}`,
      secret_id: 's',
      secret_preview: '****-one',
      modified_at: other.modified_at,
    })
    const limited = await api.call('PUT', `${configs}/${made.id}`, { rate_limit: 1 })
    assert.deepEqual([limited.result.rate_limit, limited.result.rate_limit_period], [1, 60])
    const moved = await api.call('PUT', `${configs}/${made.id}`, { provider_slug: 'groq' })
    assert.deepEqual([moved.status, moved.body.errors[0]?.path], [400, ['body', 'provider_slug']])
  })

  it('have one default per provider, whatever is done at once', async () => {
    await start()
    await create('a', { default_config: true })
    const { id } = (await create('b', { default_config: true })).result
    await create('a', { default_config: true, provider_slug: 'groq' })
    assert.deepEqual(await defaults(), ['groq/a', 'openai/b'])
    const aliases = ['c', 'd', 'e', 'f']
    const answers = await Promise.all(aliases.map((alias) => create(alias, { default_config: true })))
    assert.ok(answers.every(({ status }) => status === 200))
    assert.equal((await defaults()).length, 2)
    await api.call('PUT', `${configs}/${id}`, { default_config: true })
    assert.deepEqual(await defaults(), ['groq/a', 'openai/b'])
    await api.call('DELETE', `${configs}/${id}`)
    assert.deepEqual(await defaults(), ['groq/a'])
  })

  it('have one config per provider and alias, whatever is done at once', async () => {
    await start()
    const answers = await Promise.all([create('same'), create('same'), create('same')])
    assert.deepEqual(answers.map(({ status }) => `${status}`).toSorted(), ['200', '400', '400'])
    const twin = await create('same')
    assert.deepEqual([twin.status, twin.body.errors[0]?.code], [400, 7001])
    assert.match(twin.body.errors[0]?.message ?? '', /already exists/)
    assert.equal((await create('same', { provider_slug: 'groq' })).status, 200)
    const { id } = (await create('other')).result
    assert.equal((await api.call('PUT', `${configs}/${id}`, { alias: 'same' })).body.errors[0]?.code, 7001)
  })

  it('that are wrong are refused, without their secret', async () => {
    await start()
    for (const [more, path] of [
      [{ provider_slug: 'nobody' }, 'provider_slug'],
      [{ provider_slug: 'custom-none' }, 'provider_slug'],
      [{ alias: '' }, 'alias'],
      [{ alias: 'a\nb' }, 'alias'],
      [{ default_config: 'yes' }, 'default_config'],
      [{ secret: '' }, 'secret'],
      [{ secret: undefined }, 'secret'],
      [{ secret: { 'sk-canary': 1 } }, 'secret'],
      [{ secret: 'sk-canary'.repeat(2000) }, 'secret'],
      [{ secret: 'sk-canary\nsk' }, 'secret'],
      [{ secret: 'sk-canary-\u00fc' }, 'secret'],
      [{ secret: '{"accessKeyId": "canary"}', provider_slug: 'bedrock' }, 'secret'],
      [{ secret: '{"client_email": "canary", "private_key": "canary"}', provider_slug: 'google-vertex-ai' }, 'secret'],
      [{ rate_limit: -1 }, 'rate_limit'],
      [{ rate_limt: 1 }, 'rate_limt'],
    ] as const) {
      const answer = await create('bad', more)
      assert.deepEqual([answer.status, answer.body.errors[0]?.code], [400, 7001], answer.text)
      assert.deepEqual(answer.body.errors[0]?.path, ['body', path])
      assert.ok(!answer.text.includes('canary'))
    }
    const named = await create('named', { secret: undefined, secret_id: 'in-a-store' })
    assert.equal(named.result.secret_preview, '')
    assert.match(named.body.messages[0]?.message ?? '', /no secret is stored/)
    assert.equal((await create('short', { secret: 'sk-1' })).result.secret_preview, '****')
    const pair = JSON.stringify({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' })
    const signing = await create('pair', { secret: pair, provider_slug: 'aws-bedrock' })
    assert.deepEqual([signing.status, signing.result.secret_preview], [200, '****'])
  })

  it('are 404/7002 elsewhere, without a hint', async () => {
    await start()
    const { id } = (await create('a')).result
    await api.call('POST', 'gateways', { id: 'elsewhere' })
    for (const [method, path] of [
      ['GET', `${configs}/none`],
      ['GET', `gateways/elsewhere/provider_configs/${id}`],
      ['PUT', `gateways/elsewhere/provider_configs/${id}`],
      ['DELETE', `/client/v4/accounts/other/ai-gateway/gateways/default/provider_configs/${id}`],
    ] as const) {
      const answer = await api.call(method, path, method === 'PUT' ? { secret: 'x' } : undefined)
      assert.deepEqual([answer.status, answer.body.errors[0]?.code], [404, 7002], path)
    }
  })

  it('are changed only by who saw the newest version, and by who may write secrets', async () => {
    await start()
    const { id, modified_at } = (await create('a')).result
    await api.call('PUT', `${configs}/${id}`, { secret: 'sk-2' })
    const stale = { 'if-match': `"${modified_at}"` }
    assert.equal((await api.call('PUT', `${configs}/${id}`, { secret: 'sk-3' }, stale)).status, 412)
    assert.equal((await api.call('DELETE', `${configs}/${id}`, undefined, stale)).status, 412)
    const { value } = (await api.call('POST', 'tokens', { name: 't', permissions: ['AI Gateway Write'] })).result
    const writer = { authorization: `Bearer ${value}` }
    assert.equal((await api.call('DELETE', `${configs}/${id}`, undefined, writer)).status, 403)
    assert.equal((await api.call('GET', `${configs}/${id}`, undefined, writer)).status, 200)
    assert.equal((await api.call('DELETE', `${configs}/${id}`)).status, 200)
    assert.deepEqual((await api.call('GET', configs)).result, [])
  })

  it('leave a trace of who changed what', async () => {
    await start()
    const { id } = (await create('a')).result
    await api.call('PUT', `${configs}/${id}`, { alias: 'b' })
    await api.call('DELETE', `${configs}/${id}`)
    const { result } = await api.call('GET', `audit-logs?resource=provider_config&resource_id=${id}`)
    assert.deepEqual(
      result.map(({ action, before, after }: Record<string, any>) => [action, before?.alias, after?.alias]), // oxlint-disable-line typescript/no-explicit-any -- both as the API shows them
      [
        ['delete', 'b', undefined],
        ['update', 'a', 'b'],
        ['create', undefined, 'a'],
      ],
    )
  })
})
