import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import Cloudflare from 'cloudflare'
import type { AIGatewayCreateParams } from 'cloudflare/resources/ai-gateway/ai-gateway'
import OpenAI from 'openai'
import { type Aimock, aimockText, startAimock } from '../aimock.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { gatewayShape, logDetailShape, logShape } from './cloudflare-shapes.ts'
import { all } from './journey.ts'

const account = { account_id: '0d37909e38d3e99c29fa2cd343ac421a' }
const required = {
  cache_invalidate_on_update: true,
  cache_ttl: 0,
  collect_logs: true,
  rate_limiting_interval: 0,
  rate_limiting_limit: 0,
}
const messages = [{ role: 'user' as const, content: 'Hello!' }]

type Settings = Omit<AIGatewayCreateParams, 'account_id' | 'id'>

describe('the cloudflare client 7', () => {
  let aimock: Aimock
  let tollgate: TestTollgate
  let client: Cloudflare
  before(async () => {
    aimock = await startAimock()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${aimock.url}/v1` })
    client = connect()
  })
  after(async () => {
    await tollgate.close()
    await aimock.close()
  })

  function connect(options: ConstructorParameters<typeof Cloudflare>[0] = {}): Cloudflare {
    const baseURL = `${tollgate.url}/client/v4`
    return new Cloudflare({ apiToken: tollgate.adminToken, baseURL, maxRetries: 0, ...options })
  }

  const openai = (gateway: string): OpenAI =>
    new OpenAI({ apiKey: 'sk', baseURL: `${tollgate.url}/v1/${account.account_id}/${gateway}/openai`, maxRetries: 0 })

  /** Sends a chat through a gateway and gives the id of its row; null where the answer names none. */
  async function chat(
    gateway: string,
    headers: Record<string, string> = {},
    more: object = {},
  ): Promise<string | null> {
    const body = { model: 'gpt-4o-mini', messages, ...more }
    const { data, response } = await openai(gateway).chat.completions.create(body, { headers }).withResponse()
    if ('stream' in more) await all(data as unknown as AsyncIterable<unknown>)
    return response.headers.get('cf-aig-log-id')
  }

  describe('gateways', () => {
    it('are created, listed over several pages, read, changed and deleted', async () => {
      for (const id of ['one', 'two', 'three']) await client.aiGateway.create({ ...account, id, ...required })
      const listed = await all(client.aiGateway.list({ ...account, per_page: 2 }))
      assert.deepEqual(
        listed.map(({ id }) => id),
        ['three', 'two', 'one'],
      )
      const page = await client.aiGateway.list({ ...account, per_page: 2 })
      assert.deepEqual(page.result_info, { page: 1, per_page: 2, count: 2, total_count: 3 })

      const changed = await client.aiGateway.update('two', { ...account, ...required, cache_ttl: 60 })
      assert.deepEqual(await client.aiGateway.get('two', account), changed)
      for (const gateway of [...listed, changed]) gatewayShape.parse(gateway)

      for (const id of ['one', 'two', 'three']) assert.equal((await client.aiGateway.delete(id, account)).id, id)
      assert.deepEqual(await all(client.aiGateway.list(account)), [])
    })

    const settings: Settings = {
      cache_invalidate_on_update: false,
      cache_ttl: 60,
      collect_logs: true,
      rate_limiting_interval: 60,
      rate_limiting_limit: 5,
      rate_limiting_technique: 'sliding',
      authentication: true,
      byok_only: true,
      dlp: {
        enabled: true,
        policies: [{ id: 'p1', action: 'FLAG', check: ['REQUEST', 'RESPONSE'], enabled: true, profiles: ['cards'] }],
      },
      guardrails: { prompt: { S1: 'BLOCK', P1: 'FLAG' }, response: { S10: 'FLAG' } },
      log_classification: true,
      log_management: 20_000,
      log_management_strategy: 'DELETE_OLDEST',
      logpush: true,
      logpush_public_key: '-----BEGIN PUBLIC KEY-----',
      otel: [{ url: 'https://collector.example/v1/traces', headers: { 'x-key': 'k' }, content_type: 'protobuf' }],
      retry_backoff: 'exponential',
      retry_delay: 500,
      retry_max_attempts: 3,
      spend_limits: {
        enabled: true,
        rules: [
          {
            id: '9f1c22aa',
            enabled: true,
            limitType: 'cost',
            limit: 25.5,
            window: 86_400,
            technique: 'sliding',
            model: { mode: 'filter', values: ['openai/gpt-4o-mini'] },
            provider: { mode: 'filter', values: ['openai'] },
            metadata: { team: { mode: 'partition' } },
          },
        ],
      },
      store_id: 'store-1',
      stripe: { authorization: 'a-reference', usage_events: [{ payload: '{}' }] },
      workers_ai_billing_mode: 'postpaid',
      zdr: true,
    }

    it('keep and show every setting that the client can send', async () => {
      const { id, ...created } = await client.aiGateway.create({ ...account, id: 'full', ...settings })
      assert.equal(id, 'full')
      assert.partialDeepStrictEqual(created, settings)
      const merged = await client.aiGateway.update('full', { ...account, ...required })
      assert.partialDeepStrictEqual(merged, { ...settings, ...required })

      const legacyDlp = { enabled: true, action: 'BLOCK' as const, profiles: ['cards'] }
      const nulls = { guardrails: null, logpush_public_key: null, otel: null, spend_limits: null, stripe: null }
      const other: Settings = { ...settings, ...nulls, dlp: legacyDlp, retry_delay: 60_000, authentication: false }
      await client.aiGateway.update('full', { ...account, ...other })
      assert.partialDeepStrictEqual(await client.aiGateway.get('full', account), other)
    })

    it('say which of their settings nothing obeys yet', async () => {
      const body = { ...account, id: 'noted', ...required, zdr: true }
      const response = await client.aiGateway.create(body).asResponse()
      const { messages: notes } = (await response.json()) as { messages: { message: string }[] }
      assert.match(notes[0]?.message ?? '', /^stored, not enforced: .*\bzdr\b/)
    })

    it('tell an address that the openai client takes as it is', async () => {
      await client.aiGateway.create({ ...account, id: 'addressed', ...required })
      const baseURL = await client.aiGateway.urls.get('openai', { ...account, gateway_id: 'addressed' })
      const answered = await new OpenAI({ apiKey: 'sk', baseURL }).chat.completions.create({
        model: 'gpt-4o-mini',
        messages,
      })
      assert.equal(answered.choices[0]?.message.content, aimockText)
    })

    it('obey a change at the next request, and are unknown once they are deleted', async () => {
      await client.aiGateway.create({ ...account, id: 'changing', ...required })
      await chat('changing')
      await client.aiGateway.update('changing', { ...account, ...required, authentication: true })
      await assert.rejects(chat('changing'), OpenAI.AuthenticationError)
      await client.aiGateway.delete('changing', account)
      await assert.rejects(chat('changing'), OpenAI.BadRequestError)
    })

    it('of a deleted name leave no row to the next one of that name', async () => {
      await client.aiGateway.create({ ...account, id: 'again', ...required })
      const old = (await chat('again')) ?? ''
      await client.aiGateway.delete('again', account)
      await client.aiGateway.create({ ...account, id: 'again', ...required })
      assert.deepEqual(await all(client.aiGateway.logs.list('again', account)), [])
      await assert.rejects(
        client.aiGateway.logs.get(old, { ...account, gateway_id: 'again' }),
        Cloudflare.NotFoundError,
      )
    })

    it('named default come into being at the first request with a token', async () => {
      await assert.rejects(chat('default'), OpenAI.AuthenticationError)
      await chat('default', { 'cf-aig-authorization': `Bearer ${tollgate.adminToken}` })
      const found = await all(client.aiGateway.list({ ...account, search: 'default' }))
      assert.deepEqual(
        found.map((gateway) => [gateway.id, gateway.authentication, gateway.is_default, gateway.collect_logs]),
        [['default', true, true, true]],
      )
    })
  })

  describe('logs', () => {
    let count = 0
    let gateway: { account_id: string; gateway_id: string }
    beforeEach(async () => {
      gateway = { ...account, gateway_id: `logs-${++count}` }
      await client.aiGateway.create({ ...account, id: gateway.gateway_id, ...required })
    })
    const list = (more: Partial<Cloudflare.AIGateway.LogListParams> = {}) =>
      client.aiGateway.logs.list(gateway.gateway_id, { ...account, ...more })

    it('of real traffic have tokens, cost, metadata and the types of the API', async () => {
      const metadata = { team: 'core', request: 5, urgent: true }
      const id = (await chat(gateway.gateway_id, { 'cf-aig-metadata': JSON.stringify(metadata) })) ?? ''
      const [row] = await all(list())
      assert.equal(row?.id, id)
      const log = logShape.parse(row)
      assert.deepEqual([log.provider, log.model, log.path], ['openai', 'gpt-4o-mini', 'chat/completions'])
      assert.deepEqual([log.success, log.cached, log.status_code, log.step], [true, false, 200, 0])
      assert.deepEqual([log.tokens_in, log.tokens_out, log.cost, log.custom_cost], [11, 7, 0.00000585, false])
      assert.deepEqual(log.metadata, metadata)
      assert.deepEqual([log.timestamp, log.duration_ms], [log.created_at, log.duration])

      const detail = logDetailShape.parse(await client.aiGateway.logs.get(id, gateway))
      assert.partialDeepStrictEqual(detail, log)
      assert.deepEqual([detail.request_head_complete, detail.response_head_complete], [true, true])
      assert.equal(detail.request_size, detail.request_head.length)
      assert.equal(detail.response_size, detail.response_head.length)
    })

    it('give the request and the response as they were, a stream as one answer', async () => {
      const plain = (await chat(gateway.gateway_id)) ?? ''
      const streamed = (await chat(gateway.gateway_id, {}, { stream: true })) ?? ''
      assert.deepEqual(await client.aiGateway.logs.request(plain, gateway), { model: 'gpt-4o-mini', messages })
      const requested = await client.aiGateway.logs.request(streamed, gateway)
      assert.deepEqual(requested, { model: 'gpt-4o-mini', messages, stream: true })
      for (const id of [plain, streamed]) {
        const answered = (await client.aiGateway.logs.response(id, gateway)) as OpenAI.ChatCompletion
        assert.deepEqual([answered.object, answered.choices.length], ['chat.completion', 1])
        const [choice] = answered.choices
        assert.deepEqual([choice?.message.role, choice?.message.content], ['assistant', aimockText])
        assert.deepEqual([choice?.finish_reason, answered.usage?.total_tokens], ['stop', 18])
      }
    })

    it('come over several pages, newest first, each once', async () => {
      const ids: (string | null)[] = []
      for (let index = 0; index < 5; index++) ids.unshift(await chat(gateway.gateway_id))
      const listed = await all(list({ per_page: 2 }))
      assert.deepEqual(
        listed.map(({ id }) => id),
        ids,
      )
      const oldestFirst = await all(list({ per_page: 2, order_by: 'created_at', order_by_direction: 'asc' }))
      assert.deepEqual(
        oldestFirst.map(({ id }) => id),
        ids.toReversed(),
      )
    })

    it('are found by the parameters that the client has for it', async () => {
      await chat(gateway.gateway_id)
      await chat(gateway.gateway_id, {}, { model: 'gpt-of-nobody' })
      const refused = chat(gateway.gateway_id, {}, { messages: [{ role: 'user', content: 'refuse' }] })
      await assert.rejects(refused, OpenAI.BadRequestError)
      const models = async (more: Partial<Cloudflare.AIGateway.LogListParams>): Promise<string[]> =>
        (await all(list(more))).map(({ model }) => model)
      assert.deepEqual(await models({ success: false }), ['gpt-4o-mini'])
      assert.deepEqual(await models({ success: true, model: 'gpt-of-nobody' }), ['gpt-of-nobody'])
      assert.equal((await models({ provider: 'openai', cached: false, meta_info: true })).length, 3)
      assert.deepEqual(await models({ cached: true }), [])
    })

    it('are found by several filters, edited, and deleted by a filter', async () => {
      const id = (await chat(gateway.gateway_id, { 'cf-aig-metadata': '{"team":"core"}' })) ?? ''
      await chat(gateway.gateway_id, {}, { model: 'gpt-of-nobody' })
      const filters: Cloudflare.AIGateway.LogListParams['filters'] = [
        { key: 'model', operator: 'eq', value: ['gpt-4o-mini', 'gpt-5'] },
        { key: 'tokens', operator: 'gt', value: [17] },
        { key: 'metadata.value', operator: 'contains', value: ['cor'] },
      ]
      const found = await all(list({ filters, meta_info: true }))
      assert.deepEqual(
        found.map((log) => log.id),
        [id],
      )
      await client.aiGateway.logs.edit(id, { ...gateway, feedback: 1, score: 90, metadata: { reviewed: true } })
      const edited = (await all(list({ filters: [{ key: 'feedback', operator: 'eq', value: [1] }] })))[0]
      assert.deepEqual([edited?.id, edited?.metadata], [id, { team: 'core', reviewed: true }])

      const ofNobody = [{ key: 'model' as const, operator: 'neq' as const, value: ['gpt-4o-mini'] }]
      await client.aiGateway.logs.delete(gateway.gateway_id, { ...account, filters: ofNobody })
      assert.deepEqual(
        (await all(list())).map((log) => log.id),
        [id],
      )
    })

    it('are not kept, or without bodies, where the request or the gateway says so', async () => {
      await chat(gateway.gateway_id, { 'cf-aig-collect-log': 'false' })
      const id = (await chat(gateway.gateway_id, { 'cf-aig-collect-log-payload': 'false' })) ?? ''
      assert.deepEqual(
        (await all(list())).map((log) => [log.id, log.tokens_in]),
        [[id, 11]],
      )
      await assert.rejects(client.aiGateway.logs.request(id, gateway), Cloudflare.NotFoundError)
      await assert.rejects(client.aiGateway.logs.response(id, gateway), Cloudflare.NotFoundError)

      await client.aiGateway.update(gateway.gateway_id, { ...account, ...required, collect_logs: false })
      await chat(gateway.gateway_id)
      assert.equal((await all(list())).length, 1)
    })

    it('are deleted, the oldest first', async () => {
      const ids: (string | null)[] = []
      for (let index = 0; index < 3; index++) ids.push(await chat(gateway.gateway_id))
      const deleted = await client.aiGateway.logs.delete(gateway.gateway_id, { ...account, limit: 2 })
      assert.equal(deleted.success, true)
      assert.deepEqual(
        (await all(list())).map(({ id }) => id),
        ids.slice(2),
      )
      await client.aiGateway.logs.delete(gateway.gateway_id, account)
      assert.deepEqual(await all(list()), [])
    })
  })

  describe('errors', () => {
    /** What the client raises. */
    async function failure(promise: PromiseLike<unknown>): Promise<InstanceType<typeof Cloudflare.APIError>> {
      const error = await promise.then(
        () => assert.fail('the call must fail'),
        (thrown: unknown) => thrown,
      )
      assert.ok(error instanceof Cloudflare.APIError, String(error))
      return error
    }

    it('of an input name its path', async () => {
      const error = await failure(client.aiGateway.create({ ...account, id: 'bad', ...required, cache_ttl: -1 }))
      assert.ok(error instanceof Cloudflare.BadRequestError)
      const [entry] = error.errors as { code?: number; message?: string; path?: string[] }[]
      assert.deepEqual([entry?.code, entry?.path], [7001, ['body', 'cache_ttl']])
      assert.match(entry?.message ?? '', /cache_ttl.*-1/)
      assert.partialDeepStrictEqual(error.error, { success: false, result: null })
    })

    it('of a second gateway of the same name and of too large a page are bad requests', async () => {
      await client.aiGateway.create({ ...account, id: 'twice', ...required })
      const calls: (() => PromiseLike<unknown>)[] = [
        () => client.aiGateway.create({ ...account, id: 'twice', ...required }),
        () => client.aiGateway.logs.list('twice', { ...account, per_page: 51 }),
        () => client.aiGateway.list({ ...account, per_page: 101 }),
      ]
      for (const call of calls) {
        const error = await failure(call())
        assert.ok(error instanceof Cloudflare.BadRequestError)
        assert.equal(error.errors[0]?.code, 7001)
      }
    })

    it('of what is not there are not found', async () => {
      await client.aiGateway.create({ ...account, id: 'there', ...required })
      const gateway_id = 'there'
      const calls: [code: number, call: () => PromiseLike<unknown>][] = [
        [7002, () => client.aiGateway.get('nowhere', account)],
        [7002, () => client.aiGateway.delete('nowhere', account)],
        [7002, () => client.aiGateway.logs.list('nowhere', account)],
        [7002, () => client.aiGateway.logs.get('not-an-id', { ...account, gateway_id })],
        [7002, () => client.aiGateway.logs.request('01999999-9999-7999-8999-999999999999', { ...account, gateway_id })],
        [7003, () => client.get('/accounts/a/nothing')],
        [7003, () => client.get('/zones')],
      ]
      for (const [code, call] of calls) {
        const error = await failure(call())
        assert.ok(error instanceof Cloudflare.NotFoundError)
        assert.equal(error.errors[0]?.code, code)
      }
    })

    it('of a wrong token are of the authentication, and the older pair of email and key is as good', async () => {
      const wrong = await failure(connect({ apiToken: 'wrong' }).aiGateway.list(account))
      assert.ok(wrong instanceof Cloudflare.AuthenticationError)
      assert.equal(wrong.errors[0]?.code, 10000)
      const pair = { apiToken: null, apiKey: tollgate.adminToken }
      assert.ok(Array.isArray((await connect({ ...pair, apiEmail: 'admin@localhost' }).aiGateway.list(account)).result))
      const other = await failure(connect({ ...pair, apiEmail: 'user@example.com' }).aiGateway.list(account))
      assert.ok(other instanceof Cloudflare.AuthenticationError)
    })
  })
})
