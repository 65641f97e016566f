import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Cloudflare from 'cloudflare-4'
import OpenAI from 'openai'
import { type Aimock, aimockText, startAimock } from '../aimock.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all } from './journey.ts'

const accountId = '3ebbcb006d4d46d7bb6a8c7f14676cb0'

// The examples of the simplified API as its page shows them, in the page's order; only the token and the address are
// other ones. Its positional style is that of the clients up to version 4.
describe('the examples of the simplified API, with the cloudflare client 4', () => {
  let aimock: Aimock
  let tollgate: TestTollgate
  let client: Cloudflare
  before(async () => {
    aimock = await startAimock()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${aimock.url}/v1` })
    client = new Cloudflare({
      apiToken: tollgate.adminToken,
      baseURL: `${tollgate.url}/client/v4`,
      maxRetries: 0,
    })
  })
  after(async () => {
    await tollgate.close()
    await aimock.close()
  })

  /** Sends a chat through the gateway and gives the id of its row. */
  async function chat(): Promise<string> {
    const openai = new OpenAI({ apiKey: 'sk', baseURL: `${tollgate.url}/v1/${accountId}/my-gateway/openai` })
    const { response } = await openai.chat.completions
      .create({ model: 'gpt-3.5-turbo', messages: [{ role: 'user', content: 'Hello!' }] })
      .withResponse()
    return response.headers.get('cf-aig-log-id') ?? ''
  }

  it('create a gateway', async () => {
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
    assert.equal((gateway as { account_id?: string }).account_id, accountId)
    assert.deepEqual(
      [gateway.cache_ttl, gateway.rate_limiting_interval, gateway.rate_limiting_limit, gateway.rate_limiting_technique],
      [3600, 60, 100, 'sliding'],
    )
    assert.deepEqual([gateway.cache_invalidate_on_update, gateway.collect_logs], [true, true])
    assert.equal(gateway.created_at, gateway.modified_at)
    assert.equal(new Date(gateway.created_at).toISOString(), gateway.created_at)
  })

  it('null switches caching and limits off', async () => {
    const gateway = await client.aiGateway.create({
      account_id: accountId,
      id: 'all-off',
      cache_invalidate_on_update: true,
      cache_ttl: null,
      collect_logs: true,
      rate_limiting_interval: null,
      rate_limiting_limit: null,
      rate_limiting_technique: 'fixed',
    })
    assert.deepEqual(
      [gateway.cache_ttl, gateway.rate_limiting_interval, gateway.rate_limiting_limit],
      [null, null, null],
    )
  })

  it('list gateways', async () => {
    const seen: string[] = []
    for await (const gateway of client.aiGateway.list({
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
    })) {
      seen.push(gateway.id)
    }
    assert.deepEqual(seen, ['all-off', 'my-gateway'])
    const found = await all(
      client.aiGateway.list({ account_id: accountId, search: 'my-gateway', page: 1, per_page: 5 }),
    )
    assert.deepEqual(
      found.map(({ id }) => id),
      ['my-gateway'],
    )
  })

  it('get a gateway', async () => {
    const gateway = await client.aiGateway.get('my-gateway', { account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0' })
    assert.deepEqual([gateway.id, gateway.cache_ttl], ['my-gateway', 3600])
  })

  it('update a gateway', async () => {
    const earlier = await client.aiGateway.get('my-gateway', { account_id: accountId })
    const gateway = await client.aiGateway.update('my-gateway', {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
      cache_ttl: 7200,
      rate_limiting_limit: 200,
      rate_limiting_interval: 60,
      rate_limiting_technique: 'sliding',
      cache_invalidate_on_update: true,
      collect_logs: true,
    })
    const { modified_at, ...rest } = gateway
    const { modified_at: modifiedBefore, ...restBefore } = earlier
    assert.deepEqual(rest, { ...restBefore, cache_ttl: 7200, rate_limiting_limit: 200 })
    assert.ok(modified_at > modifiedBefore)
    assert.deepEqual(await client.aiGateway.get('my-gateway', { account_id: accountId }), gateway)
  })

  it('list logs between two days, the last one included', async () => {
    const logId = await chat()
    const of2024: unknown[] = []
    for await (const log of client.aiGateway.logs.list('my-gateway', {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
      start_date: '2024-01-01',
      end_date: '2024-01-31',
    })) {
      of2024.push(log)
    }
    assert.deepEqual(of2024, [])

    const { created_at } = await client.aiGateway.logs.get('my-gateway', logId, { account_id: accountId })
    const today = created_at.slice(0, 10)
    const dates = { start_date: today, end_date: today, page: 1, per_page: 10 }
    const logs = await all(client.aiGateway.logs.list('my-gateway', { account_id: accountId, ...dates }))
    assert.deepEqual(
      logs.map(({ id }) => id),
      [logId],
    )
  })

  it('get a log entry', async () => {
    const logId = await chat()
    const log = await client.aiGateway.logs.get('my-gateway', logId, { account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0' })
    // Names that the page has and the client's types have not.
    const { timestamp, duration_ms: durationMs } = log as { timestamp?: string; duration_ms?: number }
    assert.deepEqual([log.id, log.provider, log.model], [logId, 'openai', 'gpt-3.5-turbo'])
    // The same question was asked before, and the page's gateway caches.
    assert.deepEqual([log.status_code, log.cached, log.success], [200, true, true])
    assert.equal(timestamp, log.created_at)
    assert.ok(durationMs !== undefined && Number.isInteger(durationMs) && durationMs >= 0)
    assert.equal(log.duration, durationMs)
  })

  it('get the request and the response of a log', async () => {
    const logId = await chat()
    const request = await client.aiGateway.logs.request('my-gateway', logId, {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
    })
    assert.deepEqual(request, { model: 'gpt-3.5-turbo', messages: [{ role: 'user', content: 'Hello!' }] })
    const response = await client.aiGateway.logs.response('my-gateway', logId, {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
    })
    const completion = response as OpenAI.ChatCompletion
    assert.equal(completion.object, 'chat.completion')
    assert.equal(completion.choices[0]?.message.content, aimockText)
  })

  it('delete logs before a day over plain HTTP removes only what is older', async () => {
    const kept = await chat()
    const logs = `${tollgate.url}/client/v4/accounts/${accountId}/ai-gateway/gateways/my-gateway/logs`
    const headers = { authorization: `Bearer ${tollgate.adminToken}` }
    const response = await fetch(`${logs}?before=2024-01-01`, { method: 'DELETE', headers })
    const answered = (await response.json()) as { success: boolean; result: unknown }
    assert.deepEqual([answered.success, answered.result], [true, { deleted: 0 }])
    assert.equal((await client.aiGateway.logs.get('my-gateway', kept, { account_id: accountId })).id, kept)
  })

  it('delete logs, where the client drops the day: the oldest rows go, as at Cloudflare', async () => {
    await chat()
    const deleted = await client.aiGateway.logs.delete('my-gateway', {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
      // @ts-expect-error -- the page has it, the client's types have not, and the client does not send it
      before: '2024-01-01',
    })
    assert.equal(deleted.success, true)
    assert.deepEqual(await all(client.aiGateway.logs.list('my-gateway', { account_id: accountId })), [])
  })

  it('the address of a gateway', async () => {
    const url = await client.aiGateway.urls.get('my-gateway', 'openai', { account_id: accountId })
    assert.equal(url, `${tollgate.url}/v1/${accountId}/my-gateway/openai`)
  })

  it('delete a gateway', async () => {
    await client.aiGateway.delete('my-gateway', { account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0' })
    await assert.rejects(
      client.aiGateway.get('my-gateway', { account_id: accountId }),
      (error) => error instanceof Cloudflare.NotFoundError && error.errors[0]?.code === 7002,
    )
    await assert.rejects(chat(), OpenAI.BadRequestError)
  })

  it('the older pair of email and key is as good as a token', async () => {
    const apiEmail = 'admin@localhost'
    const options = { apiToken: null, apiEmail, baseURL: `${tollgate.url}/client/v4`, maxRetries: 0 }
    const older = new Cloudflare({ ...options, apiKey: tollgate.adminToken })
    assert.equal((await older.aiGateway.get('all-off', { account_id: accountId })).id, 'all-off')
    const wrong = new Cloudflare({ ...options, apiKey: '144c9defac04969c7bfad8efaa8ea194' })
    await assert.rejects(wrong.aiGateway.get('all-off', { account_id: accountId }), Cloudflare.AuthenticationError)
  })
})
