import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Tollgate, { createBinding } from '@tollgate/client'
import { type Aimock, startAimock } from '../aimock.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'

const account = { account_id: 'team' }
const inGateway = { ...account, gateway_id: 'g' }

describe('what a gateway keeps, by the client', () => {
  let aimock: Aimock
  let tollgate: TestTollgate
  let client: Tollgate
  let ids: string[]
  before(async () => {
    aimock = await startAimock()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${aimock.url}/v1` })
    client = new Tollgate({ apiToken: tollgate.adminToken, baseURL: `${tollgate.url}/client/v4` })
    await client.aiGateway.create({ ...account, id: 'g' })
    ids = [await chat('gpt-4o-mini'), await chat('gpt-4o'), await chat('gpt-4o-mini')]
  })
  after(async () => {
    await tollgate.close()
    await aimock.close()
  })

  async function chat(model: string): Promise<string> {
    const answer = await fetch(`${tollgate.url}/v1/team/g/openai/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] }),
    })
    await answer.arrayBuffer()
    return answer.headers.get('cf-aig-log-id') ?? assert.fail('the answer names no row')
  }

  it('rows are narrowed by filters, by page and by cursor', async () => {
    const filters = [
      { key: 'model', operator: 'eq' as const, value: ['gpt-4o-mini'] },
      { key: 'success', operator: 'eq' as const, value: [true] },
    ]
    for (const way of [{ per_page: 1 }, { per_page: 1, cursor: '' }]) {
      const seen: string[] = []
      for await (const { id } of client.aiGateway.logs.list('g', { ...account, ...way, filters })) seen.push(id)
      assert.deepEqual(seen, [ids[2], ids[0]])
    }
  })

  it('a row is rated, also by the binding, its cost is told, and all rows are exported', async () => {
    const [id = ''] = ids
    await client.aiGateway.logs.edit(id, { ...inGateway, feedback: 1, score: 80, metadata: { team: 'red' } })
    const gateway = createBinding({ baseURL: tollgate.url, token: tollgate.adminToken, ...account }).gateway('g')
    await gateway.patchLog(id, { feedback: -1 })
    const log = await gateway.getLog(id)
    assert.deepEqual([log.feedback, log.score, log.metadata], [-1, 80, { team: 'red' }])
    assert.ok(await client.aiGateway.logs.cost('g', id, account))
    const exported = await client.aiGateway.logs.export('g', account)
    const lines = (await exported.text()).trim().split('\n')
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { id: string }).id),
      ids.toReversed(),
    )
  })

  it('rows are removed by filters, and the others stay', async () => {
    const filters = [{ key: 'model', operator: 'eq' as const, value: ['gpt-4o'] }]
    assert.equal((await client.aiGateway.logs.delete('g', { ...account, filters })).result.deleted, 1)
    const page = await client.aiGateway.logs.list('g', account)
    assert.equal(page.result.length, 2)
  })

  it('a dataset takes in a file, and gives it back', async () => {
    const { datasets } = client.aiGateway
    const { id } = await datasets.create('g', { ...account, name: 'file', data: [] })
    const file = '{"input":"a","expected_output":"b"}\n{"input":"c"}\n'
    assert.equal((await datasets.items.import(id, { ...inGateway, file })).added, 2)
    const csv = new TextEncoder().encode('input,expected_output\nd,e\n')
    assert.equal((await datasets.items.import('g', id, { ...account, file: csv, format: 'csv' })).item_count, 3)
    const exported = await (await datasets.items.export(id, inGateway)).text()
    assert.deepEqual(
      exported
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { input: string }).input),
      ['a', 'c', 'd'],
    )
    await assert.rejects(datasets.items.import(id, { ...inGateway, file: '{' }), /line 1: is not valid JSON/)
  })

  it('dynamic routes are made, renamed, versioned and deployed', async () => {
    const { dynamicRouting } = client.aiGateway
    const elements = [
      { id: 's', type: 'start' as const, outputs: { next: { elementId: 'm' } } },
      {
        id: 'm',
        type: 'model' as const,
        properties: { provider: 'openai', model: 'gpt-4o-mini', timeout: 1000, retries: 0 },
        outputs: { success: { elementId: 'e' }, fallback: { elementId: 'e' } },
      },
      { id: 'e', type: 'end' as const, outputs: {} },
    ]
    const route = await dynamicRouting.create('g', { ...account, name: 'support', elements })
    const renamed = await dynamicRouting.update(route.id, { ...inGateway, name: 'help' })
    assert.deepEqual([renamed.success, renamed.route.name], [true, 'help'])
    await dynamicRouting.createVersion(route.id, { ...inGateway, elements })
    const { data } = await dynamicRouting.listVersions(route.id, inGateway)
    assert.equal(data.versions.length, 2)
    const version = data.versions.find(({ active }) => active === 'false') ?? assert.fail('no new version')
    await dynamicRouting.createDeployment(route.id, { ...inGateway, version_id: version.version_id })
    assert.equal((await dynamicRouting.get(route.id, inGateway)).version.version_id, version.version_id)
    assert.equal((await dynamicRouting.list('g', account)).data.routes[0]?.name, 'help')
    await dynamicRouting.delete(route.id, inGateway)
  })

  it('provider keys and custom providers are kept, accounts and balances shown', async () => {
    const { aiGateway } = client
    const stored = { ...account, alias: 'main', default_config: true, provider_slug: 'openai', secret: 'sk-secret-key' }
    const config = await aiGateway.providerConfigs.create('g', stored)
    assert.doesNotMatch(JSON.stringify(config), /sk-secret-key/)
    const aliases: string[] = []
    for await (const { alias } of aiGateway.providerConfigs.list('g', account)) aliases.push(alias)
    assert.deepEqual(aliases, ['main'])

    const given = { ...account, name: 'Acme', slug: 'acme', base_url: 'https://api.example.com' }
    const provider = await aiGateway.customProviders.create(given)
    await assert.rejects(aiGateway.customProviders.create(given), Tollgate.ConflictError)
    assert.equal((await aiGateway.customProviders.get(provider.id, account)).slug, 'acme')
    await aiGateway.customProviders.delete(provider.id, account)

    assert.equal((await aiGateway.billing.creditBalance(account)).balance, 0)
    await assert.rejects(aiGateway.billing.topup.create({ ...account }), Tollgate.PermissionDeniedError)
    const accounts: string[] = []
    for await (const { id } of client.accounts.list()) accounts.push(id)
    assert.deepEqual(accounts, ['team'])
    const types: string[] = []
    for await (const { id } of aiGateway.evaluationTypes.list({ ...account, per_page: 5 })) types.push(id)
    assert.ok(types.includes('exact_match') && types.length > 10)
  })
})
