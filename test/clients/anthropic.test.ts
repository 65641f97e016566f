import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import { type Aimock, aimockText, startAimock } from '../aimock.ts'
import { chunk, streamHead } from '../fault/answers.ts'
import { type FaultServer, reset, stall, startFaultServer } from '../fault/fault-server.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all, jsonAnswer, rowOf } from './journey.ts'

const ask = { model: 'claude-haiku-4-5', max_tokens: 99, messages: [{ role: 'user' as const, content: 'Hello!' }] }
/** 11 tokens at 1 USD and 7 at 5 USD a million: https://www.anthropic.com/pricing, 2026-11-22. */
const askCost = 0.000046

describe('the anthropic client through Tollgate', () => {
  let aimock: Aimock
  let tollgate: TestTollgate
  let client: Anthropic
  before(async () => {
    aimock = await startAimock()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_ANTHROPIC_BASE_URL: aimock.url })
    client = new Anthropic({ apiKey: 'sk-ant', baseURL: `${await tollgate.gateway('g')}/anthropic`, maxRetries: 0 })
  })
  after(async () => {
    await tollgate.close()
    await aimock.close()
  })

  it('a message comes back whole, and its row has the tokens, the cost and both bodies', async () => {
    const { data: message, response } = await client.messages.create(ask).withResponse()
    assert.deepEqual(message.content, [{ type: 'text', text: aimockText }])
    assert.equal(response.headers.get('tollgate-cost'), '0.000046')
    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.provider, row.model, row.path], ['anthropic', ask.model, 'v1/messages'])
    assert.deepEqual([row.success, row.tokens_in, row.tokens_out, row.cost], [true, 11, 7, askCost])
    assert.deepEqual(JSON.parse(row.request_head), ask)
    assert.deepEqual(JSON.parse(row.response_head), message)
  })

  it('a stream reaches its final message, and the row holds that message whole', async () => {
    const stream = client.messages.stream(ask)
    const { response } = await stream.withResponse()
    const message = await stream.finalMessage()
    assert.deepEqual([message.stop_reason, await stream.finalText()], ['end_turn', aimockText])
    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.success, row.outcome], [true, 'complete'])
    assert.deepEqual([row.tokens_in, row.tokens_out, row.cost], [11, 7, askCost])
    const stored = JSON.parse(row.response_head) as Anthropic.Message
    assert.deepEqual([stored.type, stored.id, stored.content], ['message', message.id, message.content])
  })

  it('raw events come in their order', async () => {
    const events = await all(await client.messages.create({ ...ask, stream: true }))
    const types = events.map(({ type }) => type)
    assert.deepEqual(types.slice(0, 2), ['message_start', 'content_block_start'])
    assert.deepEqual(types.slice(-3), ['content_block_stop', 'message_delta', 'message_stop'])
  })

  const weather = {
    ...ask,
    messages: [{ role: 'user' as const, content: 'How is the weather?' }],
    tools: [{ name: 'get_weather', input_schema: { type: 'object' as const } }],
  }
  it('a tool is called, also in a stream, and the row holds its input', async () => {
    const plain = await client.messages.create(weather)
    const stream = client.messages.stream(weather)
    const { response } = await stream.withResponse()
    const streamed = await stream.finalMessage()
    const row = await rowOf(tollgate, 'g', response)
    for (const { content } of [plain, streamed, JSON.parse(row.response_head) as Anthropic.Message]) {
      const use = content.find((block) => block.type === 'tool_use')
      assert.deepEqual([use?.name, use?.input], ['get_weather', { city: 'Paris' }])
    }
  })

  it('a model without a price costs null, and the row says what is unknown', async () => {
    const { response } = await client.messages.create({ ...ask, model: 'claude-of-nobody' }).withResponse()
    const row = await rowOf(tollgate, 'g', response)
    assert.equal(row.cost, null)
    assert.equal(row.cost_detail?.unknown, 'there is no price for the model claude-of-nobody')
  })
})

