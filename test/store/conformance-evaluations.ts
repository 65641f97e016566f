import assert from 'node:assert/strict'
import type { EvaluationAnswer, EvaluationRecord, EvaluationSpec } from '../../src/contract/evaluation-record.ts'
import { createIds } from '../../src/kernel/ids.ts'
import type { EvaluationEnd, LogFoldPart, Store } from '../../src/store/store.ts'
import { createEntries } from './entries.ts'
import { insertGateway, sampleAudit, type WithStore } from './samples.ts'

const createdMs = 1_700_000_000_000
const newId = createIds(() => createdMs)
const spec: EvaluationSpec = {
  accountId: 'acme',
  gatewayId: 'one',
  creator: { kind: 'admin' },
  datasets: [],
  evaluators: [{ type: 'exact_match', settings: {} }],
  models: ['openai/a'],
  prompt: null,
  params: {},
  concurrency: 8,
  timeoutMs: 120_000,
  budgetNanoUsd: null,
}

async function insert(store: Store, gateway: number, name: string): Promise<EvaluationRecord> {
  const made = await store.evaluations.insert(
    { id: newId(), gateway, name, spec, total: 3, scheduleId: null, createdMs },
    sampleAudit(),
  )
  return typeof made === 'string' ? assert.fail(made) : made
}

function answer(position: number, score: number | null, more: Partial<EvaluationAnswer> = {}): EvaluationAnswer {
  const error = score === null ? 'no answer' : null
  return {
    position,
    datasetId: 'd',
    itemId: newId(),
    model: 'openai/a',
    input: `case ${position}`,
    expected: { a: 1 },
    output: score === null ? null : 'out',
    logId: null,
    costNanoUsd: 5,
    durationMs: 10,
    error,
    atMs: createdMs,
    scores: [{ evaluator: 'exact_match', score, passed: null, reason: '', error }],
    ...more,
  }
}

