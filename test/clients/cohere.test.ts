import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { CohereClientV2, CohereError } from 'cohere-ai'
import { type Aimock, aimockText, startAimock } from '../aimock.ts'
import { answer, chunk, head, lastChunk } from '../fault/answers.ts'
import { type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import { recordedStream } from '../formats/recorded.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all, jsonAnswer, onlyRow } from './journey.ts'

const ask = { model: 'command-r-08-2024', messages: [{ role: 'user' as const, content: 'Hello!' }] }

const connect = (gateway: string): CohereClientV2 =>
  new CohereClientV2({ token: 'cohere-key', environment: `${gateway}/cohere`, maxRetries: 0 })

describe('the cohere client through Tollgate', () => {
  let aimock: Aimock
  let tollgate: TestTollgate
  before(async () => {
    aimock = await startAimock()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_COHERE_BASE_URL: aimock.url })
  })
  after(async () => {
    await tollgate.close()
    await aimock.close()
  })

  it('a chat comes back whole, and its row tells provider, model and success', async () => {
    const answered = await connect(await tollgate.gateway('whole')).chat(ask)
    const [part] = answered.message.content ?? []
    assert.ok(part?.type === 'text')
    assert.equal(part.text, aimockText)
    const row = await onlyRow(tollgate, 'whole')
    assert.deepEqual([row.provider, row.model, row.path], ['cohere', ask.model, 'v2/chat'])
    assert.deepEqual([row.success, row.status_code], [true, 200])
  })

  it('a stream comes in its pieces', async () => {
    const events = await all(await connect(await tollgate.gateway('pieces')).chatStream(ask))
    const texts = events.map((event) => (event.type === 'content-delta' ? event.delta?.message?.content?.text : ''))
    assert.equal(texts.join(''), aimockText)
    const row = await onlyRow(tollgate, 'pieces')
    assert.deepEqual([row.success, row.outcome, row.model], [true, 'complete', ask.model])
  })
})

describe('the cohere client, with answers told to the byte', () => {
  let fault: FaultServer
  let tollgate: TestTollgate
  before(async () => {
    fault = await startFaultServer()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_COHERE_BASE_URL: fault.url })
  })
  after(async () => {
    await tollgate.close()
    await fault.close()
  })

  it('a stream has its usage, and its row has the billed tokens and the cost', async () => {
    const { bytes } = recordedStream('cohere-chat-v2.sse.txt')
    const streamed = { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' }
    fault.plan('default', [head(200, streamed), chunk(bytes.subarray(0, 300)), chunk(bytes.subarray(300)), lastChunk])
    const events = await all(await connect(await tollgate.gateway('streamed')).chatStream(ask))
    const end = events.find((event) => event.type === 'message-end')
    const billed = end?.delta?.usage?.billedUnits
    const row = await onlyRow(tollgate, 'streamed')
    assert.deepEqual([row.tokens_in, row.tokens_out], [billed?.inputTokens, billed?.outputTokens])
    assert.ok(Number(row.cost) > 0)
    assert.equal(fault.requests.at(-1)?.headers.authorization, 'Bearer cohere-key')
  })

  it('texts are embedded and documents ranked, with what is billed', async () => {
    const client = connect(await tollgate.gateway('others'))
    const meta = { api_version: { version: '2' }, billed_units: { input_tokens: 4 } }
    fault.plan('default', [jsonAnswer(200, { id: 'e', embeddings: { float: [[0.25, 0.5]] }, texts: ['hi'], meta })])
    const embed = { model: 'embed-v4.0', inputType: 'search_query', embeddingTypes: ['float'], texts: ['hi'] } as const
    const embedded = await client.embed({ ...embed, embeddingTypes: ['float'], texts: ['hi'] })
    assert.deepEqual(embedded.embeddings.float, [[0.25, 0.5]])
    const units = { api_version: { version: '2' }, billed_units: { search_units: 1 } }
    fault.plan('default', [jsonAnswer(200, { id: 'r', results: [{ index: 0, relevance_score: 0.9 }], meta: units })])
    const ranked = await client.rerank({ model: 'rerank-v3.5', query: 'q', documents: ['a'] })
    assert.equal(ranked.results[0]?.relevanceScore, 0.9)
    const rows = await tollgate.logs('others')
    assert.deepEqual(
      rows.map((row) => [row['path'], row['model'], row['tokens_in'], row['success']]),
      [
        ['v2/rerank', 'rerank-v3.5', 0, true],
        ['v2/embed', 'embed-v4.0', 4, true],
      ],
    )
  })

  it('an error of the provider is the client’s own, and the row says why', async () => {
    const headers = { 'content-type': 'application/json' }
    fault.plan('default', [answer({ status: 401, headers, body: '{"id":"x","message":"invalid api token"}' })])
    const raised = await connect(await tollgate.gateway('refused'))
      .chat(ask)
      .then(
        () => assert.fail('the call must fail'),
        (thrown: unknown) => thrown,
      )
    assert.ok(raised instanceof CohereError, String(raised))
    assert.equal(raised.statusCode, 401)
    const row = await onlyRow(tollgate, 'refused')
    assert.deepEqual([row.success, row.error], [false, 'invalid api token'])
  })
})
