import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Tollgate from '@tollgate/client'
import { type Aimock, startAimock } from '../aimock.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'

const account = { account_id: 'team' }

describe('the client against a Tollgate', () => {
  let aimock: Aimock
  let tollgate: TestTollgate
  let client: Tollgate
  before(async () => {
    aimock = await startAimock()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${aimock.url}/v1` })
    client = new Tollgate({ apiToken: tollgate.adminToken, baseURL: `${tollgate.url}/client/v4` })
  })
  after(async () => {
    await tollgate.close()
    await aimock.close()
  })

  async function chat(gateway: string): Promise<string> {
    const answer = await fetch(
      await client.aiGateway.urls
        .get('openai', { ...account, gateway_id: gateway })
        .then((url) => `${url}/chat/completions`),
      {
        method: 'POST',
        headers: { authorization: 'Bearer sk' },
        body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello!' }] }),
      },
    )
    await answer.arrayBuffer()
    return answer.headers.get('cf-aig-log-id') ?? assert.fail('the answer names no row')
  }

  it('reads a row as the official client 7 is written, and as the page is', async () => {
    await client.aiGateway.create({ ...account, id: 'rows' })
    const id = await chat('rows')
    const log = await client.aiGateway.logs.get(id, { ...account, gateway_id: 'rows' })
    assert.deepEqual(await client.aiGateway.logs.get('rows', id, account), log)
    const request = await client.aiGateway.logs.request(id, { ...account, gateway_id: 'rows' })
    assert.deepEqual(request, { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello!' }] })
  })

  it('goes over several pages of real rows', async () => {
    await client.aiGateway.create({ ...account, id: 'pages' })
    const made = [await chat('pages'), await chat('pages'), await chat('pages')]
    const seen: string[] = []
    for await (const { id } of client.aiGateway.logs.list('pages', { ...account, per_page: 2 })) seen.push(id)
    assert.deepEqual(seen, made.toReversed())
    const page = await client.aiGateway.logs.list('pages', { ...account, per_page: 2, success: true })
    assert.deepEqual([page.result.length, page.result_info?.total_count, page.hasNextPage()], [2, 3, true])
  })

  it('changes only the version that was seen', async () => {
    const made = await client.aiGateway.create({ ...account, id: 'versions' })
    const changed = await client.aiGateway.update(
      'versions',
      { ...account, cache_ttl: 60 },
      { ifMatch: made.modified_at },
    )
    assert.equal(changed.cache_ttl, 60)
    const late = client.aiGateway.update('versions', { ...account, cache_ttl: 7 }, { ifMatch: made.modified_at })
    await assert.rejects(late, Tollgate.PreconditionFailedError)
    assert.equal((await client.aiGateway.get('versions', account)).cache_ttl, 60)
  })

  it('tells what a refusal is about', async () => {
    const bad = client.aiGateway.create({ ...account, id: 'bad', cache_ttl: -1 })
    await assert.rejects(bad, (error) => {
      assert.ok(error instanceof Tollgate.BadRequestError)
      assert.deepEqual([error.errors[0]?.code, error.errors[0]?.path], [7001, ['body', 'cache_ttl']])
      return true
    })
    await assert.rejects(
      client.withOptions({ apiToken: 'wrong' }).aiGateway.get('rows', account),
      Tollgate.AuthenticationError,
    )
  })

  it("has Tollgate's own calls: tokens, the audit log, the cache", async () => {
    const permissions = ['AI Gateway Read'] as const
    const { id, value } = await client.aiGateway.tokens.create({
      ...account,
      name: 'ci',
      permissions: [...permissions],
    })
    const reader = client.withOptions({ apiToken: value })
    assert.equal((await reader.user.tokens.verify()).id, id)
    await assert.rejects(reader.aiGateway.create({ ...account, id: 'no' }), Tollgate.PermissionDeniedError)
    assert.equal((await client.aiGateway.tokens.get(id, account)).name, 'ci')
    assert.equal((await client.aiGateway.tokens.update(id, { ...account, name: 'ci 2' })).name, 'ci 2')
    await client.aiGateway.create({ ...account, id: 'cached' })
    assert.equal((await client.aiGateway.cache.purge('cached', account)).purged, true)
    await client.aiGateway.tokens.delete(id, account)
    const actions: string[] = []
    for await (const entry of client.aiGateway.auditLogs.list({ ...account, resource: 'token' }))
      actions.push(entry.action)
    assert.deepEqual(actions, ['delete', 'update', 'create'])
  })
})
