import assert from 'node:assert/strict'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { startForTest, type TestTollgate } from '../tollgate.ts'

// The results of whichever route was called: each test knows their shape.
// oxlint-disable-next-line typescript/no-explicit-any -- see above
type Result = any

describe('evaluations', () => {
  let provider: Server
  let tollgate: TestTollgate
  let asked: { model: string; text: string }[] = []
  let answerTo: (text: string, model: string) => { status?: number; text?: string; headers?: object } = () => ({})
  let running = 0
  let mostRunning = 0
  let gateways = 0
  let base = ''

  before(async () => {
    const serve: (...args: Parameters<RequestListener>) => Promise<void> = async (req, res) => {
      mostRunning = Math.max(mostRunning, ++running)
      let body = ''
      for await (const chunk of req) body += String(chunk)
      const { model, messages, input } = JSON.parse(body)
      const text = input ?? messages.at(-1).content
      asked.push({ model, text })
      const { status = 200, text: said = text, headers = {} } = answerTo(text, model)
      const good = { model, choices: [{ message: { role: 'assistant', content: said } }], usage }
      const embedded = {
        data: (Array.isArray(text) ? text : []).map((one: string) => ({ embedding: [one.length, 1] })),
        usage,
      }
      const answer = status === 200 ? (input === undefined ? good : embedded) : { error: { message: 'told to fail' } }
      await new Promise((resolve) => setImmediate(resolve))
      running--
      res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(answer))
    }
    provider = createServer((req, res) => void serve(req, res)).listen(0, '127.0.0.1')
    await new Promise((resolve) => provider.once('listening', resolve))
    tollgate = await startForTest({
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`,
      TOLLGATE_PROVIDER_OPENAI_API_KEY: 'sk-test',
    })
  })
  after(async () => {
    await tollgate.close()
    provider.close()
  })
  beforeEach(async () => {
    asked = []
    mostRunning = 0
    answerTo = () => ({})
    base = `/gateways/e-${gateways++}`
    await tollgate.gateway(base.slice('/gateways/'.length))
  })
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
  const model = 'openai/gpt-4o-mini'

  async function call(method: string, path: string, body?: unknown): Promise<Result> {
    const answer = await tollgate.manage(method, `${base}${path}`, body)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body.result
  }
  async function dataset(data: object[], more: object = {}): Promise<string> {
    return (await call('POST', '/datasets', { name: `set ${Math.random()}`, data, ...more })).id
  }
  async function ended(id: string): Promise<Result> {
    for (let tries = 0; tries < 600; tries++) {
      const shown = await call('GET', `/evaluations/${id}`)
      if (shown.processed) return shown
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return assert.fail('it never ended')
  }
  const evaluate = async (body: object): Promise<Result> => await ended((await call('POST', '/evaluations', body)).id)

  it('has each case answered through the gateway, and says case by case what is right', async () => {
    answerTo = (text) => ({ text: text === 'Hello' ? 'Hi there!' : 'Bye' })
    const id = await dataset([
      { input: 'Hello', expected_output: 'Hi there!' },
      { input: 'Goodbye', expected_output: 'See you later!' },
    ])
    const made = await call('POST', '/evaluations', { dataset_id: id, evaluation_type: 'exact_match', model })
    assert.match(made.status, /^(pending|running)$/)
    const done = await ended(made.id)
    assert.deepEqual(
      [done.status, done.score, done.completed, done.total, done.models],
      ['complete', 0.5, 2, 2, [model]],
    )
    assert.deepEqual(
      done.results.map(({ input, output, score, passed, result }: Result) => [input, output, score, passed, result]),
      [
        ['Hello', 'Hi there!', 1, true, '1'],
        ['Goodbye', 'Bye', 0, false, '0'],
      ],
    )
    const row = await call('GET', `/logs/${done.results[0].log_id}`)
    assert.deepEqual([row.metadata, row.authentication, row.model], [{ evaluation_id: made.id }, true, 'gpt-4o-mini'])
    assert.ok(Math.abs(done.cost - 2 * row.cost) < 1e-12 && row.cost > 0)
    const page = await call('GET', `/evaluations/${made.id}/results?per_page=1&page=2`)
    assert.deepEqual(page, [done.results[1]])
    assert.equal((await call('GET', '/evaluations?processed=true'))[0].results.length, 0)
    // What changes later changes nothing of it.
    await call('PUT', `/datasets/${id}`, { data: [{ input: 'other' }] })
    await call('DELETE', `/datasets/${id}`)
    assert.deepEqual((await call('GET', `/evaluations/${made.id}`)).results, done.results)
  })

  it('compares models and evaluators in one run, and tells what each costs', async () => {
    answerTo = (text, name) => ({ text: name === 'gpt-4o' ? text : 'no' })
    const id = await dataset(['a', 'b', 'c'].map((input) => ({ input, expected_output: input })))
    const done = await evaluate({
      dataset_ids: [id],
      evaluation_type_ids: ['exact_match', 'contains', 'cost', 'speed', 'human_feedback'],
      models: ['openai/gpt-4o', model],
    })
    assert.deepEqual([done.status, done.score, done.completed], ['complete', 0.5, 6])
    const logs = done.results.slice(0, 6)
    assert.deepEqual(
      logs.map((row: Result) => `${row.model} ${row.evaluation_type_id} ${row.total_logs}`).slice(0, 3),
      ['openai/gpt-4o cost 3', 'openai/gpt-4o speed 3', 'openai/gpt-4o human_feedback 3'],
    )
    assert.ok(Number(logs[0].result) > Number(logs[3].result))
    assert.equal(done.results.length, 6 + 12)
  })

  it('folds the rows that a saved filter finds', async () => {
    const chat = async (text: string): Promise<string> => {
      const answer = await fetch(`${tollgate.url}/v1/test${base.replace('/gateways', '')}/openai/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer sk' },
        body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: text }] }),
      })
      return answer.headers.get('cf-aig-log-id') ?? ''
    }
    const rated = await chat('one')
    await chat('two')
    await call('PATCH', `/logs/${rated}`, { feedback: 1 })
    const filters = [{ key: 'model', operator: 'eq', value: ['gpt-4o-mini'] }]
    const id = await dataset([], { filters })
    const done = await evaluate({ dataset_ids: [id], evaluation_type_ids: ['cost', 'human_feedback'], name: 'rows' })
    assert.deepEqual([done.status, done.score, done.total_logs, done.name], ['complete', 1, 2, 'rows'])
    assert.deepEqual(
      done.results.map(({ evaluation_type_id: type, result, total_logs: rows, status }: Result) => [
        type,
        result,
        rows,
        status,
      ]),
      [
        ['cost', '0.0000045', 2, 1],
        ['human_feedback', '100', 2, 1],
      ],
    )
    // Cases are made of logs, and answers that were logged are judged where no model may be asked.
    const fromLogs = await call('POST', `/datasets/${id}/items/from-logs`, { filters, use_answers: true })
    assert.deepEqual([fromLogs.added, fromLogs.skipped], [2, []])
  })

  it('says of a case without an answer why, and goes on', async () => {
    answerTo = (text) => (text === 'b' ? { status: 400 } : {})
    const id = await dataset(['a', 'b', 'c'].map((input) => ({ input, expected_output: input })))
    const done = await evaluate({ dataset_id: id, evaluation_type: 'exact_match', model })
    assert.deepEqual([done.status, done.score, done.completed, done.failed], ['complete', 1, 3, 1])
    assert.deepEqual([done.results[1].score, done.results[1].status, done.results[1].output], [null, 2, null])
    assert.match(done.results[1].error, /status 400: told to fail/)
  })

  it('invents nothing where no model can be asked, and takes the one that was used last where there is a key', async () => {
    const id = await dataset([{ input: 'a', expected_output: 'a' }])
    const none = await evaluate({ dataset_id: id, evaluation_type: 'exact_match' })
    assert.deepEqual([none.status, none.score, none.failed, none.models], ['complete', null, 1, []])
    assert.match(none.results[0].error, /name one as model/)
    await evaluate({ dataset_id: id, evaluation_type: 'exact_match', model })
    const usual = await evaluate({ dataset_id: id, evaluation_type: 'exact_match' })
    assert.deepEqual([usual.models, usual.score], [[model], 1])
  })

  it('waits for the rate limit of the gateway instead of failing cases', async () => {
    await call('PATCH', '', { rate_limiting_limit: 3, rate_limiting_interval: 1, rate_limiting_technique: 'fixed' })
    const id = await dataset(Array.from({ length: 7 }, (_, at) => ({ input: `${at}`, expected_output: `${at}` })))
    const done = await evaluate({ dataset_id: id, evaluation_type: 'exact_match', model, concurrency: 2 })
    assert.deepEqual([done.score, done.failed, asked.length], [1, 0, 7])
    assert.ok(mostRunning <= 2)
  })

  it('has a judge and embeddings asked through the gateway too', async () => {
    answerTo = (text) => ({ text: text.includes('answer') ? '{"reason":"fine","score":7}' : 'ok!' })
    const id = await dataset([{ input: 'a', expected_output: 'abc' }])
    const settings = { llm_judge: { model: 'openai/judge' }, semantic_similarity: { model: 'openai/embed' } }
    const done = await evaluate({ dataset_id: id, evaluation_type_ids: Object.keys(settings), settings, model })
    assert.deepEqual(
      done.results.map(({ score, reason, error }: Result) => [score, reason, error]),
      [
        [0.7, 'fine', null],
        [1, 'the cosine of the embeddings is 1.0000', null],
      ],
    )
    assert.deepEqual(
      asked.map((one) => one.model),
      ['gpt-4o-mini', 'judge', 'embed'],
    )
  })

  it('ends where its budget is used up, where it is cancelled, and where its dataset is removed', async () => {
    const data = Array.from({ length: 400 }, (_, at) => ({ input: `${at}`, expected_output: `${at}` }))
    const id = await dataset(data)
    const budget = await evaluate({ dataset_id: id, evaluation_type: 'exact_match', model, budget_usd: 0.00003 })
    assert.equal(budget.status, 'failed')
    assert.match(budget.error, /budget of 0\.00003 USD is used up/)
    assert.ok(budget.completed >= 6 && budget.completed < 30, `${budget.completed} answers`)

    answerTo = () => ({ status: 429, headers: { 'retry-after': '1' } })
    const slow = await call('POST', '/evaluations', { dataset_id: id, evaluation_type: 'exact_match', model })
    const cancelled = await call('POST', `/evaluations/${slow.id}/cancel`)
    assert.deepEqual([cancelled.status, cancelled.error], ['failed', 'It was cancelled.'])
    answerTo = () => ({})
    const other = await call('POST', '/evaluations', {
      dataset_id: id,
      evaluation_type: 'exact_match',
      model,
      concurrency: 1,
    })
    await call('DELETE', `/datasets/${id}`)
    const removed = await ended(other.id)
    assert.match(String(removed.error), /was removed while it was evaluated/)
  })

  it('refuses what cannot be run, and says what to set', async () => {
    const id = await dataset([{ input: 'a' }])
    const empty = await dataset([])
    const refused = async (body: object): Promise<string> => {
      const { status, body: answer } = await tollgate.manage('POST', `${base}/evaluations`, body)
      assert.deepEqual([status, answer.errors[0]?.code], [400, 7001])
      return answer.errors[0]?.message ?? ''
    }
    assert.match(await refused({ evaluation_type: 'exact_match' }), /^dataset_id: Required, or dataset_ids/)
    assert.match(
      await refused({ dataset_id: id, evaluation_type: 'exact' }),
      /no evaluator exact, expected one of exact_match/,
    )
    assert.match(await refused({ dataset_id: 'x', evaluation_type: 'exact_match' }), /has no dataset x/)
    assert.match(await refused({ dataset_id: empty, evaluation_type: 'exact_match' }), /has no test cases/)
    assert.match(
      await refused({ dataset_id: id, evaluation_type: 'llm_judge' }),
      /^settings\.llm_judge\.model: Required/,
    )
    const settings = { regex: { pattern: '(a)\\1' } }
    assert.match(await refused({ dataset_id: id, evaluation_type: 'regex', settings }), /linear time/)
    assert.match(
      await refused({ dataset_id: id, evaluation_type: 'exact_match', model: 'gpt' }),
      /^model: a model is named/,
    )
  })
})
