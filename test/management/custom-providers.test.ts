import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Management, openManagement } from './open.ts'

const providers = 'custom-providers'
const secretHeaders = JSON.stringify({ 'X-Api-Key': 'sk-canary', accept: 'text/plain' })

describe('management: custom providers', () => {
  let api: Management
  before(async () => {
    api = await openManagement()
    await api.call('POST', 'gateways', { id: 'g' })
  })
  after(() => api.close())

  const create = (slug: string, more: object = {}) =>
    api.call('POST', providers, { name: slug, slug, base_url: 'https://api.example.com/v1', ...more })
  const as = async (...permissions: string[]) => {
    const { value } = (await api.call('POST', 'tokens', { name: 't', permissions })).result
    return { authorization: `Bearer ${value}` }
  }
  const slugs = async (query = ''): Promise<string[]> =>
    (await api.call('GET', `${providers}?${query}`)).result.map(({ slug }: { slug: string }) => slug)

  it('are created, read, changed and deleted', async () => {
    const details = {
      description: 'd',
      curl_example: 'curl',
      js_example: 'fetch()',
      link: 'https://example.com/docs',
      position: 3,
      beta: true,
    }
    const { status, result, body } = await create('whole', { ...details, headers: '{"x-team":"a"}' })
    assert.equal(status, 200)
    const { id } = result
    const now = '2026-03-01T00:00:00.000Z'
    assert.deepEqual(result, {
      id,
      name: 'whole',
      slug: 'whole',
      base_url: 'https://api.example.com/v1',
      enable: false,
      headers: '{"x-team":"a"}',
      ...details,
      created_at: now,
      modified_at: now,
    })
    assert.deepEqual(body.messages, [])
    assert.deepEqual((await api.call('GET', `${providers}/${id}`)).result, result)
    api.clock.now += 1000
    const changes = { name: 'other', enable: true, logo: 'data:image/png;base64,AAAA', headers: '' }
    const changed = (await api.call('PATCH', `${providers}/${id}`, { ...result, ...changes })).result
    const { headers: _headers, ...rest } = { ...result, ...changes } // oxlint-disable-line no-unused-vars -- it is taken away
    assert.deepEqual(changed, { ...rest, modified_at: '2026-03-01T00:00:01.000Z' })
    assert.deepEqual((await api.call('DELETE', `${providers}/${id}`)).result, changed)
    const gone = await api.call('GET', `${providers}/${id}`)
    assert.deepEqual([gone.status, gone.body.errors[0]?.code], [404, 1004])
    assert.match(gone.body.errors[0]?.message ?? '', /^Custom Provider not found/)
  })

  it('are listed by position and name, searched and filtered, in pages that end', async () => {
    await create('zeta', { position: 1, beta: true })
    await create('alpha', { enable: true, name: 'Über' })
    await create('beta-2', { position: 2, enable: true })
    await create('gamma', { name: 'Another' })
    assert.deepEqual(await slugs(), ['zeta', 'beta-2', 'gamma', 'alpha'])
    assert.deepEqual(await slugs('per_page=3&page=2'), ['alpha'])
    assert.deepEqual(await slugs('per_page=3&page=3'), [])
    assert.deepEqual(await slugs('beta=true'), ['zeta'])
    assert.deepEqual(await slugs('beta=false&enable=true'), ['beta-2', 'alpha'])
    assert.deepEqual(await slugs('search=ÜBER'), ['alpha'])
    assert.deepEqual(await slugs('search=eta'), ['zeta', 'beta-2'])
    const { id } = (await api.call('GET', `${providers}?search=gamma`)).result[0]
    assert.deepEqual(await slugs(`search=${id}`), ['gamma'])
    for (const query of ['beta=1', 'per_page=101', 'sort=name']) {
      assert.equal((await api.call('GET', `${providers}?${query}`)).status, 400, query)
    }
  })

  it('at addresses that are not public https are refused with 1002, without the address', async () => {
    for (const base_url of [
      'http://api.example.com',
      'https://localhost/v1',
      'https://2130706433',
      'https://[::ffff:10.0.0.1]',
      'https://sk-canary@api.example.com',
      'https://api.example.com?key=sk-canary',
      'nonsense sk-canary',
      '',
    ]) {
      const { status, body, text } = await create('bad', { base_url })
      assert.deepEqual([status, body.errors[0]?.code], [400, 1002], base_url)
      assert.deepEqual(body.errors[0]?.path, ['body', 'base_url'])
      assert.ok(!text.includes('canary'))
    }
    const { id } = (await create('moved')).result
    const moved = await api.call('PATCH', `${providers}/${id}`, { base_url: 'https://127.0.0.1' })
    assert.deepEqual([moved.status, moved.body.errors[0]?.code], [400, 1002])
    assert.equal((await create('allowed', { base_url: 'http://llm.internal:8000/v1' })).status, 200)
  })

  it('have a slug of their own', async () => {
    await create('own')
    const { id } = (await create('second')).result
    for (const answer of [await create('own'), await api.call('PATCH', `${providers}/${id}`, { slug: 'own' })]) {
      assert.deepEqual([answer.status, answer.body.errors[0]?.code], [409, 1003])
      assert.deepEqual(answer.body.errors[0]?.path, ['body', 'slug'])
      assert.equal(answer.headers.get('x-should-retry'), 'false')
    }
    for (const slug of ['openai', 'workers-ai', 'Own', 'a_b', '-a', 'a-', '', 'x'.repeat(65)]) {
      const { status, body } = await create(slug, { name: 'n' })
      assert.deepEqual([status, body.errors[0]?.code], [400, 7001], slug)
      assert.deepEqual(body.errors[0]?.path, ['body', 'slug'])
    }
    const longest = 'x'.repeat(64)
    assert.equal((await create(longest)).status, 200)
    const { result: url } = await api.call('GET', `gateways/g/url/custom-${longest}`)
    assert.ok(url.endsWith(`/g/custom-${longest}`))
    const elsewhere = await api.call('POST', `/client/v4/accounts/other/ai-gateway/${providers}`, {
      name: 'n',
      slug: 'own',
      base_url: 'https://api.example.com',
    })
    assert.equal(elsewhere.status, 200)
    const twins = await Promise.all([create('twin'), create('twin')])
    assert.deepEqual(twins.map(({ status }) => `${status}`).toSorted(), ['200', '409'])
  })

  it('show the values of their headers only to who may write them', async () => {
    const { id, headers } = (await create('secretive', { headers: secretHeaders })).result
    assert.equal(headers, secretHeaders)
    const seen = async (...permissions: string[]): Promise<string> =>
      (await api.call('GET', `${providers}/${id}`, undefined, await as(...permissions))).result.headers
    assert.equal(await seen('AI Gateway Write'), secretHeaders)
    assert.equal(await seen('AI Gateway Read'), '{"X-Api-Key":"***","accept":"***"}')
    const list = await api.call('GET', `${providers}?search=secretive`, undefined, await as('AI Gateway Read'))
    assert.ok(!list.text.includes('canary'))
    const stored = await api.deps.store.documents.get('custom_provider', id)
    assert.ok(!JSON.stringify(stored).includes('canary'))
    assert.equal(api.deps.vault.open(stored?.body.sealedHeaders ?? '', id), secretHeaders)
    assert.ok(!(await api.call('GET', 'audit-logs?resource=custom_provider')).text.includes('canary'))
  })

  it('with headers that cannot be sent are refused, without a value', async () => {
    for (const headers of [
      'sk-canary',
      '["sk-canary"]',
      '{"x": 1}',
      '{"x": "sk-canary\\n"}',
      '{"x y": "sk-canary"}',
      '{"Host": "sk-canary"}',
      '{"cf-aig-authorization": "sk-canary"}',
      '{"transfer-encoding": "chunked"}',
      '{"x": "sk-canary☃"}',
      `{"x": "${'a'.repeat(8190)}"}`,
      { x: 'sk-canary' },
    ]) {
      const { status, body, text } = await create('headers', { headers })
      assert.deepEqual([status, body.errors[0]?.code], [400, 7001], JSON.stringify(headers).slice(0, 80))
      assert.deepEqual(body.errors[0]?.path, ['body', 'headers'])
      assert.ok(!text.includes('canary'), text)
    }
    assert.deepEqual(await slugs('search=headers'), [])
  })

  it('that are wrong in other ways are refused', async () => {
    for (const [more, path] of [
      [{ name: '' }, 'name'],
      [{ link: 'javascript:alert(1)' }, 'link'],
      [{ position: 1.5 }, 'position'],
      [{ enable: 'yes' }, 'enable'],
      [{ colour: 'red' }, 'colour'],
    ] as const) {
      const { status, body } = await create('wrong', more)
      assert.deepEqual([status, body.errors[0]?.code, body.errors[0]?.path], [400, 7001, ['body', path]])
    }
  })

  it('are 404/1004 elsewhere, and changed only by who saw the newest version', async () => {
    const { id, modified_at } = (await create('guarded')).result
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const path = `/client/v4/accounts/other/ai-gateway/${providers}/${id}`
      const { status, body } = await api.call(method, path, method === 'PATCH' ? { name: 'x' } : undefined)
      assert.deepEqual([status, body.errors[0]?.code], [404, 1004], method)
    }
    await api.call('PATCH', `${providers}/${id}`, { name: 'new' })
    const stale = { 'if-match': `"${modified_at}"` }
    assert.equal((await api.call('PATCH', `${providers}/${id}`, { name: 'x' }, stale)).status, 412)
    assert.equal((await api.call('DELETE', `${providers}/${id}`, undefined, stale)).status, 412)
  })

  it('keep the keys that are stored for them', async () => {
    const { id } = (await create('keyed')).result
    const configs = 'gateways/g/provider_configs'
    const config = { alias: 'a', default_config: true, provider_slug: 'custom-keyed', secret: 'sk-0123456789' }
    const made = await api.call('POST', configs, config)
    assert.equal(made.result.provider_slug, 'custom-keyed')
    const foreign = await api.call(
      'POST',
      `/client/v4/accounts/other/ai-gateway/gateways/default/provider_configs`,
      config,
    )
    assert.deepEqual([foreign.status, foreign.body.errors[0]?.path], [400, ['body', 'provider_slug']])

    await api.call('PATCH', `${providers}/${id}`, { slug: 'renamed' })
    const config2 = (await api.call('GET', `${configs}/${made.result.id}`)).result
    assert.deepEqual([config2.provider_slug, config2.default_config], ['custom-renamed', true])

    const twin = await api.call('POST', configs, { ...config, provider_slug: 'custom-renamed' })
    assert.match(twin.body.errors[0]?.message ?? '', /already exists/)
    await create('keyed')
    assert.equal((await api.call('POST', configs, config)).status, 200)
    const defaults = (await api.call('GET', configs)).result
      .filter((shown: { default_config: boolean }) => shown.default_config)
      .map((shown: { provider_slug: string }) => shown.provider_slug)
    assert.deepEqual(defaults, ['custom-keyed', 'custom-renamed'])

    const writer = await as('AI Gateway Write')
    const patch = (base_url: string, headers = {}) => api.call('PATCH', `${providers}/${id}`, { base_url }, headers)
    const refused = await patch('https://evil.example.com', writer)
    assert.deepEqual([refused.status, refused.body.errors[0]?.code], [403, 10_000])
    assert.equal((await patch('https://api.example.com/v2', writer)).status, 200)
    assert.equal(
      (await patch('https://b.example.com', await as('AI Gateway Write', 'Secrets Store Write'))).status,
      200,
    )

    await api.call('DELETE', `${providers}/${id}`)
    assert.equal((await api.call('GET', `${configs}/${made.result.id}`)).status, 404)
    await create('renamed')
    const left = (await api.call('GET', configs)).result
    assert.deepEqual(
      left.map((shown: { provider_slug: string }) => shown.provider_slug),
      ['custom-keyed'],
    )
  })

  it('make their account one that is in use', async () => {
    const path = `/client/v4/accounts/providers-only/ai-gateway/${providers}`
    await api.call('POST', path, { name: 'n', slug: 's', base_url: 'https://api.example.com' })
    const { result } = await api.call('GET', '/client/v4/accounts?name=providers-only')
    assert.equal(result.length, 1)
  })
})
