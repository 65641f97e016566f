import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Cloudflare from 'cloudflare'
import type { CustomProviderCreateResponse } from 'cloudflare/resources/ai-gateway/custom-providers'
import type { ProviderConfigCreateResponse } from 'cloudflare/resources/ai-gateway/provider-configs'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all } from './journey.ts'

// Whole answers are compared with values that the compiler holds against the client's own types.
describe('the cloudflare client 7, on keys and providers', () => {
  let tollgate: TestTollgate
  let client: Cloudflare
  const account = { account_id: 'acme' }
  before(async () => {
    tollgate = await startForTest()
    const baseURL = `${tollgate.url}/client/v4`
    client = new Cloudflare({ apiToken: tollgate.adminToken, baseURL })
    await client.post('/accounts/acme/ai-gateway/gateways', { body: { id: 'g' } })
  })
  after(() => tollgate.close())

  it('stores keys, of which it sees the end only', async () => {
    const { providerConfigs } = client.aiGateway
    const key = { alias: 'main', default_config: true, provider_slug: 'openai', rate_limit: 5, rate_limit_period: 10 }
    const made = await providerConfigs.create('g', {
      ...account,
      ...key,
      secret: 'sk-0123456789abcdef',
      secret_id: 'sid',
    })
    const { id, modified_at } = made
    assert.deepEqual(made, {
      ...key,
      id,
      gateway_id: 'g',
      secret_id: 'sid',
      secret_preview: '****cdef',
      modified_at,
    } satisfies ProviderConfigCreateResponse)
    assert.equal(new Date(modified_at).toISOString(), modified_at)

    for (const alias of ['second', 'third']) {
      const other = { alias, default_config: false, provider_slug: 'anthropic', secret: 'sk-ant' }
      const { secret_id, id: ownId, rate_limit } = await providerConfigs.create('g', { ...account, ...other })
      assert.deepEqual([secret_id, rate_limit], [ownId, undefined])
    }
    const listed = await all(providerConfigs.list('g', { ...account, per_page: 2 }))
    assert.deepEqual(
      listed.map(({ alias }) => alias),
      ['third', 'second', 'main'],
    )
    assert.deepEqual(listed.at(-1), made)
    const twice = providerConfigs.create('g', { ...account, ...key, secret: 'sk-2' })
    await assert.rejects(
      twice,
      (error) => error instanceof Cloudflare.BadRequestError && error.errors[0]?.code === 7001,
    )
  })

  it('makes providers of its own', async () => {
    const { customProviders } = client.aiGateway
    const given = {
      name: 'Acme',
      slug: 'acme-llm',
      base_url: 'https://llm.acme.example/v1',
      headers: '{"x-api-key":"secret"}',
      beta: true,
      enable: true,
      description: 'Our own models',
      curl_example: 'curl https://llm.acme.example',
      js_example: 'await fetch(url)',
      link: 'https://acme.example',
      position: 1,
    }
    const made = await customProviders.create({ ...account, ...given })
    const { id, created_at } = made
    const whole = { ...given, id, created_at, modified_at: created_at } satisfies CustomProviderCreateResponse
    assert.deepEqual(made, whole)
    assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.deepEqual(await customProviders.get(id, account), whole)
    await customProviders.create({ ...account, name: 'B', slug: 'b', base_url: 'https://b.example' })
    const slugs = (await all(customProviders.list({ ...account, per_page: 1 }))).map(({ slug }) => slug)
    assert.deepEqual(slugs, ['acme-llm', 'b'])
    assert.deepEqual(await all(customProviders.list({ ...account, enable: true, beta: true, search: 'llm' })), [whole])

    const url = await client.aiGateway.urls.get('custom-acme-llm', { ...account, gateway_id: 'g' })
    assert.equal(url, `${tollgate.url}/v1/acme/g/custom-acme-llm`)
    assert.deepEqual(await customProviders.delete(id, account), whole)
    await assert.rejects(
      customProviders.get(id, account),
      (error) => error instanceof Cloudflare.NotFoundError && error.errors[0]?.code === 1004,
    )
  })

  it('is not made to repeat a call in vain where a slug is taken', async () => {
    const provider = { ...account, name: 'C', slug: 'taken', base_url: 'https://c.example' }
    await client.aiGateway.customProviders.create(provider)
    let calls = 0
    const counting = client.withOptions({
      fetch: (...args) => {
        calls++
        return fetch(...args)
      },
    })
    await assert.rejects(
      counting.aiGateway.customProviders.create(provider),
      (error) => error instanceof Cloudflare.ConflictError && error.errors[0]?.code === 1003,
    )
    assert.equal(calls, 1)
    await assert.rejects(
      client.aiGateway.customProviders.create({ ...provider, slug: 'near', base_url: 'http://127.0.0.1:9' }),
      (error) => error instanceof Cloudflare.BadRequestError && error.errors[0]?.code === 1002,
    )
  })
})