export function evaluationConformance(withStore: WithStore): void {
  withStore(
    'an evaluation is run by one process at a time, and taken over when its lease has run out',
    async (store) => {
      const { number: gateway } = await insertGateway(store, 'acme', 'one')
      const { evaluations } = store
      const first = await insert(store, gateway, 'first')
      await insert(store, gateway, 'second')
      const claim = (owner: string, nowMs: number) => evaluations.claim({ owner, nowMs, untilMs: nowMs + 10 })
      assert.equal(await evaluations.waits(100), true)
      assert.deepEqual([(await claim('a', 100))?.name, (await claim('b', 100))?.name], ['first', 'second'])
      assert.deepEqual([await evaluations.waits(100), await claim('c', 105)], [false, null])
      assert.equal(await evaluations.hold(first.number, { owner: 'a', nowMs: 105, untilMs: 200 }), true)
      assert.equal((await claim('c', 150))?.name, 'second')
      assert.equal(await evaluations.hold(first.number, { owner: 'b', nowMs: 105, untilMs: 200 }), false)
      assert.equal((await claim('d', 201))?.name, 'first')
      assert.equal((await claim('d', 201))?.name, 'second')
      assert.equal(await evaluations.append(first.number, 'a', [answer(0, 1)]), false)
      await evaluations.release(first.number, 'd')
      assert.equal((await claim('e', 202))?.name, 'first')
      const end: EvaluationEnd = { status: 'complete', error: null, folded: [], nowMs: 300 }
      assert.equal(await evaluations.finish(first.number, 'd', end), false)
      assert.equal(await evaluations.finish(first.number, 'e', end), true)
      assert.equal((await evaluations.get(gateway, first.id))?.status, 'complete')
      assert.equal(await evaluations.cancel({ gateway, id: first.id, error: 'x', nowMs: 1 }), false)
    },
  )

  withStore('a lease that was taken while the clock was far ahead holds up nobody', async (store) => {
    const { number: gateway } = await insertGateway(store, 'acme', 'one')
    const { evaluations } = store
    await insert(store, gateway, 'one')
    const hourMs = 3_600_000
    const claim = async (owner: string, nowMs: number) =>
      (await evaluations.claim({ owner, nowMs, untilMs: nowMs + 10_000 }))?.name
    assert.equal(await claim('a', createdMs + hourMs), 'one')
    // Clocks of two machines are never quite the same.
    assert.deepEqual(
      [await evaluations.waits(createdMs + hourMs - 60_000), await claim('b', createdMs + hourMs - 60_000)],
      [false, undefined],
    )
    assert.deepEqual([await evaluations.waits(createdMs), await claim('b', createdMs)], [true, 'one'])
  })

  withStore('answers are counted once, summed up, and read in order', async (store) => {
    const { number: gateway } = await insertGateway(store, 'acme', 'one')
    const { evaluations } = store
    const { number, id } = await insert(store, gateway, 'one')
    await evaluations.claim({ owner: 'a', nowMs: 1, untilMs: 10 })
    assert.equal(await evaluations.append(number, 'a', [answer(2, 0.25), answer(0, 1)]), true)
    assert.equal(await evaluations.append(number, 'a', [answer(0, 0), answer(1, null, { costNanoUsd: null })]), true)
    assert.deepEqual(
      (await evaluations.answered(number, 0, 2)).toSorted((a, b) => a - b),
      [0, 1],
    )
    const folded = [
      {
        evaluator: 'human_feedback',
        datasetId: null,
        model: null,
        result: '50',
        score: 0.5,
        reason: '',
        rows: 2,
        error: null,
        atMs: 5,
      },
    ]
    assert.equal(await evaluations.finish(number, 'a', { status: 'failed', error: 'why', folded, nowMs: 9 }), true)
    const { spec: _spec, ...done } = (await evaluations.get(gateway, id)) ?? assert.fail()
    assert.deepEqual(_spec, spec)
    assert.deepEqual(done, {
      number,
      id,
      gateway,
      name: 'one',
      scheduleId: null,
      status: 'failed',
      error: 'why',
      folded,
      total: 3,
      completed: 3,
      failed: 1,
      scored: 3,
      scoreSum: 1.75,
      costNanoUsd: 10,
      createdMs,
      modifiedMs: 9,
    })
    const scores = await evaluations.scores({ number, skip: 0, limit: 2 })
    assert.deepEqual(
      scores.map((row) => [row.answer.input, row.answer.expected, row.score.score]),
      [
        ['case 0', { a: 1 }, 1],
        ['case 1', { a: 1 }, null],
      ],
    )
    assert.equal((await evaluations.scores({ number, skip: 2, limit: 9 }))[0]?.answer.position, 2)
    assert.equal(await evaluations.countScores(number), 3)
    const sums = { rows: 2, priced: 2, costNanoUsd: 10, durationMs: 20, rated: 0, liked: 0 }
    assert.deepEqual(await evaluations.foldAnswers(number, 'openai/a'), sums)
    assert.equal((await evaluations.foldAnswers(number, null)).rows, 0)
  })

  withStore('two evaluations are set side by side, item by item, by evaluator and model', async (store) => {
    const { number: gateway } = await insertGateway(store, 'acme', 'one')
    const { evaluations } = store
    const [one, two] = [await insert(store, gateway, 'one'), await insert(store, gateway, 'two')]
    const items = Array.from({ length: 5 }, () => newId())
    const fill = async (number: number, scores: (number | null)[], more: Partial<EvaluationAnswer>): Promise<void> => {
      const owner = `owner of ${number}`
      await evaluations.claim({ owner, nowMs: 1, untilMs: 10 })
      const answers = scores.map((score, at) => answer(at, score, { itemId: items[at] ?? '', ...more }))
      assert.equal(await evaluations.append(number, owner, answers), true)
    }
    await fill(one.number, [1, 1, 0.5, 0.25, null], { durationMs: 30, model: 'openai/b' })
    await fill(two.number, [0, 1, 0.25, 0.75], { costNanoUsd: null })
    const pairing = { number: one.number, other: two.number, models: { own: 'openai/b', other: 'openai/a' } }
    assert.deepEqual(await evaluations.compare(pairing), [
      {
        evaluator: 'exact_match',
        model: 'openai/b',
        otherModel: 'openai/a',
        better: 2,
        worse: 1,
        same: 1,
        unscored: 0,
        scoreSum: 2.75,
        otherScoreSum: 2,
        squareSum: 1 + 0.25 ** 2 + 0.5 ** 2,
        costNanoUsd: 5,
        otherCostNanoUsd: null,
        durationMs: 30,
        otherDurationMs: 10,
      },
    ])
    const cases = async (more: object): Promise<unknown[]> =>
      (await evaluations.comparedCases({ ...pairing, change: null, skip: 0, limit: 9, ...more })).map((row) => [
        row.answer.position,
        row.change,
        row.score.score,
        row.otherScore.score,
      ])
    assert.deepEqual(await cases({ skip: 1, limit: 2 }), [
      [1, 'same', 1, 1],
      [2, 'better', 0.5, 0.25],
    ])
    assert.deepEqual(await cases({ change: 'worse' }), [[3, 'worse', 0.25, 0.75]])
    assert.deepEqual(await evaluations.compare({ ...pairing, models: null }), [])
    const itself = { number: two.number, other: two.number, models: null }
    assert.deepEqual(
      (await evaluations.compare(itself)).map((sums) => [sums.same, sums.better]),
      [[4, 0]],
    )
  })

  withStore('a score is set beside that of the same evaluator, and last digits are no difference', async (store) => {
    const { number: gateway } = await insertGateway(store, 'acme', 'one')
    const { evaluations } = store
    const [one, two] = [await insert(store, gateway, 'one'), await insert(store, gateway, 'two')]
    const itemId = newId()
    const fill = async (number: number, exact: number, near: number): Promise<void> => {
      await evaluations.claim({ owner: `${number}`, nowMs: 1, untilMs: 10 })
      const scores = Object.entries({ exact_match: exact, levenshtein: near }).map(([evaluator, score]) => ({
        evaluator,
        score,
        passed: null,
        reason: '',
        error: null,
      }))
      assert.equal(await evaluations.append(number, `${number}`, [answer(0, 1, { itemId, scores })]), true)
    }
    await fill(one.number, 1, 0.1 + 0.2)
    await fill(two.number, 0, 0.3)
    const sums = await evaluations.compare({ number: one.number, other: two.number, models: null })
    assert.deepEqual(
      sums.map(({ evaluator, better, worse, same }) => [evaluator, better, worse, same]),
      [
        ['exact_match', 1, 0, 0],
        ['levenshtein', 0, 0, 1],
      ],
    )
  })

  withStore('evaluations are listed and named once, and go with their gateway', async (store) => {
    const { number: gateway } = await insertGateway(store, 'acme', 'one')
    const { evaluations } = store
    const one = await insert(store, gateway, 'one')
    await insert(store, gateway, 'Two')
    const wanted = { gateway, name: null, processed: null, scheduleId: null, search: null, page: 1, perPage: 20 }
    const names = async (more: object): Promise<string[]> =>
      (await evaluations.page({ ...wanted, ...more })).rows.map(({ name }) => name)
    const fresh = { id: newId(), gateway, name: 'one', spec, total: 1, scheduleId: 's', createdMs }
    assert.equal(await evaluations.insert(fresh, sampleAudit()), 'taken')
    assert.deepEqual(
      [await names({}), await names({ search: 'tw' }), await names({ name: 'one' })],
      [['Two', 'one'], ['Two'], ['one']],
    )
    assert.equal(await evaluations.cancel({ gateway, id: one.id, error: 'stop', nowMs: 5 }), true)
    assert.deepEqual([await names({ processed: true }), await names({ processed: false })], [['one'], ['Two']])
    assert.equal(await evaluations.remove(gateway, one.id, sampleAudit()), true)
    assert.equal(await evaluations.remove(gateway, one.id, sampleAudit()), false)
    await store.evaluations.insert({ ...fresh, name: 'made' }, sampleAudit())
    assert.deepEqual([await names({ scheduleId: 's' }), await names({ scheduleId: 'x' })], [['made'], []])
    await store.gateways.remove(gateway, sampleAudit())
    assert.deepEqual(await names({}), [])
    assert.equal(await evaluations.insert({ ...fresh, name: 'new' }, sampleAudit()), 'gone')
  })

  withStore('rows are folded: known costs, durations, thumbs', async (store) => {
    const { number: gateway } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const entries = [
      make(gateway, { durationMs: 10 }),
      make(gateway, { durationMs: 20 }),
      make(gateway, { durationMs: 30 }),
    ]
    await store.logs.append(entries, { lane: 'a', segment: 1, offset: 1 })
    await store.logs.edit(gateway, entries[0]?.summary.id ?? '', { feedback: 1 })
    await store.logs.edit(gateway, entries[1]?.summary.id ?? '', { feedback: -1 })
    const costs = entries.flatMap(({ summary }) => (summary.costNanoUsd === null ? [] : [summary.costNanoUsd]))
    const all = { gateway, filters: [], search: null, after: null, budgetMs: 1000 }
    const { sums, next } = await store.logs.fold(all)
    assert.equal(next, null)
    assert.deepEqual(sums, {
      rows: 3,
      priced: costs.length,
      costNanoUsd: costs.reduce((sum, cost) => sum + cost, 0),
      durationMs: 60,
      rated: 2,
      liked: 1,
    })
    const filters = [{ key: 'model' as const, operator: 'eq' as const, values: ['no such'] }]
    assert.deepEqual((await store.logs.fold({ ...all, filters })).sums.rows, 0)
  })

  withStore('rows are folded part by part, newest first, each once', async (store) => {
    const { number: gateway } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const entries = Array.from({ length: 1200 }, (_, at) => make(gateway, { durationMs: at }))
    await store.logs.append(entries, { lane: 'a', segment: 1, offset: 1 })
    const seen: number[] = []
    let after: string | null = null
    do {
      // No time at all: one step at a time.
      const part: LogFoldPart = await store.logs.fold({ gateway, filters: [], search: null, after, budgetMs: -1 })
      seen.push(part.sums.durationMs)
      after = part.next
    } while (after !== null)
    assert.ok(seen.length > 2, `${seen.length} parts`)
    assert.equal(
      seen.reduce((sum, part) => sum + part, 0),
      (1199 * 1200) / 2,
    )
    assert.ok((seen[0] ?? 0) > 700 * 500)
  })
}
