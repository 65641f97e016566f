import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ApiError, GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { type Aimock, aimockText, startAimock } from '../aimock.ts'
import { chunk, streamHead } from '../fault/answers.ts'
import { type FaultServer, stall, startFaultServer } from '../fault/fault-server.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all, jsonAnswer, onlyRow } from './journey.ts'

const model = 'gemini-2.5-flash'
const ask = { model, contents: 'Hello!' }
/** 11 tokens at 0.30 USD and 7 at 2.50 USD a million: https://ai.google.dev/gemini-api/docs/pricing, 2026-11-22. */
const askCost = 0.0000208

describe('the google client through Tollgate', () => {
  let aimock: Aimock
  let tollgate: TestTollgate
  before(async () => {
    aimock = await startAimock()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_GOOGLE_AI_STUDIO_BASE_URL: aimock.url })
  })
  after(async () => {
    await tollgate.close()
    await aimock.close()
  })

  it('content comes back whole, and its row has the tokens and the cost', async () => {
    const google = connect(await tollgate.gateway('whole'))
    const answered = await google.models.generateContent(ask)
    assert.equal(answered.text, aimockText)
    assert.equal(answered.usageMetadata?.totalTokenCount, 18)
    assert.equal(answered.sdkHttpResponse?.headers?.['tollgate-cost'], '0.0000208')
    const row = await onlyRow(tollgate, 'whole')
    assert.deepEqual([row.provider, row.model, row.success], ['google-ai-studio', model, true])
    assert.deepEqual([row.tokens_in, row.tokens_out, row.cost], [11, 7, askCost])
    assert.equal(row.path, `v1beta/models/${model}:generateContent`)
  })

  it('a stream comes in its pieces, and its row is that of one answer', async () => {
    const google = connect(await tollgate.gateway('streamed'))
    const pieces = await all(await google.models.generateContentStream(ask))
    assert.equal(pieces.map((piece) => piece.text).join(''), aimockText)
    assert.ok(pieces.length >= 2)
    const row = await onlyRow(tollgate, 'streamed')
    assert.deepEqual([row.success, row.outcome, row.model], [true, 'complete', model])
    assert.deepEqual([row.tokens_in, row.tokens_out, row.cost], [11, 7, askCost])
    const { status, body } = await tollgate.manage('GET', `/gateways/streamed/logs/${String(row.id)}/response`)
    assert.equal(status, 200)
    // A stored body has no envelope.
    const stored = body as unknown as { candidates: { content: { parts: { text: string }[] } }[] }
    assert.equal(stored.candidates[0]?.content.parts.map((part) => part.text).join(''), aimockText)
  })

  it('a function is called', async () => {
    const google = connect(await tollgate.gateway('tools'))
    const tools = [{ functionDeclarations: [{ name: 'get_weather' }] }]
    const answered = await google.models.generateContent({ model, contents: 'weather?', config: { tools } })
    assert.deepEqual(
      answered.functionCalls?.map(({ name, args }) => [name, args]),
      [['get_weather', { city: 'Paris' }]],
    )
  })

  it('a model without a price costs null', async () => {
    const google = connect(await tollgate.gateway('unpriced'))
    await google.models.generateContent({ ...ask, model: 'gemini-of-nobody' })
    const row = await onlyRow(tollgate, 'unpriced')
    assert.deepEqual([row.cost, row.tokens_in], [null, 11])
  })
})

