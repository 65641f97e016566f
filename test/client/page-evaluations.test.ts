// The examples of the API's page for datasets and evaluations as they stand there, only with another import and base URL,
// from the first case to the score.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import Cloudflare from '@tollgate/client'
import { type EvaluationProvider, startEvaluationProvider } from '../journey/evaluation-provider.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'

/** What an example prints. */
let printed: unknown[] = []
const console = { log: (value: unknown) => void printed.push(value) }

describe('the examples of the page for datasets and evaluations, against a Tollgate', () => {
  let provider: EvaluationProvider
  let tollgate: TestTollgate
  let client: Cloudflare
  let datasetId: string
  let evaluationId: string
  before(async () => {
    provider = await startEvaluationProvider()
    provider.answerTo = (text) => ({ text: text === 'Hello' ? 'Hi there!' : 'Bye' })
    tollgate = await startForTest({
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${provider.url}/v1`,
      TOLLGATE_PROVIDER_OPENAI_API_KEY: 'sk-test',
    })
    client = new Cloudflare({ apiToken: tollgate.adminToken, baseURL: `${tollgate.url}/client/v4` })
    await client.aiGateway.create({ account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0', id: 'my-gateway' })
    // The page names no model: the one that the gateway was last used with answers.
    await fetch(`${tollgate.url}/v1/3ebbcb006d4d46d7bb6a8c7f14676cb0/my-gateway/openai/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk' },
      body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello!' }] }),
    })
  })
  after(async () => {
    await tollgate.close()
    await provider.close()
  })

  it('datasets are created, listed, read and changed', async () => {
    {
      const dataset = await client.aiGateway.datasets.create('my-gateway', {
        account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
        name: 'test-dataset',
        data: [
          { input: 'Hello', expected_output: 'Hi there!' },
          { input: 'Goodbye', expected_output: 'See you later!' },
        ],
      })
      datasetId = dataset.id
      assert.deepEqual([dataset.name, dataset.item_count, dataset.data?.length], ['test-dataset', 2, 2])
    }
    printed = []
    for await (const dataset of client.aiGateway.datasets.list('my-gateway', {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
    })) {
      console.log(dataset)
    }
    assert.deepEqual(
      printed.map((dataset) => (dataset as { id: string }).id),
      [datasetId],
    )
    {
      const dataset = await client.aiGateway.datasets.get('my-gateway', datasetId, {
        account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
      })
      assert.deepEqual(
        dataset.data?.map(({ input, expected_output: expected }) => [input, expected]),
        [
          ['Hello', 'Hi there!'],
          ['Goodbye', 'See you later!'],
        ],
      )
    }
    {
      const dataset = await client.aiGateway.datasets.update('my-gateway', datasetId, {
        account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
        name: 'updated-dataset',
      })
      assert.deepEqual([dataset.name, dataset.item_count], ['updated-dataset', 2])
    }
  })

  it('an evaluation is created, listed, and read until it is complete, with the right score and each result', async () => {
    {
      const evaluation = await client.aiGateway.evaluations.create('my-gateway', {
        account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
        dataset_id: datasetId,
        evaluation_type: 'exact_match',
      })
      evaluationId = evaluation.id
      assert.deepEqual(evaluation.models, ['openai/gpt-4o-mini'])
    }
    printed = []
    for await (const evaluation of client.aiGateway.evaluations.list('my-gateway', {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
    })) {
      console.log(evaluation)
    }
    assert.deepEqual(
      printed.map((evaluation) => (evaluation as { id: string }).id),
      [evaluationId],
    )
    for (;;) {
      const evaluation = await client.aiGateway.evaluations.get('my-gateway', evaluationId, {
        account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
      })
      assert.match(evaluation.status, /^(pending|running|complete)$/)
      if (evaluation.status === 'complete') {
        assert.equal(evaluation.score, 0.5)
        assert.deepEqual(
          evaluation.results.map(({ input, output, score, passed }) => [input, output, score, passed]),
          [
            ['Hello', 'Hi there!', 1, true],
            ['Goodbye', 'Bye', 0, false],
          ],
        )
        break
      }
      await delay(20)
    }
  })

  it('a dataset is deleted, and the results stay', async () => {
    await client.aiGateway.datasets.delete('my-gateway', datasetId, { account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0' })
    await assert.rejects(
      client.aiGateway.datasets.get('my-gateway', datasetId, { account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0' }),
      Cloudflare.NotFoundError,
    )
    const evaluation = await client.aiGateway.evaluations.get('my-gateway', evaluationId, {
      account_id: '3ebbcb006d4d46d7bb6a8c7f14676cb0',
    })
    assert.equal(evaluation.results.length, 2)
  })
})
