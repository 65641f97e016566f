import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createEntries } from '../../test/store/entries.ts'
import { openTestStore } from '../../test/store/open.ts'
import { insertGateway, sampleAudit } from '../../test/store/samples.ts'
import type { EvaluationRecord, EvaluationSpec } from '../contract/evaluation-record.ts'
import { systemClock } from '../kernel/clock.ts'
import { createIds } from '../kernel/ids.ts'
import { createTextLog } from '../kernel/text-log.ts'
import type { Store } from '../store/store.ts'
import type { OwnCall } from './evaluation-ask.ts'
import { createPace } from './evaluation-pace.ts'
import { createEvaluationRunner, type EvaluationRunner } from './evaluations.ts'

const startMs = Date.UTC(2026, 2, 1)
const newId = createIds(() => startMs)

/** A store with one evaluation of so many cases, and runners of several processes with clocks that stand still. */
interface Setting {
  store: Store
  /** With a clock of its own; `call` is the gateway. */
  runner(call: OwnCall, logs?: Store['logs']): { runner: EvaluationRunner; clock: { now: number } }
  shown(): Promise<EvaluationRecord>
  ended(): Promise<EvaluationRecord>
}

async function withEvaluation(
  cases: number,
  more: Partial<EvaluationSpec>,
  body: (setting: Setting) => Promise<void>,
): Promise<void> {
  const store = await openTestStore()
  const runners: EvaluationRunner[] = []
  const { number: gateway } = await insertGateway(store, 'acme', 'one')
  const times = { collectedMs: startMs, createdMs: startMs, modifiedMs: startMs }
  const plain = { gateway, name: 'd', enable: true, filters: [], sampleRate: null, usesAnswers: false }
  const items = Array.from({ length: cases }, (_, at) => ({
    id: newId(),
    body: { input: `${at}`, expected_output: 'yes' },
  }))
  const dataset = await store.datasets.insert({ id: newId(), ...plain, ...times }, items, sampleAudit())
  if (typeof dataset === 'string') assert.fail(dataset)
  const spec: EvaluationSpec = {
    accountId: 'acme',
    gatewayId: 'one',
    creator: { kind: 'admin' },
    datasets: [dataset],
    evaluators: [{ type: 'exact_match', settings: { ignore_case: false, ignore_space: false } }],
    models: ['openai/m'],
    prompt: null,
    params: {},
    concurrency: 2,
    timeoutMs: 60_000,
    budgetNanoUsd: null,
    ...more,
  }
  const id = newId()
  const made = { id, gateway, name: 'e', spec, total: cases, scheduleId: null, createdMs: startMs }
  assert.notEqual(typeof (await store.evaluations.insert(made, sampleAudit())), 'string')
  const shown = async (): Promise<EvaluationRecord> => (await store.evaluations.get(gateway, id)) ?? assert.fail()
  try {
    await body({
      store,
      shown,
      runner(call, logs = store.logs) {
        const clock = { now: startMs, nowMs: () => clock.now, tickMs: () => systemClock.tickMs() }
        const log = createTextLog('error', systemClock, () => {})
        const runner = createEvaluationRunner({
          store: { ...store, logs },
          clock,
          log,
          newId,
          call,
          caughtUp: () => Promise.resolve(),
        })
        runners.push(runner)
        return { runner, clock }
      },
      async ended() {
        for (let tries = 0; tries < 1000; tries++) {
          const record = await shown()
          if (record.status === 'complete' || record.status === 'failed') return record
          await delay(20)
        }
        return assert.fail('it never ended')
      },
    })
  } finally {
    await Promise.all(runners.map((runner) => runner.stop()))
    await store.close()
  }
}

/** A gateway that answers so many at once and the others when it is let, and counts what it was asked. */
function gateway(atOnce = 0): { call: OwnCall; asked: string[]; left: string[]; open(): void } {
  const gate = Promise.withResolvers<void>()
  const asked: string[] = []
  const left: string[] = []
  const call: OwnCall = async ({ body, signal }) => {
    const { messages } = JSON.parse(body.toString()) as { messages: { content: string }[] }
    const input = messages[0]?.content ?? ''
    asked.push(input)
    const leaving = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        left.push(input)
        reject(new Error('left'))
      })
    })
    if (asked.length > atOnce) await Promise.race([gate.promise, leaving])
    const answer = Buffer.from(JSON.stringify({ choices: [{ message: { content: 'yes' } }] }))
    return { status: 200, headers: new Map([['tollgate-cost', '0.000001']]), body: answer }
  }
  return { call, asked, left, open: () => gate.resolve() }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo() && tries < 1000; tries++) await delay(20)
  assert.ok(isSo(), String(isSo))
}

