import assert from 'node:assert/strict'
import type { LogIdOrder } from '../../src/store/store.ts'
import { createEntries, type TestEntry } from './entries.ts'
import { insertGateway, query, sampleAudit, type WithStore } from './samples.ts'

/** What every engine does with changes of logs that are stored, and with the number of them. */
export function logChangeConformance(withStore: WithStore): void {
  withStore('an edit changes what is given, merges metadata and leaves the rest as it was', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const { record, ...entry } = createEntries()(number, { metadata: { team: 'red', user: 7 } })
    await store.logs.append([entry], at(1))
    const before = await store.logs.get(number, record.id)
    assert.equal(
      await store.logs.edit(number, record.id, { feedback: -1, metadata: { team: 'blue', paid: true } }),
      'edited',
    )
    assert.equal(await store.logs.edit(number, record.id, { score: 99.5 }), 'edited')
    const metadata = { team: 'blue', user: 7, paid: true }
    assert.deepEqual(await store.logs.get(number, record.id), { ...before, feedback: -1, score: 99.5, metadata })
    await store.logs.edit(number, record.id, { metadata: null, feedback: null })
    assert.deepEqual(await store.logs.get(number, record.id), { ...before, score: 99.5, metadata: null })
  })

  withStore('an edit of a row that is not there, or of another gateway, changes nothing', async (store) => {
    const mine = await insertGateway(store, 'acme', 'one')
    const theirs = await insertGateway(store, 'acme', 'two')
    const entry = createEntries()(theirs.number)
    await store.logs.append([entry], at(1))
    assert.equal(await store.logs.edit(mine.number, entry.record.id, { feedback: 1 }), 'missing')
    assert.equal((await store.logs.get(theirs.number, entry.record.id))?.feedback, null)
  })

  withStore('edits at the same time never make more than 16 entries of metadata, and lose none', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const entry = createEntries()(number, { metadata: null })
    await store.logs.append([entry], at(1))
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`)
    const outcomes = await Promise.all(
      names.map((name) => store.logs.edit(number, entry.record.id, { metadata: { [name]: name } })),
    )
    const row = await store.logs.get(number, entry.record.id)
    const edited = names.filter((_, index) => outcomes[index] === 'edited')
    assert.deepEqual(Object.keys(row?.metadata ?? {}).toSorted(), edited.toSorted())
    assert.deepEqual([edited.length, outcomes.filter((outcome) => outcome === 'too_many_entries').length], [16, 4])
  })

  withStore('rows are removed by their ids, with their bodies, and those beside them stay whole', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const other = await insertGateway(store, 'acme', 'two')
    const make = createEntries()
    const entries = Array.from({ length: 4200 }, (_, index) => make(number, { request: `body ${index}` }))
    const foreign = make(other.number)
    await store.logs.append([...entries, foreign], at(1))
    // Every 50th: two of each block.
    const gone = entries.filter((_, index) => index % 50 === 0).map(({ record }) => record.id)
    assert.equal(await store.logs.removeIds(number, [...gone, foreign.record.id, 'no id']), 84)
    assert.equal(await store.logs.removeIds(number, gone), 0)
    assert.equal((await store.logs.page(query(number))).total, 4116)
    assert.ok(await store.logs.get(other.number, foreign.record.id))
    const [removed, kept] = await store.logs.manyBodies(number, [gone[3] ?? '', entries[151]?.record.id ?? ''])
    assert.deepEqual([removed, Buffer.from(kept?.request ?? []).toString()], [null, 'body 151'])
  })

  withStore('ids are found in every order in which rows can be removed', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const entries = [5, 1, 3, 1].map((durationMs, index) =>
      make(number, { durationMs, model: index === 2 ? null : 'm' }),
    )
    await store.logs.append(entries, at(1))
    const walk = { gateway: number, filters: [], search: null, after: null, budgetMs: 100 }
    const find = async (orderBy: LogIdOrder, direction: 'asc' | 'desc', limit = 10): Promise<number[]> => {
      const { rows } = await store.logs.walkIds({ ...walk, orderBy, direction, limit })
      return rows.map((id) => entries.findIndex(({ record }) => record.id === id))
    }
    assert.deepEqual(await find('duration', 'asc'), [1, 3, 2, 0])
    assert.deepEqual(await find('duration', 'desc', 2), [0, 2])
    assert.deepEqual(await find('model', 'asc'), [2, 0, 1, 3])
    for (const orderBy of ['cost', 'tokens_in', 'tokens_out', 'feedback', 'created_at'] as const) {
      assert.deepEqual(await find(orderBy, 'asc'), [0, 1, 2, 3], orderBy)
    }
  })

  withStore(
    'an order by rare values has all rows of all days, also after the oldest went and old ones came',
    async (store) => {
      const { number } = await insertGateway(store, 'acme', 'one')
      const other = (await insertGateway(store, 'acme', 'two')).number
      // One for each day: ids of one maker never go back in time.
      const makers = [0, 1, 2, 3].map((day) => createEntries(Date.UTC(2026, 2, 1 + day)))
      const entryAt = (at: number): TestEntry => {
        const make = makers[at % 4] ?? createEntries()
        return make(at % 11 === 0 ? other : number, {
          provider: at % 40 === 7 ? `rare-${at % 3}` : `common-${at % 2}`,
          modelType: [null, 'chat', 'embeddings'][at % 3] ?? null,
          success: at % 50 !== 0,
        })
      }
      let entries = Array.from({ length: 200 }, (_, at) => entryAt(at))
      await store.logs.append(entries, at(1))
      const check = async (): Promise<void> => {
        const records = entries.map(({ record }) => record).filter(({ gateway }) => gateway === number)
        const columns = { provider: 'provider', model_type: 'modelType', success: 'success' } as const
        for (const [orderBy, name] of Object.entries(columns)) {
          const wanted = records.toSorted((a, b) => compare(a[name], b[name]) || compare(a.id, b.id))
          for (const direction of ['asc', 'desc'] as const) {
            const order = { orderBy: orderBy as keyof typeof columns, direction }
            const { rows } = await store.logs.page(query(number, { ...order, perPage: 500 }))
            const expected = direction === 'asc' ? wanted : wanted.toReversed()
            assert.deepEqual(
              rows.map(({ id }) => id),
              expected.map(({ id }) => id),
              `${orderBy} ${direction}`,
            )
            const second = await store.logs.page(query(number, { ...order, perPage: 20, page: 2 }))
            assert.deepEqual(
              second.rows.map(({ id }) => id),
              expected.slice(20, 40).map(({ id }) => id),
            )
          }
        }
      }
      await check()
      const oldest = entries
        .filter(({ record }) => record.gateway === number)
        .map(({ record }) => record.id)
        .toSorted()
      const gone = new Set(oldest.slice(0, 90))
      assert.equal(await store.logs.remove({ gateway: number, limit: 90 }), 90)
      entries = entries.filter(({ record }) => !gone.has(record.id))
      await check()
      const late = Array.from({ length: 60 }, (_, at) => entryAt(at))
      await store.logs.append(late, at(2))
      entries.push(...late)
      await check()
    },
  )

  withStore('the count of rows follows appends, replays and removals of every kind', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const entries = Array.from({ length: 60 }, () => make(number))
    const rows = async (): Promise<unknown> => (await store.logs.counts()).find(({ gateway }) => gateway === number)
    await store.logs.append(entries.slice(0, 40), at(1))
    await store.logs.append(entries, { ...at(1), lane: 'other' })
    assert.deepEqual(await rows(), { gateway: number, rows: 60, refused: 0 })
    await store.logs.remove({ gateway: number, limit: 10 })
    await store.logs.removeIds(
      number,
      entries.slice(5, 15).map(({ record }) => record.id),
    )
    assert.deepEqual(await rows(), { gateway: number, rows: 45, refused: 0 })
    await store.gateways.remove(number, sampleAudit())
    await store.logs.removeGateway(number, 1000)
    assert.equal(await rows(), undefined)
  })

  withStore('a removal that keeps rows takes only those above, whoever removes at the same time', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const entries = Array.from({ length: 500 }, () => make(number))
    await store.logs.append(entries, at(1))
    const removed = await Promise.all(
      Array.from({ length: 4 }, () => store.logs.remove({ gateway: number, limit: 1000, keep: 450 })),
    )
    assert.equal(
      removed.reduce((sum, count) => sum + count),
      50,
    )
    assert.equal(await store.logs.remove({ gateway: number, limit: 1000, keep: 450 }), 0)
    const { rows } = await store.logs.page(query(number, { direction: 'asc', perPage: 1 }))
    assert.equal(rows[0]?.id, entries[50]?.record.id)
  })

  withStore('a gateway that stops at its limit stores no further rows and counts them', async (store) => {
    const stopping = await insertGateway(store, 'acme', 'full')
    const free = await insertGateway(store, 'acme', 'free')
    const settings = { log_management: 10_000, log_management_strategy: 'STOP_INSERTING' }
    await store.gateways.update(
      { ...stopping, settings, modifiedMs: stopping.modifiedMs + 1 },
      stopping.modifiedMs,
      sampleAudit(),
    )
    const make = createEntries()
    const none = { request: null, response: null }
    await store.logs.append(
      Array.from({ length: 9999 }, () => make(stopping.number, none)),
      at(1),
    )
    const [last, above] = [make(stopping.number), make(stopping.number)]
    await store.logs.append([make(free.number), last, above, make(free.number)], at(2))
    await store.logs.append([make(stopping.number)], at(3))
    assert.deepEqual(await store.logs.counts(), [
      { gateway: stopping.number, rows: 10_000, refused: 2 },
      { gateway: free.number, rows: 2, refused: 0 },
    ])
    assert.ok(await store.logs.get(stopping.number, last.record.id))
    assert.equal(await store.logs.get(stopping.number, above.record.id), null)
    assert.deepEqual(await store.logs.positions(), [at(3)])
    await store.logs.remove({ gateway: stopping.number, limit: 1 })
    const next = make(stopping.number)
    await store.logs.append([next], at(4))
    assert.ok(await store.logs.get(stopping.number, next.record.id))
  })
}

function at(offset: number): { lane: string; segment: number; offset: number } {
  return { lane: 'main', segment: 1, offset }
}

/** Null is the least of all. */
function compare<Value extends string | boolean>(a: Value | null, b: Value | null): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? -1 : 1
  return a < b ? -1 : 1
}
