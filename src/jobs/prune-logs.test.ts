import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEntries } from '../../test/store/entries.ts'
import { openTestStore } from '../../test/store/open.ts'
import { insertGateway, query, sampleAudit } from '../../test/store/samples.ts'
import { systemClock } from '../kernel/clock.ts'
import { createTextLog } from '../kernel/text-log.ts'
import type { Store } from '../store/store.ts'
import { createLogPruning } from './prune-logs.ts'

const dayMs = 24 * 60 * 60 * 1000
const startMs = Date.UTC(2026, 2, 1)
const log = createTextLog('error', systemClock, () => {})

async function addGateway(store: Store, id: string, settings: Record<string, unknown>): Promise<number> {
  const record = await insertGateway(store, 'acme', id)
  await store.gateways.update(
    { ...record, settings, modifiedMs: record.modifiedMs + 1 },
    record.modifiedMs,
    sampleAudit(),
  )
  return record.number
}

async function append(store: Store, gateway: number, times: readonly number[]): Promise<void> {
  const none = { request: null, response: null }
  const entries = times.map((startedMs) => createEntries(startedMs - 1)(gateway, { startedMs, ...none }))
  await store.logs.append(entries, { lane: 'main', segment: 1, offset: 1 })
}

test('rows are removed when they are older than the days for which they are kept, as time goes by', async () => {
  const store = await openTestStore()
  const [kept, forever] = [
    await addGateway(store, 'kept', { log_retention_days: 2 }),
    await addGateway(store, 'forever', {}),
  ]
  const times = [0, 1, 2, 3].map((day) => startMs + day * dayMs)
  for (const number of [kept, forever]) await append(store, number, times)
  const clock = { now: startMs + 2 * dayMs, nowMs: () => clock.now, tickMs: () => clock.now }
  const { run } = createLogPruning({ store, clock, log })
  const oldest = async (number: number): Promise<number | undefined> =>
    (await store.logs.page(query(number, { direction: 'asc', perPage: 1 }))).rows[0]?.startedMs

  await run()
  assert.equal(await oldest(kept), times[0])
  clock.now += 1
  await run()
  assert.equal(await oldest(kept), times[1])
  clock.now += 100 * dayMs
  await run()
  assert.deepEqual([await oldest(kept), await oldest(forever)], [undefined, times[0]])
  await store.close()
})

test('of too many rows the oldest are removed, and only by the strategy that says so', async () => {
  const store = await openTestStore()
  const settings = { log_management: 10_000 }
  const deleting = await addGateway(store, 'deleting', { ...settings, log_management_strategy: null })
  const stopping = await addGateway(store, 'stopping', { ...settings, log_management_strategy: 'STOP_INSERTING' })
  const times = Array.from({ length: 12_100 }, (_, index) => startMs + index)
  for (const number of [deleting, stopping]) await append(store, number, times)
  const clock = { nowMs: () => startMs, tickMs: () => startMs }
  const { run } = createLogPruning({ store, clock, log })
  await run()
  await run()
  assert.deepEqual(
    (await store.logs.counts()).map(({ rows, refused }) => [rows, refused]),
    [
      [10_000, 0],
      [10_000, 2100],
    ],
  )
  const first = async (number: number): Promise<number | undefined> =>
    (await store.logs.page(query(number, { direction: 'asc', perPage: 1 }))).rows[0]?.startedMs
  assert.deepEqual([await first(deleting), await first(stopping)], [startMs + 2100, startMs])
  await store.close()
})

test('a store that fails is tried again, and a stop ends a removal between two batches', async () => {
  const store = await openTestStore()
  const gateway = await addGateway(store, 'kept', { log_retention_days: 1 })
  await append(
    store,
    gateway,
    Array.from({ length: 10_500 }, (_, index) => startMs + index),
  )
  const clock = { nowMs: () => startMs + 9 * dayMs, tickMs: () => startMs }
  let isAway = true
  const logs: Store['logs'] = {
    ...store.logs,
    async remove(what) {
      if (isAway) throw new Error('away')
      const removed = await store.logs.remove(what)
      void stopping.stop()
      return removed
    },
  }
  const stopping = createLogPruning({ store: { ...store, logs }, clock, log })
  await stopping.run()
  assert.equal((await store.logs.counts())[0]?.rows, 10_500)
  isAway = false
  await stopping.run()
  assert.equal((await store.logs.counts())[0]?.rows, 500)
  await store.close()
})
