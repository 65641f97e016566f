import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import Tollgate, { AiGatewayInternalError, AiGatewayLogNotFound, type Binding, createBinding } from '@tollgate/client'
import { type Aimock, startAimock } from '../aimock.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { envelope, type Recorded, type Recorder, startRecorder } from './recorder.ts'

describe("what stands in for a Worker's binding", () => {
  let recorder: Recorder
  let binding: Binding
  before(async () => {
    recorder = await startRecorder()
    binding = createBinding({ baseURL: `${recorder.url}/`, token: 'tg_token', account_id: 'team' })
  })
  after(() => recorder.close())
  beforeEach(() => void (recorder.requests.length = 0))
  const last = (): Recorded => recorder.requests.at(-1) ?? assert.fail('nothing was asked')

  it('sends one step or several to the universal endpoint, headers as texts', async () => {
    const step = {
      provider: 'workers-ai',
      endpoint: '@cf/meta/llama',
      headers: { authorization: 'Bearer t', 'cf-aig-cache-ttl': 60, 'x-object': { a: 1 }, 'x-none': undefined },
      query: { prompt: 'hi' },
    }
    recorder.plan({ status: 400, body: { error: 'of the provider' } })
    const answer = await binding.gateway('my gateway').run(step)
    // The provider's own answer, whatever it is: what to do with it is the caller's to say.
    assert.deepEqual([answer.status, await answer.json()], [400, { error: 'of the provider' }])
    assert.deepEqual([last().method, last().path], ['POST', '/v1/team/my%20gateway'])
    assert.equal(last().headers['cf-aig-authorization'], 'Bearer tg_token')
    const headers = { authorization: 'Bearer t', 'cf-aig-cache-ttl': '60', 'x-object': '{"a":1}' }
    assert.deepEqual(last().body, [{ ...step, headers }])

    await binding.gateway('g').run([step, { provider: 'openai', endpoint: 'chat/completions', query: {} }])
    assert.equal((last().body as unknown[]).length, 2)
  })

  it('says in headers what a request sets otherwise than its gateway', async () => {
    const step = { provider: 'openai', endpoint: 'chat/completions', query: {} }
    await binding.gateway('g').run(step, {
      gateway: {
        cacheKey: 'key',
        cacheTtl: 60,
        skipCache: false,
        collectLog: true,
        eventId: 'event',
        metadata: { team: 'red', count: 3n, none: null },
        requestTimeoutMs: 1000,
        retries: { maxAttempts: 2, retryDelayMs: 500, backoff: 'linear' },
      },
      extraHeaders: { 'x-more': 7, 'cf-aig-event-id': 'other' },
    })
    const ours = Object.entries(last().headers).filter(([name]) => /^cf-aig-(?!auth)|^x-/.test(name))
    assert.deepEqual(Object.fromEntries(ours), {
      'cf-aig-cache-key': 'key',
      'cf-aig-cache-ttl': '60',
      'cf-aig-skip-cache': 'false',
      'cf-aig-collect-log': 'true',
      'cf-aig-event-id': 'other',
      'cf-aig-metadata': '{"team":"red","count":"3","none":null}',
      'cf-aig-request-timeout': '1000',
      'cf-aig-max-attempts': '2',
      'cf-aig-retry-delay': '500',
      'cf-aig-backoff': 'linear',
      'x-more': '7',
    })
  })

  it('gives up when the signal does', async () => {
    recorder.plan({ late: 5000 })
    const signal = AbortSignal.timeout(50)
    const step = { provider: 'openai', endpoint: 'chat/completions', query: {} }
    await assert.rejects(binding.gateway('g').run(step, { signal }), { name: 'TimeoutError' })
  })

  it('names the addresses of providers and of the universal endpoint', async () => {
    const gateway = binding.gateway('g')
    assert.equal(await gateway.getUrl('openai'), `${recorder.url}/v1/team/g/openai`)
    assert.equal(await gateway.getUrl(), `${recorder.url}/v1/team/g/`)
    const other = createBinding({ baseURL: `${recorder.url}/client/v4`, token: 't', account_id: 'team' })
    assert.equal(await other.gateway('g').getUrl('openai'), `${recorder.url}/v1/team/g/openai`)
  })

  it('changes a row, and says apart which one is missing and what else went wrong', async () => {
    await binding.gateway('g').patchLog('l', { feedback: 1, score: 80, metadata: { count: 3n } })
    assert.deepEqual([last().method, last().path], ['PATCH', '/client/v4/accounts/team/ai-gateway/gateways/g/logs/l'])
    assert.deepEqual(last().body, { feedback: 1, score: 80, metadata: { count: '3' } })
    recorder.plan({ status: 404, body: { success: false, errors: [{ code: 7002, message: 'Not found' }] } })
    await assert.rejects(binding.gateway('g').patchLog('l', {}), AiGatewayLogNotFound)
    recorder.plan({ status: 403, body: envelope(null) })
    await assert.rejects(binding.gateway('g').getLog('l'), AiGatewayInternalError)
  })
})

describe("a Worker's binding against a Tollgate", () => {
  let aimock: Aimock
  let tollgate: TestTollgate
  before(async () => {
    aimock = await startAimock()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${aimock.url}/v1` })
  })
  after(async () => {
    await tollgate.close()
    await aimock.close()
  })

  it('finds the address to call and the row that came of it', async () => {
    const options = { apiToken: tollgate.adminToken, baseURL: `${tollgate.url}/client/v4` }
    await new Tollgate(options).aiGateway.create({ account_id: 'team', id: 'g' })
    const binding = createBinding({ baseURL: tollgate.url, token: tollgate.adminToken, account_id: 'team' })
    const answer = await fetch(`${await binding.gateway('g').getUrl('openai')}/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk' },
      body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello!' }] }),
    })
    assert.equal(answer.status, 200)
    const log = await binding.gateway('g').getLog(answer.headers.get('cf-aig-log-id') ?? '')
    assert.deepEqual([log.provider, log.model, log.success], ['openai', 'gpt-4o-mini', true])
    assert.ok(log.created_at instanceof Date && Math.abs(log.created_at.getTime() - Date.now()) < 60_000)
    await assert.rejects(binding.gateway('g').getLog('no-such-row'), AiGatewayLogNotFound)
  })
})
