import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createEntries } from '../../test/store/entries.ts'
import { newFile, openTestStore } from '../../test/store/open.ts'
import { insertGateway, query, sampleAudit } from '../../test/store/samples.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import { systemClock } from '../kernel/clock.ts'
import { createTextLog } from '../kernel/text-log.ts'
import { openSqlStore } from '../store/sql-store.ts'
import type { Store } from '../store/store.ts'
import { createWordReading } from './read-words.ts'

const position = { lane: 'main', segment: 1, offset: 1 }

async function setTextSearch(store: Store, record: GatewayRecord, isOn: boolean): Promise<GatewayRecord> {
  const changed = { ...record, settings: { log_text_search: isOn }, modifiedMs: record.modifiedMs + 1 }
  await store.gateways.update(changed, record.modifiedMs, sampleAudit())
  return changed
}

function countFound(store: Store, gateway: number): Promise<number> {
  return store.logs.page(query(gateway, { search: 'stork' })).then(({ total }) => total)
}

test('bodies are read where log_text_search is on, also those of before, and forgotten when it is turned off', async () => {
  const store = await openTestStore()
  const log = createTextLog('error', systemClock, () => {})
  const { run } = createWordReading({ store, clock: systemClock, log })
  const record = await insertGateway(store, 'acme', 'one')
  const other = await insertGateway(store, 'acme', 'two')
  const make = createEntries()
  const append = async (gateway: number): Promise<void> => {
    await store.logs.append([make(gateway, { request: '["a stork"]' })], position)
  }
  for (const { number } of [record, other]) await append(number)
  await run()
  assert.deepEqual([await countFound(store, record.number), await store.words.lags()], [0, []])
  const on = await setTextSearch(store, record, true)
  await run()
  await append(record.number)
  await run()
  assert.deepEqual([await countFound(store, record.number), await countFound(store, other.number)], [2, 0])
  await setTextSearch(store, on, false)
  await run()
  assert.deepEqual([await countFound(store, record.number), await store.words.lags()], [0, []])
  await store.close()
})

test('words that were lost are read again at the start, also where no row comes', async () => {
  const { place, dir, remove } = newFile()
  const log = createTextLog('error', systemClock, () => {})
  const first = await openSqlStore({ place, readOnly: false })
  const record = await setTextSearch(first, await insertGateway(first, 'acme', 'one'), true)
  await first.logs.append([createEntries()(record.number, { request: '["a stork"]' })], position)
  await createWordReading({ store: first, clock: systemClock, log }).run()
  assert.equal(await countFound(first, record.number), 1)
  await first.close()
  for (const name of readdirSync(dir)) if (name.includes('.words.')) rmSync(path.join(dir, name))
  const second = await openSqlStore({ place, readOnly: false })
  assert.equal(await countFound(second, record.number), 0)
  await createWordReading({ store: second, clock: systemClock, log }).run()
  assert.equal(await countFound(second, record.number), 1)
  await second.close()
  remove()
})

test('the words of a gateway that was removed are dropped', async () => {
  const store = await openTestStore()
  const log = createTextLog('error', systemClock, () => {})
  const { run } = createWordReading({ store, clock: systemClock, log })
  const record = await setTextSearch(store, await insertGateway(store, 'acme', 'one'), true)
  await run()
  await store.logs.append([createEntries()(record.number, { request: '["a stork"]' })], position)
  await run()
  assert.equal(await countFound(store, record.number), 1)
  await store.gateways.remove(record.number, sampleAudit())
  await run()
  assert.deepEqual([await countFound(store, record.number), await store.words.lags()], [0, []])
  await store.close()
})

test('a store that fails is told once and tried again, and a stop ends the reading between two batches', async () => {
  const store = await openTestStore()
  const record = await setTextSearch(store, await insertGateway(store, 'acme', 'one'), true)
  const make = createEntries()
  const entries = Array.from({ length: 2300 }, () => make(record.number, { request: '["a stork"]' }))
  await store.logs.append(entries, position)
  let isAway = true
  const lines: string[] = []
  const log = createTextLog('warn', systemClock, (line) => void lines.push(line))
  const words: Store['words'] = {
    ...store.words,
    async read(limit) {
      if (isAway) throw new Error('away')
      const batch = await store.words.read(limit)
      if (batch.looked > 1) void stopping.stop()
      return batch
    },
  }
  const stopping = createWordReading({ store: { ...store, words }, clock: systemClock, log })
  await stopping.run()
  await stopping.run()
  assert.equal(lines.length, 1)
  isAway = false
  await stopping.run()
  assert.deepEqual(
    (await store.words.lags()).map(({ rows }) => rows),
    [300],
  )
  await store.close()
})