describe('the anthropic client, with answers told to the byte', () => {
  let fault: FaultServer
  let tollgate: TestTollgate
  let baseURL: string
  before(async () => {
    fault = await startFaultServer()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_ANTHROPIC_BASE_URL: `${fault.url}/v1` })
    baseURL = `${await tollgate.gateway('g')}/anthropic`
    await tollgate.gateway('closed', { authentication: true })
  })
  after(async () => {
    await tollgate.close()
    await fault.close()
  })

  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5-20250929',
    content: [{ type: 'text', text: 'Hi.' }],
    stop_reason: 'end_turn',
    usage: {
      input_tokens: 10,
      cache_creation_input_tokens: 40,
      cache_read_input_tokens: 1000,
      output_tokens: 20,
    },
  }
  const connect = (options: ConstructorParameters<typeof Anthropic>[0] = {}): Anthropic =>
    new Anthropic({ apiKey: 'sk-ant-key', baseURL, maxRetries: 0, ...options })

  /** What the client raises. */
  async function failure(promise: Promise<unknown>): Promise<InstanceType<typeof Anthropic.APIError>> {
    const error = await promise.then(
      () => assert.fail('the call must fail'),
      (thrown: unknown) => thrown,
    )
    assert.ok(error instanceof Anthropic.APIError, String(error))
    return error
  }

  it('tokens read from and written to the cache of the provider have their own prices', async () => {
    fault.plan('default', [jsonAnswer(200, message)])
    const { response } = await connect().messages.create(ask).withResponse()
    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.tokens_in, row.tokens_out], [1050, 20])
    assert.equal(row.usage_metadata?.input_cached_tokens, 1000)
    // 10 at 3 USD, 1000 at 0.30, 40 at 3.75 and 20 at 15 USD a million.
    assert.equal(row.cost, 0.00078)
  })

  it('a key and a token both reach the provider as the client sends them, and no row', async () => {
    fault.plan('default', [jsonAnswer(200, message)])
    for (const options of [{ apiKey: 'sk-ant-key' }, { apiKey: null, authToken: 'ant-token' }]) {
      const { response } = await connect(options).messages.create(ask).withResponse()
      const sent = fault.requests.at(-1)?.headers
      const credentials = `${String(sent?.['x-api-key'])} ${sent?.authorization}`
      assert.match(credentials, options.apiKey === null ? /Bearer ant-token/ : /sk-ant-key/)
      assert.ok(sent?.['anthropic-version'])
      assert.doesNotMatch(JSON.stringify(await rowOf(tollgate, 'g', response)), /sk-ant-key|ant-token/)
    }
  })

  it('counting tokens costs nothing, and what listing models costs no answer tells', async () => {
    fault.plan('default', [jsonAnswer(200, { input_tokens: 12 })], [jsonAnswer(200, { data: [{ id: 'claude-x' }] })])
    const { messages } = ask
    const counted = await connect().messages.countTokens({ model: ask.model, messages }).withResponse()
    assert.equal(counted.data.input_tokens, 12)
    const row = await rowOf(tollgate, 'g', counted.response)
    assert.deepEqual([row.path, row.cost, row.success], ['v1/messages/count_tokens', 0, true])
    const listed = await connect().models.list().withResponse()
    assert.deepEqual([listed.data.data[0]?.id, fault.requests.at(-1)?.method], ['claude-x', 'GET'])
    const { cost, cost_detail: detail } = await rowOf(tollgate, 'g', listed.response)
    assert.deepEqual([cost, detail?.unknown], [null, 'this endpoint has no price that an answer could tell'])
  })

  const refusals = [
    [400, Anthropic.BadRequestError, 'invalid_request_error'],
    [401, Anthropic.AuthenticationError, 'authentication_error'],
    [403, Anthropic.PermissionDeniedError, 'permission_error'],
    [404, Anthropic.NotFoundError, 'not_found_error'],
    [429, Anthropic.RateLimitError, 'rate_limit_error'],
    [500, Anthropic.InternalServerError, 'api_error'],
    [529, Anthropic.InternalServerError, 'overloaded_error'],
  ] as const
  for (const [status, errorClass, type] of refusals) {
    it(`a ${status} of the provider is its ${errorClass.name}, and the row says why`, async () => {
      const body = { type: 'error', error: { type, message: `This is ${type}.` }, request_id: 'req_1' }
      fault.plan('default', [jsonAnswer(status, body)])
      const error = await failure(connect().messages.create(ask))
      assert.ok(error instanceof errorClass, error.constructor.name)
      assert.deepEqual([error.status, error.type, error.error], [status, type, body])
      assert.ok(error.headers)
      const row = await rowOf(tollgate, 'g', { headers: error.headers })
      assert.deepEqual([row.success, row.status_code, row.error], [false, status, `This is ${type}.`])
    })
  }

  it('without a token a gateway with authentication is an AuthenticationError, with one it answers', async () => {
    fault.plan('default', [jsonAnswer(200, message)])
    const closed = `${tollgate.url}/v1/test/closed/anthropic`
    const error = await failure(connect({ baseURL: closed }).messages.create(ask))
    assert.ok(error instanceof Anthropic.AuthenticationError)
    assert.match(error.message, /^401 Unauthorized: .*cf-aig-authorization/)
    assert.equal((error.error as { internalCode: number }).internalCode, 2009)
    const defaultHeaders = { 'cf-aig-authorization': tollgate.adminToken }
    const answered = await connect({ baseURL: closed, defaultHeaders }).messages.create(ask)
    assert.equal(answered.id, 'msg_1')
    assert.ok(!fault.requests.at(-1)?.rawHeaders.join().includes(tollgate.adminToken))
  })

  const start = { type: 'message_start', message: { ...message, content: [], stop_reason: null } }
  const block = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }
  const delta = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hel' } }
  const begun = [streamHead, ...[start, block, delta].map(event)]

  it('a stream that the provider ends with an error is an error of the client and no success', async () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded.' } }
    fault.plan('default', [...begun, event(error), { pauseMs: 5 }, reset])
    const stream = connect().messages.stream(ask)
    const { response } = await stream.withResponse()
    assert.match((await failure(stream.finalMessage())).message, /Overloaded/)
    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.success, row.outcome, row.error], [false, 'upstream_broken', 'Overloaded.'])
  })

  it('a client that leaves ends the call of the provider, and its row has the tokens seen so far', async () => {
    fault.plan('default', [...begun, stall])
    const index = fault.requests.length
    const stream = connect().messages.stream(ask)
    const { response } = await stream.withResponse()
    stream.on('text', () => stream.abort())
    await assert.rejects(stream.done(), Anthropic.APIUserAbortError)
    assert.equal(await (await fault.request(index)).ended, 'client-left')
    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.success, row.outcome, row.tokens_in], [false, 'client_left', 1050])
    assert.match(row.response_head, /Hel/)
  })
})

function event(data: { type: string }): Buffer {
  return chunk(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`)
}
