import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type EvaluationJourney, openEvaluations, type Result } from './open-evaluations.ts'

describe('evaluations', () => {
  let journey: EvaluationJourney
  let provider: EvaluationJourney['provider']
  let tollgate: EvaluationJourney['tollgate']
  let base: string
  before(async () => {
    journey = await openEvaluations()
    ;({ provider, tollgate } = journey)
  })
  after(() => journey.close())
  beforeEach(async () => {
    await journey.begin()
    base = journey.base
  })
  const model = 'openai/gpt-4o-mini'
  const call: EvaluationJourney['call'] = (...given) => journey.call(...given)
  const dataset: EvaluationJourney['dataset'] = (...given) => journey.dataset(...given)
  const ended: EvaluationJourney['ended'] = (id) => journey.ended(id)
  const evaluate: EvaluationJourney['evaluate'] = (body) => journey.evaluate(body)

  it('has each case answered through the gateway, and says case by case what is right', async () => {
    provider.answerTo = (text) => ({ text: text === 'Hello' ? 'Hi there!' : 'Bye' })
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
    provider.answerTo = (text, name) => ({ text: name === 'gpt-4o' ? text : 'no' })
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

  it('has all cases of several datasets answered by several models, each once', async () => {
    const sets = [
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]
    const ids = await Promise.all(
      sets.map((inputs) => dataset(inputs.map((input) => ({ input, expected_output: input })))),
    )
    const models = ['openai/gpt-4o', model]
    const done = await evaluate({ dataset_ids: ids, evaluation_type: 'exact_match', models })
    assert.deepEqual([done.status, done.score, done.completed, done.total], ['complete', 1, 10, 10])
    const expected = sets.flatMap((inputs, of) =>
      inputs.flatMap((input) => models.map((by) => `${ids[of]} ${input} ${by}`)),
    )
    assert.deepEqual(
      done.results.map((row: Result) => `${row.dataset_id} ${row.input} ${row.model}`),
      expected,
    )
    assert.equal(provider.asked.length, 10)
  })

  it('says the prompt before a case or takes the case into it, with the params for the model', async () => {
    const id = await dataset([{ input: 'a', expected_output: 'a' }])
    const asked = { dataset_id: id, evaluation_type: 'exact_match', model, params: { temperature: 0.25 } }
    await evaluate({ ...asked, prompt: 'Be short.' })
    await evaluate({ ...asked, prompt: 'Say {{input}}, twice: {{input}}' })
    const user = (content: string) => ({ role: 'user', content })
    assert.deepEqual(
      provider.asked.map(({ body }) => [body['messages'], body['temperature']]),
      [
        [[{ role: 'system', content: 'Be short.' }, user('a')], 0.25],
        [[user('Say a, twice: a')], 0.25],
      ],
    )
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
    provider.answerTo = (text) => (text === 'b' ? { status: 400 } : {})
    const id = await dataset(['a', 'b', 'c'].map((input) => ({ input, expected_output: input })))
    const done = await evaluate({ dataset_id: id, evaluation_type: 'exact_match', model })
    assert.deepEqual([done.status, done.score, done.completed, done.failed], ['complete', 1, 3, 1])
    assert.deepEqual([done.results[1].score, done.results[1].status, done.results[1].output], [null, 2, null])
    assert.match(done.results[1].error, /status 400: told to fail/)
    assert.equal((await call('GET', `/logs/${done.results[1].log_id}`)).status_code, 400)
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

  it('has any provider answer, also one that speaks another format', async () => {
    const claude = { content: [{ type: 'text', text: 'from Claude' }], usage: { input_tokens: 3, output_tokens: 2 } }
    provider.answerTo = (_, name) => (name.startsWith('claude') ? { body: JSON.stringify(claude) } : {})
    const id = await dataset([{ input: 'a', expected_output: 'from Claude' }])
    const done = await evaluate({ dataset_id: id, evaluation_type: 'exact_match', model: 'anthropic/claude-haiku-4-5' })
    assert.deepEqual([done.status, done.score, done.results[0].output], ['complete', 1, 'from Claude'])
    assert.ok(done.cost > 0)
    assert.match(provider.asked[0]?.path ?? '', /\/messages$/)
    const none = await evaluate({ dataset_id: id, evaluation_type: 'exact_match', model: 'nobody/x' })
    assert.deepEqual([none.status, none.score, none.failed], ['complete', null, 1])
    assert.match(none.results[0].error, /nobody/)
  })

  it('sets two evaluations side by side, and says whether the difference may be chance', async () => {
    const data = Array.from({ length: 10 }, (_, at) => ({ input: `${at}`, expected_output: `${at}` }))
    const id = await dataset(data)
    const run = (more: object) => evaluate({ dataset_id: id, evaluation_type: 'exact_match', model, ...more })
    provider.answerTo = (text) => ({ text: Number(text) < 2 ? text : 'wrong' })
    const before = await run({})
    provider.answerTo = (text) => (text === '9' ? { status: 400 } : { text: text === '0' ? 'wrong' : text })
    const now = await run({ model: 'openai/gpt-4o' })
    const compare = (query = '') => call('GET', `/evaluations/${now.id}/compare/${before.id}${query}`)
    const { summary, cases, same_cases: isSame, total_cases: total } = await compare()
    assert.deepEqual([summary.length, isSame, total, cases.length], [1, true, 10, 10])
    const {
      difference_low: low,
      difference_high: high,
      mean_cost: cost,
      other_mean_cost: otherCost,
      ...line
    } = summary[0]
    // The differences are 7 times 1, once -1 and once 0: a variance of 1/2, and 1.96 deviations of their mean to either side.
    assert.deepEqual([low.toFixed(4), high], ['0.2047', 1])
    assert.ok(cost > otherCost, JSON.stringify(summary))
    assert.deepEqual([line.better, line.worse, line.same, line.unscored, line.pairs], [7, 1, 1, 1, 9])
    assert.deepEqual(
      [line.score, line.other_score].map((score) => score.toFixed(4)),
      ['0.8889', '0.2222'],
    )
    // Of 8 changes 7 are for the better: 2 * (1 + 8) / 2^8.
    assert.deepEqual([line.p_value.toFixed(9), line.is_significant], ['0.070312500', false])
    assert.deepEqual(
      cases
        .slice(0, 3)
        .map((one: Result) => [one.input, one.change, one.difference, one.evaluation.output, one.other.output]),
      [
        ['0', 'worse', -1, 'wrong', '0'],
        ['1', 'same', 0, '1', '1'],
        ['2', 'better', 1, '2', 'wrong'],
      ],
    )
    assert.match(cases[9].evaluation.error, /status 400/)
    const worse = await compare('?change=worse')
    assert.deepEqual([worse.total_cases, worse.cases.length, worse.cases[0].input], [1, 1, '0'])
    assert.equal((await compare('?per_page=4&page=3')).cases.length, 2)
    // All that changed is for the better: no chance. And the dataset has a case more by now.
    await call('POST', `/datasets/${id}/items`, { data: [{ input: 'more', expected_output: 'more' }] })
    provider.answerTo = () => ({})
    const better = await call('GET', `/evaluations/${(await run({})).id}/compare/${before.id}`)
    assert.deepEqual([better.same_cases, better.total_cases, better.summary[0].pairs], [false, 10, 10])
    assert.deepEqual(
      [better.summary[0].better, better.summary[0].p_value.toFixed(9), better.summary[0].is_significant],
      [8, '0.007812500', true],
    )
    const stranger = await tollgate.manage('GET', `${base}/evaluations/${now.id}/compare/${before.id}?model=nobody/x`)
    assert.match(stranger.body.errors[0]?.message ?? '', /^model: nobody\/x is no model of the evaluation/)
    // Two models of one evaluation.
    const both = await run({ model: undefined, models: [model, 'openai/gpt-4o'] })
    const itself = await call(
      'GET',
      `/evaluations/${both.id}/compare/${both.id}?model=${model}&other_model=openai/gpt-4o`,
    )
    assert.deepEqual([itself.summary[0].same, itself.summary[0].p_value], [11, 1])
    const refused = await tollgate.manage('GET', `${base}/evaluations/${both.id}/compare/${both.id}`)
    assert.match(refused.body.errors[0]?.message ?? '', /^model: an evaluation is compared with itself/)
    const gone = await tollgate.manage('GET', `${base}/evaluations/${both.id}/compare/none`)
    assert.deepEqual([gone.status, gone.body.errors[0]?.code], [404, 7002])
  })

  it('takes cases of a megabyte', async () => {
    const data = Array.from({ length: 8 }, (_, at) => {
      const text = `${at}${'x'.repeat(1 << 20)}`
      return { input: text, expected_output: text }
    })
    const id = await dataset(data.slice(0, 4))
    await call('POST', `/datasets/${id}/items`, { data: data.slice(4) })
    const done = await evaluate({ dataset_id: id, evaluation_type: 'exact_match', model })
    assert.deepEqual([done.status, done.score, done.failed, done.completed], ['complete', 1, 0, 8])
  })

  it('is made by a schedule, on a dataset that collects from the traffic', async () => {
    const id = await dataset([], {
      sample_rate: 1,
      use_answers: true,
      filters: [{ key: 'success', operator: 'eq', value: [true] }],
    })
    await fetch(`${tollgate.url}/v1/test${base.replace('/gateways', '')}/openai/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk' },
      body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'live' }] }),
    })
    let data: Result[] = []
    while (data.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      data = (await call('GET', `/datasets/${id}`)).data
    }
    assert.deepEqual([data.length, data[0].input, data[0].expected_output], [1, 'live', 'live'])
    const body = { dataset_id: id, evaluation_type: 'exact_match', model }
    const schedule = await call('POST', '/evaluation-schedules', { name: 's', cron: '* * * * *', evaluation: body })
    journey.ahead.ms += 60_000
    let made: Result[] = []
    while (made.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      made = await call('GET', `/evaluations?schedule_id=${schedule.id}`)
    }
    const done = await ended(made[0].id)
    assert.deepEqual([done.status, done.score, done.schedule_id], ['complete', 1, schedule.id])
    await call('DELETE', `/evaluation-schedules/${schedule.id}`)
  })

  it('waits for the rate limit of the gateway instead of failing cases', async () => {
    await call('PATCH', '', { rate_limiting_limit: 3, rate_limiting_interval: 1, rate_limiting_technique: 'fixed' })
    const id = await dataset(Array.from({ length: 7 }, (_, at) => ({ input: `${at}`, expected_output: `${at}` })))
    const done = await evaluate({ dataset_id: id, evaluation_type: 'exact_match', model, concurrency: 2 })
    assert.deepEqual([done.score, done.failed, provider.asked.length], [1, 0, 7])
    assert.ok(provider.mostRunning <= 2)
  })

  it('has a judge and embeddings asked through the gateway too', async () => {
    provider.answerTo = (text) => ({ text: text.includes('answer') ? '{"reason":"fine","score":7}' : 'ok!' })
    const id = await dataset([{ input: 'a', expected_output: 'abc' }])
    const [judge, embed] = ['gpt-4o', 'text-embedding-3-small']
    const settings = { llm_judge: { model: `openai/${judge}` }, semantic_similarity: { model: `openai/${embed}` } }
    const done = await evaluate({ dataset_id: id, evaluation_type_ids: Object.keys(settings), settings, model })
    assert.deepEqual(
      done.results.map(({ score, reason, error }: Result) => [score, reason, error]),
      [
        [0.7, 'fine', null],
        [1, 'the cosine of the embeddings is 1.0000', null],
      ],
    )
    assert.deepEqual(
      provider.asked.map((one) => one.model),
      ['gpt-4o-mini', judge, embed],
    )
    const costs: number[] = (await call('GET', '/logs')).map((row: Result) => row.cost)
    assert.ok(costs.length === 3 && costs.every((cost) => cost > 0), JSON.stringify(costs))
    assert.ok(Math.abs(done.cost - costs.reduce((sum, cost) => sum + cost)) < 1e-9, `${done.cost} of ${costs.join()}`)
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
