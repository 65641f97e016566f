import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { AzureOpenAI } from 'openai'
import { stream } from '../fault/answers.ts'
import { type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all, jsonAnswer, rowOf } from './journey.ts'

const model = 'gpt-4o-mini-2024-07-18'
const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 }
const choice = { index: 0, message: { role: 'assistant', content: 'Hoi' }, finish_reason: 'stop' }
const ask = { model: 'my-deployment', messages: [{ role: 'user' as const, content: 'Grüezi' }] }

describe('OpenAI’s client for Azure', () => {
  let fault: FaultServer
  let tollgate: TestTollgate
  let base: string
  before(async () => {
    fault = await startFaultServer()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_AZURE_OPENAI_BASE_URL: fault.url })
    base = `${await tollgate.gateway('g')}/azure-openai/my-resource`
  })
  after(async () => {
    await tollgate.close()
    await fault.close()
  })

  const connect = (address: { endpoint: string } | { baseURL: string }, apiVersion = '2024-10-21') =>
    new AzureOpenAI({ apiKey: 'an-azure-key', apiVersion, maxRetries: 0, ...address })

  it('finds the deployment from an endpoint or from a base URL, and the row has model and cost', async () => {
    fault.plan('default', [jsonAnswer(200, { id: 'x', object: 'chat.completion', model, choices: [choice], usage })])
    for (const address of [{ endpoint: base }, { baseURL: base }, { baseURL: `${base}/openai` }]) {
      const { data, response } = await connect(address).chat.completions.create(ask).withResponse()
      assert.equal(data.choices[0]?.message.content, 'Hoi')
      const { path, headers } = fault.requests.at(-1) ?? assert.fail()
      assert.equal(path, '/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21')
      assert.equal(headers['api-key'], 'an-azure-key')
      const row = await rowOf(tollgate, 'g', response)
      assert.deepEqual([row.provider, row.tokens_in, row.tokens_out], ['azure-openai', 9, 2])
      // 9 tokens at 0.15 USD and 2 at 0.60 USD a million: the price of the model that answered.
      assert.equal(row.cost, 0.00000255)
    }
  })

  it('gets a stream without the usage that was asked for it, save of versions that would refuse it', async () => {
    const delta = {
      id: 'x',
      object: 'chat.completion.chunk',
      model,
      choices: [{ index: 0, delta: { content: 'Hoi' } }],
    }
    const events = [delta, { ...delta, choices: [], usage }].map((event) => `data: ${JSON.stringify(event)}\n\n`)
    fault.plan('default', stream([...events, 'data: [DONE]\n\n']))
    const { data, response } = await connect({ endpoint: base })
      .chat.completions.create({ ...ask, stream: true })
      .withResponse()
    assert.equal((await all(data)).length, 1)
    assert.match(fault.requests.at(-1)?.body.toString() ?? '', /"include_usage":true/)
    assert.equal((await rowOf(tollgate, 'g', response)).tokens_in, 9)
    for (const version of ['2023-05-15', '2024-02-01', '2024-08-01-preview']) {
      await connect({ endpoint: base }, version).chat.completions.create({ ...ask, stream: true })
      assert.doesNotMatch(fault.requests.at(-1)?.body.toString() ?? '', /include_usage/)
    }
    await connect({ endpoint: base }, '2024-09-01-preview').chat.completions.create({ ...ask, stream: true })
    assert.match(fault.requests.at(-1)?.body.toString() ?? '', /include_usage/)
  })
})
