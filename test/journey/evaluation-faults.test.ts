import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type EvaluationJourney, openEvaluations, type Result } from './open-evaluations.ts'

describe('evaluations in trouble', () => {
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

  it('goes on where a provider breaks off, hangs, or answers nonsense, also to the judge', async () => {
    provider.answerTo = (text) => {
      if (text.includes('"answer"'))
        return { text: text.includes('"input":"judged"') ? '{"reason":"","score":70}' : '' }
      if (text === 'cut') return { breaks: 'cut' }
      if (text === 'hang') return { breaks: 'hang' }
      if (text === 'nonsense') return { body: '<html>' }
      return text === 'empty' ? { body: '{}' } : {}
    }
    const inputs = ['cut', 'hang', 'nonsense', 'empty', 'judged', 'good']
    const id = await dataset(inputs.map((input) => ({ input, expected_output: input })))
    const settings = { llm_judge: { model: 'openai/judge' } }
    const types = ['exact_match', 'llm_judge']
    const asked = { dataset_id: id, evaluation_type_ids: types, settings, model, timeout_ms: 500 }
    const done = await evaluate(asked)
    assert.deepEqual([done.status, done.completed, done.failed, done.score], ['complete', 6, 4, 1])
    const errorOf = (input: string, type: string): string =>
      done.results.find((row: Result) => row.input === input && row.evaluation_type_id === type).error
    assert.match(errorOf('cut', 'exact_match'), /openai\/gpt-4o-mini/)
    assert.match(errorOf('hang', 'exact_match'), /no answer within 500 ms \(timeout_ms\)/)
    assert.match(errorOf('nonsense', 'exact_match'), /without text|status 502/)
    assert.match(errorOf('empty', 'exact_match'), /without text/)
    assert.match(errorOf('judged', 'llm_judge'), /gave no verdict, but .*70/)
    assert.match(errorOf('good', 'llm_judge'), /gave no verdict, but ""/)
  })

  it('tells of embeddings that are none, and goes on', async () => {
    const nonsense: Record<string, unknown> = {
      texts: [{ embedding: ['a', 'b'] }, { embedding: ['a', 'b'] }],
      nothing: [null, null],
      words: 'none',
      short: [{ embedding: [1, 0] }],
    }
    provider.answerTo = (text) => {
      const [first = ''] = [text].flat()
      return Array.isArray(text) && first in nonsense ? { body: JSON.stringify({ data: nonsense[first] }) } : {}
    }
    const inputs = [...Object.keys(nonsense), 'good']
    const id = await dataset(inputs.map((input) => ({ input, expected_output: input })))
    const settings = { semantic_similarity: { model: 'openai/embed' } }
    const done = await evaluate({ dataset_id: id, evaluation_type_ids: ['semantic_similarity'], settings, model })
    assert.deepEqual([done.status, done.completed, done.failed, done.score], ['complete', 5, 0, 1])
    assert.deepEqual(
      done.results.map(({ score, error }: Result) => [score, /gave (no )?embeddings/.test(String(error))]),
      [...inputs.slice(1).map(() => [null, true]), [1, false]],
    )
  })

  it('ends without a trace where its gateway is removed while it runs', async () => {
    const running = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    provider.answerTo = async () => {
      running.resolve()
      await gate.promise
      return {}
    }
    const id = await dataset(Array.from({ length: 50 }, (_, at) => ({ input: `${at}` })))
    await call('POST', '/evaluations', { dataset_id: id, evaluation_type: 'contains', model, concurrency: 2 })
    await running.promise
    await call('DELETE', '')
    gate.resolve()
    const name = base.slice('/gateways/'.length)
    await tollgate.gateway(name)
    assert.deepEqual([await call('GET', '/evaluations'), await call('GET', '/datasets')], [[], []])
    assert.deepEqual(await call('GET', '/logs'), [])
    // Nothing of the old one is asked for any more.
    const other = await dataset([{ input: 'new', expected_output: 'new' }])
    assert.equal((await evaluate({ dataset_id: other, evaluation_type: 'exact_match', model })).score, 1)
    assert.ok(provider.asked.length < 50, `${provider.asked.length} calls`)
  })

  it('judges the cases that there were when it was made, also where they change while it runs', async () => {
    const running = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    provider.answerTo = async () => {
      running.resolve()
      await gate.promise
      return {}
    }
    const data = Array.from({ length: 40 }, (_, at) => ({ input: `${at}`, expected_output: `${at}` }))
    const id = await dataset(data)
    const made = await call('POST', '/evaluations', { dataset_id: id, evaluation_type: 'exact_match', model })
    await running.promise
    await call('PUT', `/datasets/${id}`, { data: data.map(() => ({ input: 'new', expected_output: 'other' })) })
    gate.resolve()
    const done = await ended(made.id)
    assert.deepEqual([done.status, done.score, done.completed], ['complete', 1, 40])
    assert.deepEqual(
      done.results.map((row: Result) => row.input),
      data.map(({ input }) => input),
    )
  })

  it('ends where its budget is used up, where it is cancelled, and where its dataset is removed', async () => {
    const data = Array.from({ length: 400 }, (_, at) => ({ input: `${at}`, expected_output: `${at}` }))
    const id = await dataset(data)
    const budget = await evaluate({ dataset_id: id, evaluation_type: 'exact_match', model, budget_usd: 0.00003 })
    assert.equal(budget.status, 'failed')
    assert.match(budget.error, /budget of 0\.00003 USD is used up/)
    assert.ok(budget.completed >= 6 && budget.completed < 30, `${budget.completed} answers`)

    provider.answerTo = () => ({ status: 429, headers: { 'retry-after': '1' } })
    const slow = await call('POST', '/evaluations', { dataset_id: id, evaluation_type: 'exact_match', model })
    const cancelled = await call('POST', `/evaluations/${slow.id}/cancel`)
    assert.deepEqual([cancelled.status, cancelled.error], ['failed', 'It was cancelled.'])
    provider.answerTo = () => ({})
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
})
