import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Replicate from 'replicate'
import { chunk, lastChunk, streamHead } from '../fault/answers.ts'
import { type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all, jsonAnswer } from './journey.ts'

const model = 'meta/meta-llama-3-8b-instruct'

describe('the replicate client through Tollgate', () => {
  let fault: FaultServer
  let tollgate: TestTollgate
  before(async () => {
    fault = await startFaultServer()
    tollgate = await startForTest({ TOLLGATE_PROVIDER_REPLICATE_BASE_URL: `${fault.url}/v1` })
  })
  after(async () => {
    await tollgate.close()
    await fault.close()
  })

  /** https://replicate.com/docs/topics/predictions, 2026-11-26. */
  const prediction = (status: string, more: object = {}) => ({
    id: 'gm3qorzdhgbfurvjtvhg6dckhu',
    model,
    version: 'hidden',
    input: { prompt: 'Hello!' },
    logs: '',
    error: null,
    status,
    created_at: '2026-03-01T10:00:00.000Z',
    urls: { get: 'https://api.replicate.com/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu', stream: `${fault.url}/stream` },
    ...more,
  })
  const metrics = { input_token_count: 11, output_token_count: 7, predict_time: 0.4 }
  const connect = (gateway: string): Replicate =>
    new Replicate({ auth: 'r8_of_the_client', baseUrl: `${gateway}/replicate`, useFileOutput: false })

  it('a model that is waited for gives its output, and the row its tokens', async () => {
    const replicate = connect(await tollgate.gateway('waited'))
    fault.plan('default', [jsonAnswer(201, prediction('succeeded', { output: ['Hi', ' there'], metrics }))])
    const output = await replicate.run(model, { input: { prompt: 'Hello!' }, wait: { mode: 'block', timeout: 5 } })
    assert.deepEqual(output, ['Hi', ' there'])
    const { path, headers } = fault.requests.at(-1) ?? assert.fail()
    assert.equal(path, `/v1/models/${model}/predictions`)
    assert.match(String(headers['prefer']), /wait/)
    assert.equal(headers.authorization, 'Bearer r8_of_the_client')
    const [row = {}] = await tollgate.logs('waited')
    assert.deepEqual([row['provider'], row['model'], row['success']], ['replicate', model, true])
    assert.deepEqual([row['tokens_in'], row['tokens_out'], row['cost']], [11, 7, null])
    assert.doesNotMatch(JSON.stringify(row), /r8_of_the_client/)
  })

  it('a model that is asked for again and again is counted once', async () => {
    const replicate = connect(await tollgate.gateway('polled'))
    const done = prediction('succeeded', { output: 'Hi', metrics })
    fault.plan('default', [jsonAnswer(201, prediction('starting'))], [jsonAnswer(200, done)])
    const wait = { mode: 'poll', interval: 1 } as const
    assert.equal(await replicate.run(model, { input: { prompt: 'Hello!' }, wait }), 'Hi')
    const rows = await tollgate.logs('polled')
    assert.deepEqual(
      rows.map((row) => [row['path'], row['model'], row['usage_metadata'], row['success']]),
      [
        ['predictions/gm3qorzdhgbfurvjtvhg6dckhu', '', null, true],
        [`models/${model}/predictions`, model, null, true],
      ],
    )
  })

  it('a stream is made through the gateway, and then read from where Replicate says', async () => {
    const replicate = connect(await tollgate.gateway('streamed'))
    const event = (name: string, data: string) => chunk(`event: ${name}\nid: 1\ndata: ${data}\n\n`)
    const events = [event('output', 'Hi'), event('output', ' there'), event('done', '{}')]
    fault.plan('default', [jsonAnswer(201, prediction('starting'))], [streamHead, ...events, lastChunk])
    const seen = await all(replicate.stream(model, { input: { prompt: 'Hello!' } }))
    const texts = seen.filter(({ event: name }) => name === 'output').map(({ data }) => data)
    assert.equal(texts.join(''), 'Hi there')
    assert.equal(fault.requests.at(-1)?.path, '/stream')
    const rows = await tollgate.logs('streamed')
    assert.deepEqual(
      rows.map((row) => [row['model'], row['success']]),
      [[model, true]],
    )
  })

  it('a prediction that failed is an error of the client, and no success', async () => {
    const replicate = connect(await tollgate.gateway('failed'))
    fault.plan('default', [jsonAnswer(201, prediction('failed', { error: 'out of memory' }))])
    await assert.rejects(
      replicate.run(model, { input: { prompt: 'Hello!' }, wait: { mode: 'block', timeout: 5 } }),
      /out of memory/,
    )
    const [row = {}] = await tollgate.logs('failed')
    assert.deepEqual([row['status_code'], row['success'], row['error']], [201, false, 'out of memory'])
  })
})
