import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertGateway, sampleAudit } from '../../test/store/samples.ts'
import { openTestStore } from '../../test/store/open.ts'
import { systemClock } from '../kernel/clock.ts'
import { createTextLog } from '../kernel/text-log.ts'
import { createLive } from '../live/live.ts'
import { writeSignal } from '../live/signal.ts'
import { createChangeFollower } from './follow-changes.ts'

const log = createTextLog('error', systemClock, () => {})

test('a signal brings what the store has, not what the signal says, and a removal too', async () => {
  const store = await openTestStore()
  const live = createLive([])
  const { hear } = createChangeFollower({ store, live, clock: systemClock, log })
  const record = await insertGateway(store, 'acc', 'gate')
  await hear(writeSignal({ type: 'gateway', record, version: 1 }))
  assert.equal(live.gateway('acc', 'gate')?.number, record.number)
  assert.equal(live.version(), 1)

  const changed = { ...record, settings: { cache_ttl: 60 }, cacheEpoch: 1, modifiedMs: record.modifiedMs + 1 }
  await store.gateways.update(changed, record.modifiedMs, sampleAudit())
  await hear(writeSignal({ type: 'gateway', record, version: 2 }))
  assert.deepEqual([live.gateway('acc', 'gate')?.cacheTtlMs, live.gateway('acc', 'gate')?.cacheEpoch], [60_000, 1])

  await store.gateways.remove(record.number, sampleAudit())
  await hear(writeSignal({ type: 'gateway', record, version: 3 }))
  assert.equal(live.gateway('acc', 'gate'), undefined)
  assert.equal(live.version(), 3)
  await store.close()
})

test('what is no signal changes nothing, and a store that is gone does not throw', async () => {
  const store = await openTestStore()
  const live = createLive([])
  const { hear, check } = createChangeFollower({ store, live, clock: systemClock, log })
  const record = await insertGateway(store, 'acc', 'gate')
  live.apply({ type: 'gateway', record, version: 1 })
  for (const text of ['', 'null', '[]', '{"number":"1","accountId":"acc","id":"gate"}']) await hear(text)
  await store.close()
  await hear(writeSignal({ type: 'gateway', record, version: 2 }))
  await assert.rejects(check())
  assert.equal(live.gateway('acc', 'gate')?.number, record.number)
})

test('a missed signal is found by the version: what was made, changed and removed is as in the store', async () => {
  const store = await openTestStore()
  const live = createLive([])
  const { hear, check } = createChangeFollower({ store, live, clock: systemClock, log })
  const [removed, changed] = [
    await insertGateway(store, 'acc', 'removed'),
    await insertGateway(store, 'acc', 'changed'),
  ]
  await check()
  assert.deepEqual([live.all().length, live.version()], [2, 2])

  await store.gateways.remove(removed.number, sampleAudit())
  await store.gateways.update(
    { ...changed, settings: { cache_ttl: 60 }, modifiedMs: changed.modifiedMs + 1 },
    changed.modifiedMs,
    sampleAudit(),
  )
  const made = await insertGateway(store, 'other', 'made')
  // Of three changes only the last one's signal comes.
  await hear(writeSignal({ type: 'gateway', record: made, version: 5 }))
  assert.equal(live.gateway('other', 'made')?.number, made.number)
  assert.deepEqual([live.gateway('acc', 'removed')?.number, live.version()], [removed.number, 2])
  await check()
  assert.equal(live.gateway('acc', 'removed'), undefined)
  assert.equal(live.gateway('acc', 'changed')?.cacheTtlMs, 60_000)
  assert.equal(live.version(), 5)
  await store.close()
})

test('a look that is asked for while another is under way sees what was changed before it', async () => {
  const store = await openTestStore()
  const live = createLive([])
  const { check } = createChangeFollower({ store, live, clock: systemClock, log })
  for (let made = 0; made < 20; made++) {
    const looking = check()
    await insertGateway(store, 'acc', `gate-${made}`)
    await check()
    assert.ok(live.gateway('acc', `gate-${made}`), `gate-${made} is missing`)
    await looking
  }
  await store.close()
})

test('however many meet something unknown, the store is asked at most every 100 ms, and each sees what was made before', async () => {
  const store = await openTestStore()
  let looks = 0
  const gateways = { ...store.gateways, version: () => (looks++, store.gateways.version()) }
  const live = createLive([])
  const { catchUp } = createChangeFollower({ store: { ...store, gateways }, live, clock: systemClock, log })
  const begunMs = performance.now()
  for (let made = 0; made < 4; made++) {
    const asking = Array.from({ length: 50 }, () => catchUp())
    await insertGateway(store, 'acc', `gate-${made}`)
    await Promise.all([...asking, catchUp()])
    assert.ok(live.gateway('acc', `gate-${made}`), `gate-${made} is missing`)
  }
  // Beside the first one and the one that may have begun too early each time.
  const most = 2 + (performance.now() - begunMs) / 100
  assert.ok(looks <= most, `${looks} looks where ${most} are allowed`)
  await store.close()
})