describe('the google client, with answers told to the byte', () => {
  let fault: FaultServer
  let tollgate: TestTollgate
  before(async () => {
    fault = await startFaultServer()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_GOOGLE_AI_STUDIO_BASE_URL: fault.url })
  })
  after(async () => {
    await tollgate.close()
    await fault.close()
  })

  it('an embedding comes back, and the key of the client reaches the provider and no row', async () => {
    const embedding = { values: [0.25, 0.5] }
    fault.plan('default', [jsonAnswer(200, { embedding, embeddings: [embedding] })])
    const google = connect(await tollgate.gateway('embeds'))
    const answered = await google.models.embedContent({ model: 'gemini-embedding-001', contents: 'Hello!' })
    assert.deepEqual(answered.embeddings?.[0]?.values, [0.25, 0.5])
    assert.equal(fault.requests.at(-1)?.headers['x-goog-api-key'], 'AIza-of-the-client')
    const row = await onlyRow(tollgate, 'embeds')
    assert.deepEqual([row.model, row.model_type, row.success], ['gemini-embedding-001', 'embedding', true])
    assert.ok(!JSON.stringify(row).includes('AIza-of-the-client'))
  })

  for (const status of [400, 401, 403, 404, 429, 500, 503]) {
    it(`a ${status} of the provider is an ApiError with that status, and the row says why`, async () => {
      const error = { code: status, message: `Refused with ${status}.`, status: 'FAILED_PRECONDITION' }
      fault.plan('default', [jsonAnswer(status, { error })])
      const google = connect(await tollgate.gateway(`refused-${status}`))
      const raised = await failure(google.models.generateContent(ask))
      assert.equal(raised.status, status)
      assert.match(raised.message, new RegExp(`Refused with ${status}`))
      const row = await onlyRow(tollgate, `refused-${status}`)
      assert.deepEqual([row.status_code, row.success, row.error], [status, false, error.message])
    })
  }

  it('without a token a gateway with authentication is a 401, with one it answers', async () => {
    const part = { content: { role: 'model', parts: [{ text: 'Hi.' }] }, finishReason: 'STOP' }
    fault.plan('default', [jsonAnswer(200, { candidates: [part] })])
    const base = await tollgate.gateway('closed', { authentication: true })
    const raised = await failure(connect(base).models.generateContent(ask))
    assert.equal(raised.status, 401)
    assert.match(raised.message, /2009/)
    const google = connect(base, { 'cf-aig-authorization': `Bearer ${tollgate.adminToken}` })
    assert.equal((await google.models.generateContent(ask)).text, 'Hi.')
    assert.ok(!fault.requests.at(-1)?.rawHeaders.join().includes(tollgate.adminToken))
  })

  it('a client that leaves in the middle of a stream ends the call of the provider, and has its row', async () => {
    const piece = { candidates: [{ content: { role: 'model', parts: [{ text: 'Hel' }] } }] }
    fault.plan('default', [streamHead, chunk(`data: ${JSON.stringify(piece)}\n\n`), stall])
    const google = connect(await tollgate.gateway('left'))
    const index = fault.requests.length
    const abort = new AbortController()
    const stream = await google.models.generateContentStream({ ...ask, config: { abortSignal: abort.signal } })
    const first = await stream.next()
    assert.equal((first.value as { text?: string }).text, 'Hel')
    abort.abort()
    await assert.rejects(stream.next())
    assert.equal(await (await fault.request(index)).ended, 'client-left')
    const row = await onlyRow(tollgate, 'left')
    assert.deepEqual([row.success, row.outcome, row.status_code], [false, 'client_left', 200])
  })

  it("google's OpenAI endpoint is read as OpenAI's", async () => {
    const choice = { index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }
    const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
    fault.plan('default', [jsonAnswer(200, { object: 'chat.completion', model, choices: [choice], usage })])
    const base = await tollgate.gateway('as-openai')
    const openai = new OpenAI({ apiKey: 'AIza', baseURL: `${base}/google-ai-studio/v1beta/openai`, maxRetries: 0 })
    await openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello!' }] })
    assert.equal(fault.requests.at(-1)?.path, '/v1beta/openai/chat/completions')
    const row = await onlyRow(tollgate, 'as-openai')
    assert.deepEqual([row.model, row.tokens_in, row.cost], [model, 11, askCost])
  })
})

function connect(gateway: string, headers: Record<string, string> = {}): GoogleGenAI {
  const httpOptions = { baseUrl: `${gateway}/google-ai-studio`, apiVersion: 'v1beta', headers }
  return new GoogleGenAI({ apiKey: 'AIza-of-the-client', httpOptions })
}

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => assert.fail('the call must fail'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof ApiError, String(error))
  return error
}