test('whoever runs an evaluation keeps it while it is alive, and asks nothing twice', async () => {
  await withEvaluation(6, {}, async ({ runner, ended }) => {
    const [own, others] = [gateway(), gateway()]
    const [first, second] = [runner(own.call), runner(others.call)]
    first.runner.start()
    await until(() => own.asked.length === 2)
    const wait = async (): Promise<void> => {
      first.clock.now += 6000
      second.clock.now += 6000
      await delay(3000)
    }
    await wait()
    await wait()
    second.runner.start()
    await delay(500)
    own.open()
    assert.equal((await ended()).status, 'complete')
    assert.deepEqual([own.asked.length, others.asked], [6, []])
  })
})

test('a clock that goes forward has nobody run its own evaluation once more', async () => {
  await withEvaluation(6, {}, async ({ runner, ended }) => {
    const own = gateway()
    const { runner: only, clock } = runner(own.call)
    only.start()
    await until(() => own.asked.length === 2)
    clock.now += 3_600_000
    only.poke()
    await delay(200)
    own.open()
    const { status, completed } = await ended()
    assert.deepEqual([status, completed, own.asked.length, own.left], ['complete', 6, 6, []])
  })
})

test('who lost its evaluation to another process gives up at once, and nothing counts twice', async () => {
  await withEvaluation(6, {}, async ({ runner, ended }) => {
    const [own, others] = [gateway(), gateway()]
    runner(own.call).runner.start()
    await until(() => own.asked.length === 2)
    const { runner: second, clock } = runner(others.call)
    clock.now += 60_000
    second.start()
    await until(() => own.left.length === 2)
    others.open()
    const { status, completed, scored, scoreSum } = await ended()
    assert.deepEqual([status, completed, scored, scoreSum], ['complete', 6, 6, 6])
    assert.equal(others.asked.length, 6)
  })
})

test('a run that stops goes on elsewhere at once, and its budget counts what it has cost before', async () => {
  const cost = 1000
  await withEvaluation(40, { budgetNanoUsd: 20 * cost, concurrency: 1 }, async ({ runner, shown, ended }) => {
    const own = gateway(8)
    const { runner: first } = runner(own.call)
    first.start()
    await until(() => own.asked.length === 9)
    await first.stop()
    const before = await shown()
    assert.deepEqual([before.status, before.completed], ['running', 8])
    const others = gateway(40)
    runner(others.call).runner.start()
    const { status, error, completed, costNanoUsd } = await ended()
    assert.deepEqual([status, completed, costNanoUsd], ['failed', 20, 20 * cost])
    assert.match(String(error), /^The budget of 0\.00002 USD is used up/)
  })
})

test('an evaluation of a token that is gone fails, and nothing is asked', async () => {
  await withEvaluation(3, { creator: { kind: 'token', id: 'gone' } }, async ({ runner, ended }) => {
    const own = gateway()
    runner(own.call).runner.start()
    const { status, error } = await ended()
    assert.deepEqual([status, own.asked], ['failed', []])
    assert.match(String(error), /token that made this evaluation was removed/)
  })
})

test('all rows are folded, part by part', async () => {
  const evaluators = [{ type: 'speed', settings: {} }]
  await withEvaluation(0, { evaluators, models: [] }, async ({ store, runner, shown, ended }) => {
    const { gateway: number } = await shown()
    const make = createEntries()
    const entries = Array.from({ length: 1200 }, (_, at) =>
      make(number, { durationMs: at, request: null, response: null }),
    )
    await store.logs.append(entries, { lane: 'a', segment: 1, offset: 1 })
    let parts = 0
    const fold: Store['logs']['fold'] = (query) => {
      parts++
      // No time at all: one step at a time.
      return store.logs.fold({ ...query, budgetMs: -1 })
    }
    runner(gateway().call, { ...store.logs, fold }).runner.start()
    const { status, folded } = await ended()
    assert.deepEqual([status, folded?.[0]?.rows, folded?.[0]?.result], ['complete', 1200, '599.5'])
    assert.ok(parts > 1)
  })
})

test('cases begin one after another, 310 a second at most', async () => {
  const pace = createPace(systemClock)
  const { signal } = new AbortController()
  const startedMs = systemClock.tickMs()
  await Promise.all(Array.from({ length: 101 }, () => pace.next(signal)))
  const tookMs = systemClock.tickMs() - startedMs
  assert.ok(tookMs >= 318, `${tookMs} ms`)
})
