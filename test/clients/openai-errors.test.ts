import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import OpenAI from 'openai'
import { chunk, lastChunk, streamHead } from '../fault/answers.ts'
import { type FaultServer, reset, stall, startFaultServer } from '../fault/fault-server.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all, jsonAnswer, rowOf } from './journey.ts'

const chat = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Hello!' }] }
const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
}
const firstEvent = chunk('data: {"id":"c","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n')

describe('the openai client, when something goes wrong', () => {
  let fault: FaultServer
  let tollgate: TestTollgate
  before(async () => {
    fault = await startFaultServer()
    tollgate = await startForTest({
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${fault.url}/v1`,
      TOLLGATE_PROVIDER_OPENAI_API_KEY: 'sk-of-the-operator',
      TOLLGATE_PROVIDER_GROQ_BASE_URL: `http://127.0.0.1:${await closedPort()}`,
    })
    await tollgate.gateway('open')
    await tollgate.gateway('closed', { authentication: true })
  })
  beforeEach(() => fault.plan('default', [jsonAnswer(200, completion)]))
  after(async () => {
    await tollgate.close()
    await fault.close()
  })

  function connect(options: { path?: string; apiKey?: string; maxRetries?: number; token?: string } = {}): OpenAI {
    const { path = 'open/openai', apiKey = 'sk-of-the-client', maxRetries = 0, token } = options
    return new OpenAI({
      apiKey,
      baseURL: `${tollgate.url}/v1/test/${path}`,
      maxRetries,
      defaultHeaders: token === undefined ? {} : { 'cf-aig-authorization': `Bearer ${token}` },
    })
  }

  /** What the client raises. */
  async function failure(promise: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
    const error = await promise.then(
      () => assert.fail('the call must fail'),
      (thrown: unknown) => thrown,
    )
    assert.ok(error instanceof OpenAI.APIError, String(error))
    return error
  }

  const refusals = [
    [400, OpenAI.BadRequestError, 'invalid_request_error', 'context_length_exceeded', 'Too many tokens.'],
    [401, OpenAI.AuthenticationError, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
    [404, OpenAI.NotFoundError, 'invalid_request_error', 'model_not_found', 'The model does not exist.'],
    [429, OpenAI.RateLimitError, 'tokens', 'rate_limit_exceeded', 'Rate limit reached.'],
    [500, OpenAI.InternalServerError, 'server_error', null, 'The server had an error.'],
  ] as const
  for (const [status, errorClass, type, code, message] of refusals) {
    it(`a ${status} of the provider is its ${errorClass.name}, and the row says why`, async () => {
      fault.plan('default', [jsonAnswer(status, { error: { message, type, param: null, code } })])
      const error = await failure(connect().chat.completions.create(chat))
      assert.ok(error instanceof errorClass, error.constructor.name)
      assert.deepEqual([error.status, error.type, error.code], [status, type, code])
      assert.equal(error.message, `${status} ${message}`)
      assert.ok(error.headers)
      const row = await rowOf(tollgate, 'open', { headers: error.headers })
      assert.deepEqual([row.success, row.status_code, row.error, row.cost], [false, status, message, null])
      assert.deepEqual(JSON.parse(row.response_head), { error: { message, type, param: null, code } })
    })
  }

  it('a 429 is repeated by the client after the time that the provider asks for, and both tries have rows', async () => {
    await tollgate.gateway('busy')
    const busy = jsonAnswer(429, { error: { message: 'Rate limit reached.' } }).toString()
    fault.plan('default', [busy.replace('\r\n', '\r\nretry-after-ms: 1\r\n')], [jsonAnswer(200, completion)])
    const answered = await connect({ path: 'busy/openai', maxRetries: 1 }).chat.completions.create(chat)
    assert.equal(answered.choices[0]?.message.content, 'Hi.')
    const rows = await tollgate.logs('busy')
    assert.deepEqual(
      rows.map((row) => row['status_code']),
      [200, 429],
    )
  })

  it('without a token a gateway with authentication refuses, and the provider hears nothing', async () => {
    const heard = fault.requests.length
    const error = await failure(connect({ path: 'closed/openai' }).chat.completions.create(chat))
    assert.ok(error instanceof OpenAI.AuthenticationError)
    const [entry] = error.error as { code: number; message: string }[]
    assert.equal(entry?.code, 2009)
    assert.match(error.message, /^401 .*cf-aig-authorization/)
    assert.equal(fault.requests.length, heard)
    assert.ok(error.headers)
    const row = await rowOf(tollgate, 'closed', { headers: error.headers })
    assert.deepEqual([row.status_code, row.outcome, row.authentication], [401, 'refused', false])
    assert.deepEqual([row.request_head, row.response_head], ['', ''])
  })

  it("with a token it lets pass, and only the client's own key goes on", async () => {
    const client = connect({ path: 'closed/openai', token: tollgate.adminToken })
    const { response } = await client.chat.completions.create(chat).withResponse()
    const sent = fault.requests.at(-1)
    assert.equal(sent?.headers.authorization, 'Bearer sk-of-the-client')
    assert.ok(!sent.rawHeaders.join().includes(tollgate.adminToken))
    const row = await rowOf(tollgate, 'closed', response)
    assert.deepEqual([row.authentication, row.success], [true, true])
    assert.ok(!JSON.stringify(row).includes('sk-of-the-client'))
  })

  it("a token in the place of the key opens the gateway and is replaced by the operator's key", async () => {
    const client = connect({ path: 'closed/openai', apiKey: tollgate.adminToken })
    await client.chat.completions.create(chat)
    assert.equal(fault.requests.at(-1)?.headers.authorization, 'Bearer sk-of-the-operator')
    assert.ok(!fault.requests.at(-1)?.rawHeaders.join().includes(tollgate.adminToken))
  })

  it('an unknown gateway is a bad request that says what to do', async () => {
    const error = await failure(connect({ path: 'nowhere/openai' }).chat.completions.create(chat))
    assert.ok(error instanceof OpenAI.BadRequestError)
    assert.match(error.message, /^400 .*2001.*Please configure AI Gateway.*nowhere/)
  })

  it('an unknown provider is a bad request that names it', async () => {
    const error = await failure(connect({ path: 'open/opneai' }).chat.completions.create(chat))
    assert.ok(error instanceof OpenAI.BadRequestError)
    assert.match(error.message, /^400 .*2008.*opneai/)
    assert.ok(error.headers)
    assert.equal((await rowOf(tollgate, 'open', { headers: error.headers })).outcome, 'refused')
  })

  it('an unreachable provider is a 502, which the client repeats, and every try has a row', async () => {
    await tollgate.gateway('off')
    const error = await failure(connect({ path: 'off/groq', maxRetries: 1 }).chat.completions.create(chat))
    assert.ok(error instanceof OpenAI.InternalServerError)
    assert.equal(error.status, 502)
    assert.match(error.message, /2005/)
    const rows = await tollgate.logs('off')
    assert.deepEqual(
      rows.map((row) => [row['status_code'], row['success'], row['outcome']]),
      [
        [502, false, 'upstream_broken'],
        [502, false, 'upstream_broken'],
      ],
    )
  })

  it('a client that leaves in the middle of a stream ends the call of the provider, and has its row', async () => {
    fault.plan('default', [streamHead, firstEvent, stall])
    const index = fault.requests.length
    const { data, response } = await connect()
      .chat.completions.create({ ...chat, stream: true })
      .withResponse()
    for await (const event of data) {
      assert.equal(event.choices[0]?.delta.content, 'Hel')
      break
    }
    assert.equal(await (await fault.request(index)).ended, 'client-left')
    const row = await rowOf(tollgate, 'open', response)
    assert.deepEqual([row.success, row.outcome, row.status_code], [false, 'client_left', 200])
    assert.match(row.response_head, /Hel/)
  })

  it('a client that gives up before the answer begins ends the call of the provider, and has its row', async () => {
    await tollgate.gateway('left')
    fault.plan('default', [stall])
    const index = fault.requests.length
    const abort = new AbortController()
    const answer = failure(connect({ path: 'left/openai' }).chat.completions.create(chat, { signal: abort.signal }))
    const request = await fault.request(index)
    abort.abort()
    assert.ok((await answer) instanceof OpenAI.APIUserAbortError)
    assert.equal(await request.ended, 'client-left')
    const [row] = await tollgate.logs('left')
    assert.deepEqual([row?.['success'], row?.['outcome'], row?.['status_code']], [false, 'client_left', 499])
  })

  it('a stream that breaks off is an error of the client and no success', async () => {
    fault.plan('default', [streamHead, firstEvent, { pauseMs: 20 }, reset])
    const { data, response } = await connect()
      .chat.completions.create({ ...chat, stream: true })
      .withResponse()
    await assert.rejects(all(data))
    const row = await rowOf(tollgate, 'open', response)
    assert.deepEqual([row.success, row.outcome, row.status_code], [false, 'upstream_broken', 200])
  })

  it('an error event in the middle of a stream is an error of the client and no success', async () => {
    const event = chunk('data: {"error":{"message":"Overloaded.","type":"server_error"}}\n\n')
    fault.plan('default', [streamHead, firstEvent, event, chunk('data: [DONE]\n\n'), lastChunk])
    const { data, response } = await connect()
      .chat.completions.create({ ...chat, stream: true })
      .withResponse()
    await assert.rejects(all(data), OpenAI.APIError)
    const row = await rowOf(tollgate, 'open', response)
    assert.deepEqual([row.success, row.outcome, row.error], [false, 'upstream_broken', 'Overloaded.'])
  })
})

/** A port of this machine on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  server.close()
  await once(server, 'close')
  return address.port
}
