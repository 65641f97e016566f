import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEntries } from '../../test/store/entries.ts'
import { openTestStore } from '../../test/store/open.ts'
import { insertGateway, sampleAudit } from '../../test/store/samples.ts'
import type { DatasetRecord } from '../contract/dataset-record.ts'
import { systemClock } from '../kernel/clock.ts'
import { createTextLog } from '../kernel/text-log.ts'
import type { Store } from '../store/store.ts'
import { createCaseCollecting } from './collect-cases.ts'

const startMs = Date.UTC(2026, 2, 1)
const log = createTextLog('error', systemClock, () => {})

async function addDataset(store: Store, gateway: number, sampleRate: number): Promise<DatasetRecord> {
  const made = await store.datasets.insert(
    {
      id: `of ${sampleRate}`,
      gateway,
      name: `of ${sampleRate}`,
      enable: true,
      filters: [{ key: 'model', operator: 'eq', value: ['gpt-4o'] }],
      sampleRate,
      usesAnswers: true,
      collectedMs: startMs,
      createdMs: startMs,
      modifiedMs: startMs,
    },
    [],
    sampleAudit(),
  )
  return typeof made === 'string' ? assert.fail(made) : made
}

test('the rows that a filter finds become cases as they come, each once, and those that come late too', async () => {
  const store = await openTestStore()
  const { number: gateway } = await insertGateway(store, 'acme', 'one')
  const all = await addDataset(store, gateway, 1)
  const clock = { now: startMs + 1000, nowMs: () => clock.now, tickMs: () => clock.now }
  const make = createEntries(startMs)
  let offset = 0
  const come = async (...rows: [asked: string, ms: number, more?: object][]): Promise<void> => {
    const entries = rows.map(([asked, ms, more]) =>
      make(gateway, {
        startedMs: startMs + ms,
        model: 'gpt-4o',
        request: JSON.stringify({ messages: [{ role: 'user', content: asked }] }),
        response: JSON.stringify({ choices: [{ message: { content: `to ${asked}` } }] }),
        ...more,
      }),
    )
    await store.logs.append(entries, { lane: 'a', segment: 1, offset: ++offset })
  }
  const cases = async (): Promise<unknown[]> => {
    const { version } = (await store.datasets.get(gateway, all.id)) ?? assert.fail()
    const items = await store.datasets.items({ dataset: all.number, version, limit: 100 })
    return items.map(({ body }) => [body.input, body.expected_output])
  }
  const { run } = createCaseCollecting({ store, clock, log })

  await come(
    ['a', 10],
    ['other model', 20, { model: 'gpt-4o-mini' }],
    ['own', 30, { metadata: { evaluation_id: 'e' } }],
  )
  await come(['no body', 40, { request: null }])
  await run()
  assert.deepEqual(await cases(), [['a', 'to a']])
  await run()
  clock.now += 10_000
  // It began before the last look, and ended after it.
  await come(['late', 500], ['b', 5000])
  await run()
  assert.deepEqual(await cases(), [
    ['a', 'to a'],
    ['late', 'to late'],
    ['b', 'to b'],
  ])
  const { version, collectedMs } = (await store.datasets.get(gateway, all.id)) ?? assert.fail()
  assert.deepEqual([version, collectedMs], [3, clock.now])
  // Another process that looks at the same adds nothing.
  await createCaseCollecting({ store, clock, log }).run()
  assert.equal((await cases()).length, 3)
  await store.close()
})

test('rows are taken in also where the clock was ahead when they were last looked for', async () => {
  const store = await openTestStore()
  const { number: gateway } = await insertGateway(store, 'acme', 'one')
  const all = await addDataset(store, gateway, 1)
  const clock = { now: startMs + 86_400_000, nowMs: () => clock.now, tickMs: () => clock.now }
  const { run } = createCaseCollecting({ store, clock, log })
  await run()
  clock.now = startMs + 5000
  const make = createEntries(startMs)
  const request = '{"messages":[{"role":"user","content":"hi"}]}'
  const response = '{"choices":[{"message":{"content":"ho"}}]}'
  await store.logs.append([make(gateway, { model: 'gpt-4o', request, response })], { lane: 'a', segment: 1, offset: 1 })
  await run()
  assert.equal((await store.datasets.get(gateway, all.id))?.itemCount, 1)
  await store.close()
})

test('of many rows about the share of the sample rate is taken', async () => {
  const store = await openTestStore()
  const { number: gateway } = await insertGateway(store, 'acme', 'one')
  const some = await addDataset(store, gateway, 0.25)
  const make = createEntries(startMs)
  const request = '{"messages":[{"role":"user","content":"hi"}]}'
  const response = '{"choices":[{"message":{"content":"ho"}}]}'
  const entries = Array.from({ length: 1000 }, () => make(gateway, { model: 'gpt-4o', request, response }))
  await store.logs.append(entries, { lane: 'a', segment: 1, offset: 1 })
  const clock = { nowMs: () => startMs + 5000, tickMs: () => 0 }
  await createCaseCollecting({ store, clock, log }).run()
  const { itemCount } = (await store.datasets.get(gateway, some.id)) ?? assert.fail()
  // Six deviations to either side.
  assert.ok(itemCount > 167 && itemCount < 333, `${itemCount} of 1000`)
  await store.close()
})
