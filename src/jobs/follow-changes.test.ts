import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertGateway } from '../../test/store/samples.ts'
import { openTestStore } from '../../test/store/open.ts'
import { systemClock } from '../kernel/clock.ts'
import { createTextLog } from '../kernel/text-log.ts'
import { createLive } from '../live/live.ts'
import { writeSignal } from '../live/signal.ts'
import { followChange } from './follow-changes.ts'

const log = createTextLog('error', systemClock, () => {})

test('a signal brings what the store has, not what the signal says, and a removal too', async () => {
  const store = await openTestStore()
  const live = createLive([])
  const record = await insertGateway(store, 'acc', 'gate')
  const signal = writeSignal({ type: 'gateway', record })
  await followChange({ store, live, log }, signal)
  assert.equal(live.gateway('acc', 'gate')?.number, record.number)

  const changed = { ...record, settings: { cache_ttl: 60 }, cacheEpoch: 1, modifiedMs: record.modifiedMs + 1 }
  await store.gateways.update(changed, record.modifiedMs)
  await followChange({ store, live, log }, signal)
  assert.deepEqual([live.gateway('acc', 'gate')?.cacheTtlMs, live.gateway('acc', 'gate')?.cacheEpoch], [60_000, 1])

  await store.gateways.remove(record.number)
  await followChange({ store, live, log }, signal)
  assert.equal(live.gateway('acc', 'gate'), undefined)
  await store.close()
})

test('what is no signal changes nothing, and a store that is gone does not throw', async () => {
  const store = await openTestStore()
  const live = createLive([])
  const record = await insertGateway(store, 'acc', 'gate')
  live.apply({ type: 'gateway', record })
  for (const text of ['', 'null', '[]', '{"number":"1","accountId":"acc","id":"gate"}']) {
    await followChange({ store, live, log }, text)
  }
  await store.close()
  await followChange({ store, live, log }, writeSignal({ type: 'gateway', record }))
  assert.equal(live.gateway('acc', 'gate')?.number, record.number)
})
