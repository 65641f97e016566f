import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import Cloudflare from 'cloudflare'
import CloudflareFour from 'cloudflare-4'
import type { DatasetCreateParams } from 'cloudflare-4/resources/ai-gateway/datasets'
import type { EvaluationCreateParams } from 'cloudflare-4/resources/ai-gateway/evaluations'
import OpenAI from 'openai'
import { type EvaluationProvider, startEvaluationProvider } from '../journey/evaluation-provider.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all } from './journey.ts'

const account = { account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0' }
const inGateway = { ...account, gateway_id: 'my-gateway' }

describe('the cloudflare clients, on datasets and evaluations', () => {
  let provider: EvaluationProvider
  let tollgate: TestTollgate
  let client: Cloudflare
  let four: CloudflareFour
  let rated: string
  before(async () => {
    provider = await startEvaluationProvider()
    provider.answerTo = (text) => ({ text: text === 'Hello' ? 'Hi there!' : 'Bye' })
    tollgate = await startForTest({
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${provider.url}/v1`,
      TOLLGATE_PROVIDER_OPENAI_API_KEY: 'sk-test',
    })
    const options = { apiToken: tollgate.adminToken, baseURL: `${tollgate.url}/client/v4`, maxRetries: 0 }
    client = new Cloudflare(options)
    four = new CloudflareFour(options)
    await client.post(`/accounts/${account.account_id}/ai-gateway/gateways`, { body: { id: 'my-gateway' } })
    const openai = new OpenAI({ apiKey: 'sk', baseURL: `${tollgate.url}/v1/${account.account_id}/my-gateway/openai` })
    const chat = async (content: string): Promise<string> => {
      const { response } = await openai.chat.completions
        .create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content }] })
        .withResponse()
      return response.headers.get('cf-aig-log-id') ?? ''
    }
    rated = await chat('one')
    await chat('two')
    await client.aiGateway.logs.edit(rated, { ...inGateway, feedback: 1 })
  })
  after(async () => {
    await tollgate.close()
    await provider.close()
  })

  it('fold real rows in the form of the client 7', async () => {
    const filters = [{ key: 'model' as const, operator: 'eq' as const, value: ['gpt-4o-mini'] }]
    const dataset = await client.aiGateway.datasets.create('my-gateway', {
      ...account,
      name: 'rows',
      enable: true,
      filters,
    })
    assert.deepEqual([dataset.name, dataset.enable, dataset.filters], ['rows', true, filters])
    assert.equal((await client.aiGateway.datasets.get(dataset.id, inGateway)).id, dataset.id)
    const listed = await all(client.aiGateway.datasets.list('my-gateway', { ...account, search: 'rows' }))
    assert.deepEqual(
      listed.map(({ id }) => id),
      [dataset.id],
    )
    const made = await client.aiGateway.evaluations.create('my-gateway', {
      ...account,
      name: 'three figures',
      dataset_ids: [dataset.id],
      evaluation_type_ids: ['cost', 'speed', 'human_feedback'],
    })
    let shown = await client.aiGateway.evaluations.get(made.id, inGateway)
    while (!shown.processed) {
      await delay(20)
      shown = await client.aiGateway.evaluations.get(made.id, inGateway)
    }
    assert.deepEqual([shown.total_logs, shown.datasets[0]?.id], [2, dataset.id])
    assert.deepEqual(
      shown.results.map(({ evaluation_type_id: type, status, total_logs: rows }) => [type, status, rows]),
      [
        ['cost', 1, 2],
        ['speed', 1, 2],
        ['human_feedback', 1, 2],
      ],
    )
    assert.equal(shown.results[0]?.result, '0.0000045')
    assert.equal(shown.results[2]?.result, '100')
    await client.aiGateway.evaluations.delete(made.id, inGateway)
    await assert.rejects(client.aiGateway.evaluations.get(made.id, inGateway), Cloudflare.NotFoundError)
  })

  it('run the examples of the page in the style of the client 4', async () => {
    const dataset = await four.aiGateway.datasets.create('my-gateway', {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
      name: 'test-dataset',
      data: [
        { input: 'Hello', expected_output: 'Hi there!' },
        { input: 'Goodbye', expected_output: 'See you later!' },
      ],
      // The client sends on what its types do not know.
    } as unknown as DatasetCreateParams)
    const datasetId = dataset.id
    assert.ok((await all(four.aiGateway.datasets.list('my-gateway', account))).some(({ id }) => id === datasetId))
    assert.equal((await four.aiGateway.datasets.get('my-gateway', datasetId, account)).name, 'test-dataset')
    const evaluation = await four.aiGateway.evaluations.create('my-gateway', {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
      dataset_id: datasetId,
      evaluation_type: 'exact_match',
    } as unknown as EvaluationCreateParams)
    const read = async () =>
      (await four.aiGateway.evaluations.get('my-gateway', evaluation.id, account)) as unknown as {
        status: string
        score: number
        results: { output: string; score: number }[]
      }
    let shown = await read()
    while (shown.status !== 'complete') {
      await delay(20)
      shown = await read()
    }
    assert.equal(shown.score, 0.5)
    assert.deepEqual(
      shown.results.map(({ output, score }) => [output, score]),
      [
        ['Hi there!', 1],
        ['Bye', 0],
      ],
    )
    await four.aiGateway.datasets.delete('my-gateway', datasetId, account)
    await assert.rejects(four.aiGateway.datasets.get('my-gateway', datasetId, account), CloudflareFour.NotFoundError)
  })
})
