// The examples of the API's page as they stand there, only with another import and base URL.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Cloudflare from '@tollgate/client'
import { type Aimock, startAimock } from '../aimock.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'

/** What an example prints. */
let printed: unknown[] = []
const console = { log: (value: unknown) => void printed.push(value) }

describe('the examples of the page, against a Tollgate', () => {
  let aimock: Aimock
  let tollgate: TestTollgate
  let client: Cloudflare
  before(async () => {
    aimock = await startAimock()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${aimock.url}/v1` })
    process.env.CLOUDFLARE_API_TOKEN = tollgate.adminToken
    client = new Cloudflare({
      apiToken: process.env.CLOUDFLARE_API_TOKEN,
      baseURL: `${tollgate.url}/client/v4`,
    })
  })
  after(async () => {
    await tollgate.close()
    await aimock.close()
  })

  it('gateways are created, listed, read, changed and deleted', async () => {
    {
      const gateway = await client.aiGateway.create({
        account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
        id: 'my-gateway',
        cache_invalidate_on_update: true,
        cache_ttl: 3600,
        collect_logs: true,
        rate_limiting_interval: 60,
        rate_limiting_limit: 100,
        rate_limiting_technique: 'sliding',
      })
      assert.equal(gateway.id, 'my-gateway')
      assert.equal(gateway.account_id, '3ebbcb006d4d46d7bb6a8c7f14676cb0')
      assert.ok(Date.parse(gateway.created_at) > 0 && Date.parse(gateway.modified_at) > 0)
      assert.deepEqual([gateway.cache_ttl, gateway.rate_limiting_limit], [3600, 100])
    }
    printed = []
    for await (const gateway of client.aiGateway.list({
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
    })) {
      console.log(gateway)
    }
    {
      const gateway = await client.aiGateway.get('my-gateway', { account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0' })
      assert.deepEqual(printed, [gateway])
    }
    {
      const gateway = await client.aiGateway.update('my-gateway', {
        account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
        cache_ttl: 7200,
        rate_limiting_limit: 200,
        rate_limiting_interval: 60,
        rate_limiting_technique: 'sliding',
        cache_invalidate_on_update: true,
        collect_logs: true,
      })
      assert.deepEqual([gateway.cache_ttl, gateway.rate_limiting_limit], [7200, 200])
    }
    await client.aiGateway.delete('my-gateway', { account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0' })
    await assert.rejects(
      client.aiGateway.get('my-gateway', { account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0' }),
      Cloudflare.NotFoundError,
    )
  })

  it('logs are listed, read with both bodies, and deleted before a day', async () => {
    await client.aiGateway.create({ account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0', id: 'my-gateway' })
    const sent = {
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'Hello!' }],
    }
    const answer = await fetch(
      `${tollgate.url}/v1/3ebbcb006d4d46d7bb6a8c7f14676cb0/my-gateway/openai/chat/completions`,
      { method: 'POST', headers: { authorization: 'Bearer sk' }, body: JSON.stringify(sent) },
    )
    const received: unknown = await answer.json()
    const logId = answer.headers.get('cf-aig-log-id') ?? assert.fail('the answer names no row')

    printed = []
    for await (const log of client.aiGateway.logs.list('my-gateway', {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
      start_date: '2024-01-01',
      end_date: '2024-01-31',
    })) {
      console.log(log)
    }
    assert.deepEqual(printed, [])
    for await (const log of client.aiGateway.logs.list('my-gateway', {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
      start_date: '2024-01-01',
    })) {
      console.log(log.id)
    }
    assert.deepEqual(printed, [logId])

    const log = await client.aiGateway.logs.get('my-gateway', logId, { account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0' })
    assert.deepEqual([log.id, log.provider, log.model], [logId, 'openai', 'gpt-4o-mini'])
    assert.deepEqual([log.status_code, log.cached], [200, false])
    assert.ok(Date.parse(log.timestamp) > 0 && log.duration_ms >= 0)

    const request = await client.aiGateway.logs.request('my-gateway', logId, {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
    })
    assert.deepEqual(request, sent)
    const response = await client.aiGateway.logs.response('my-gateway', logId, {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
    })
    assert.deepEqual(response, received)

    await client.aiGateway.logs.delete('my-gateway', {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
      before: '2024-01-01',
    })
    // Only with `before` on the wire is the row of today still there.
    assert.equal(
      (await client.aiGateway.logs.get('my-gateway', logId, { account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0' })).id,
      logId,
    )
    const { result } = await client.aiGateway.logs.delete('my-gateway', {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
      before: '2999-01-01',
    })
    assert.equal(result.deleted, 1)
  })
})
