import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Groq from 'groq-sdk'
import { type Aimock, aimockText, startAimock } from '../aimock.ts'
import { type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all, jsonAnswer, rowOf } from './journey.ts'

const ask = { model: 'llama-3.3-70b-versatile', messages: [{ role: 'user' as const, content: 'Hello!' }] }
/** 11 tokens at 0.59 USD and 7 at 0.79 USD a million: https://groq.com/pricing, 2026-11-22. */
const askCost = 0.00001202

describe('the groq client through Tollgate', () => {
  let aimock: Aimock
  let tollgate: TestTollgate
  let client: Groq
  before(async () => {
    aimock = await startAimock()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_GROQ_BASE_URL: `${aimock.url}/v1` })
    client = new Groq({ apiKey: 'gsk', baseURL: `${await tollgate.gateway('g')}/groq`, maxRetries: 0 })
  })
  after(async () => {
    await tollgate.close()
    await aimock.close()
  })

  it('a chat comes back whole, and its row has the tokens and the cost', async () => {
    const { data, response } = await client.chat.completions.create(ask).withResponse()
    assert.equal(data.choices[0]?.message.content, aimockText)
    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.provider, row.model, row.path], ['groq', ask.model, 'openai/v1/chat/completions'])
    assert.deepEqual([row.success, row.tokens_in, row.tokens_out, row.cost], [true, 11, 7, askCost])
  })

  it('a stream comes in its pieces, without the usage that was asked for it, and its row has that', async () => {
    const { data, response } = await client.chat.completions.create({ ...ask, stream: true }).withResponse()
    const chunks = await all(data)
    assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''), aimockText)
    assert.ok(chunks.every((piece) => !('usage' in piece)))
    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.success, row.outcome, row.tokens_in, row.tokens_out], [true, 'complete', 11, 7])
    assert.equal(row.cost, askCost)
  })
})

describe('the groq client, with answers told to the byte', () => {
  let fault: FaultServer
  let tollgate: TestTollgate
  before(async () => {
    fault = await startFaultServer()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_GROQ_BASE_URL: `${fault.url}/openai/v1` })
  })
  after(async () => {
    await tollgate.close()
    await fault.close()
  })

  it('an error of the provider is the client’s own, a key reaches the provider and no row', async () => {
    const client = new Groq({
      apiKey: 'gsk-of-the-client',
      baseURL: `${await tollgate.gateway('g')}/groq`,
      maxRetries: 0,
    })
    const error = { message: 'Rate limit reached', type: 'tokens', code: 'rate_limit_exceeded' }
    fault.plan('default', [jsonAnswer(429, { error })])
    const raised = await client.chat.completions.create(ask).then(
      () => assert.fail('the call must fail'),
      (thrown: unknown) => thrown,
    )
    assert.ok(raised instanceof Groq.RateLimitError, String(raised))
    assert.deepEqual([fault.requests.at(-1)?.path, raised.error], ['/openai/v1/chat/completions', { error }])
    assert.equal(fault.requests.at(-1)?.headers.authorization, 'Bearer gsk-of-the-client')
    assert.ok(raised.headers)
    const row = await rowOf(tollgate, 'g', { headers: raised.headers })
    assert.deepEqual([row.success, row.status_code, row.error], [false, 429, 'Rate limit reached'])
    assert.doesNotMatch(JSON.stringify(row), /gsk-of-the-client/)
  })
})
