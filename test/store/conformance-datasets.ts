import assert from 'node:assert/strict'
import type { DatasetItem, DatasetRecord } from '../../src/contract/dataset-record.ts'
import { createIds } from '../../src/kernel/ids.ts'
import type { Store } from '../../src/store/store.ts'
import { insertGateway, sampleAudit, type WithStore } from './samples.ts'

const createdMs = 1_700_000_000_000
const newId = createIds(() => createdMs)
const audit = sampleAudit
const collecting = { sampleRate: null, usesAnswers: false, collectedMs: 5 }

function items(...inputs: string[]): DatasetItem[] {
  return inputs.map((input) => ({ id: newId(), body: { input, expected_output: { of: input } } }))
}

async function insert(store: Store, gateway: number, name: string, given: DatasetItem[]): Promise<DatasetRecord> {
  const fresh = {
    id: newId(),
    gateway,
    name,
    enable: true,
    filters: [],
    ...collecting,
    createdMs,
    modifiedMs: createdMs,
  }
  const made = await store.datasets.insert(fresh, given, audit())
  if (typeof made === 'string') assert.fail(made)
  return made
}

export function datasetConformance(withStore: WithStore): void {
  const inputs = async (store: Store, { number: dataset }: DatasetRecord, version: number): Promise<unknown[]> =>
    (await store.datasets.items({ dataset, version, limit: 100 })).map(({ body }) => body.input)

  withStore('a dataset is kept with its items, and older versions stay as they were', async (store) => {
    const { number: gateway } = await insertGateway(store, 'acme', 'one')
    const [a, b, c] = items('a', 'b', 'c')
    assert.ok(a && b && c)
    const first = await insert(store, gateway, 'set', [a, b])
    assert.deepEqual([first.version, first.itemCount], [1, 2])
    assert.deepEqual(await store.datasets.get(gateway, first.id), first)

    const edited = { ...a, body: { input: 'A' } }
    const put = { clear: false, remove: [b.id], put: [edited, c], staged: null }
    const next = { ...first, name: 'other', modifiedMs: createdMs + 1 }
    const second = await store.datasets.change(next, createdMs, put, audit())
    assert.deepEqual(second, { ...next, version: 2, itemCount: 2 })
    assert.deepEqual(await inputs(store, first, 1), ['a', 'b'])
    assert.deepEqual(await inputs(store, first, 2), ['A', 'c'])
    assert.deepEqual(await store.datasets.item(first.number, 2, a.id), edited)
    assert.equal(await store.datasets.item(first.number, 2, b.id), null)

    // Only settings: no new version. An older sight of it changes nothing.
    assert.equal(await store.datasets.change(next, createdMs, put, audit()), 'changed')
    const third = await store.datasets.change(
      { ...next, enable: false, modifiedMs: createdMs + 2 },
      createdMs + 1,
      null,
      audit(),
    )
    assert.deepEqual(third, { ...next, enable: false, modifiedMs: createdMs + 2, version: 2, itemCount: 2 })
    const cleared = await store.datasets.change(
      { ...next, modifiedMs: createdMs + 3 },
      createdMs + 2,
      { clear: true, remove: [], put: [a], staged: null },
      audit(),
    )
    assert.ok(typeof cleared === 'object')
    assert.deepEqual([cleared.version, cleared.itemCount], [3, 1])
    assert.deepEqual(
      [await inputs(store, first, 1), await inputs(store, first, 2), await inputs(store, first, 3)],
      [['a', 'b'], ['A', 'c'], ['a']],
    )
  })

  withStore('new rows come into a dataset that collects, each once, until it is full', async (store) => {
    const { number: gateway } = await insertGateway(store, 'acme', 'one')
    const made = await insert(store, gateway, 'set', [])
    assert.deepEqual(await store.datasets.collecting(9), [])
    const on = { ...made, sampleRate: 0.5, usesAnswers: true, modifiedMs: createdMs + 1 }
    await store.datasets.change(on, createdMs, null, audit())
    assert.deepEqual(await store.datasets.collecting(9), [on])
    const [a, b, c] = items('a', 'b', 'c')
    assert.ok(a && b && c)
    const collect = (some: DatasetItem[], untilMs: number | null) =>
      store.datasets.collect({ dataset: made.number, items: some, most: 2, untilMs })
    assert.equal(await collect([a], null), 1)
    assert.deepEqual(await store.datasets.get(gateway, made.id), { ...on, version: 2, itemCount: 1 })
    assert.deepEqual([await collect([a], 50), await collect([], 40)], [0, 0])
    assert.deepEqual(await store.datasets.get(gateway, made.id), { ...on, version: 2, itemCount: 1, collectedMs: 50 })
    // What was taken out does not come back.
    const without = { clear: true, remove: [], put: [], staged: null }
    const cleared = { ...on, modifiedMs: createdMs + 2 }
    await store.datasets.change(cleared, createdMs + 1, without, audit())
    assert.deepEqual([await collect([a, b], null), await inputs(store, made, 4)], [1, ['b']])
    assert.equal(await collect(items('d', 'e'), null), 1)
    assert.deepEqual([await store.datasets.collecting(2), await collect([c], null)], [[], 0])
    assert.equal(await store.datasets.collect({ dataset: 12345, items: [c], most: 9, untilMs: null }), 0)
  })

  withStore(
    'a name is taken once in a gateway, and a gateway that is gone takes nothing and leaves nothing',
    async (store) => {
      const { number: gateway } = await insertGateway(store, 'acme', 'one')
      const other = await insertGateway(store, 'acme', 'two')
      const set = await insert(store, gateway, 'set', items('a'))
      await insert(store, other.number, 'set', [])
      const fresh = {
        id: newId(),
        gateway,
        name: 'set',
        enable: true,
        filters: [],
        ...collecting,
        createdMs,
        modifiedMs: createdMs,
      }
      assert.equal(await store.datasets.insert(fresh, items('x'), audit()), 'taken')
      const third = await insert(store, gateway, 'third', [])
      assert.equal(
        await store.datasets.change({ ...third, name: 'set', modifiedMs: 2 }, createdMs, null, audit()),
        'taken',
      )
      await store.gateways.remove(gateway, audit())
      assert.equal(await store.datasets.get(gateway, set.id), null)
      assert.equal(await store.datasets.count(set.number, 1), 0)
      assert.equal(await store.datasets.insert({ ...fresh, name: 'new' }, [], audit()), 'gone')
      assert.equal((await store.datasets.page(wanted(other.number))).total, 1)
    },
  )

  withStore('datasets are listed newest first, by name, state and a part', async (store) => {
    const { number: gateway } = await insertGateway(store, 'acme', 'one')
    for (const name of ['one', 'Two%', 'three']) await insert(store, gateway, name, [])
    const names = async (more: Partial<ReturnType<typeof wanted>>): Promise<string[]> =>
      (await store.datasets.page({ ...wanted(gateway), ...more })).rows.map(({ name }) => name)
    assert.deepEqual(await names({}), ['three', 'Two%', 'one'])
    assert.deepEqual(await names({ perPage: 2, page: 2 }), ['one'])
    assert.deepEqual(await names({ name: 'one' }), ['one'])
    assert.deepEqual(await names({ search: 'tWO%' }), ['Two%'])
    assert.deepEqual(await names({ search: '%e' }), [])
    assert.deepEqual(await names({ enable: false }), [])
  })

  withStore('what is staged is in no version until a change takes it, all at once', async (store) => {
    const { number: gateway } = await insertGateway(store, 'acme', 'one')
    const set = await insert(store, gateway, 'set', items('a'))
    const many = items(...Array.from({ length: 1200 }, (_, at) => `case ${at}`))
    await store.datasets.stage({ dataset: set.number, name: 'file', items: many, nowMs: createdMs })
    await store.datasets.stage({ dataset: set.number, name: 'left', items: items('x'), nowMs: createdMs })
    assert.equal(await store.datasets.count(set.number, 2), 1)
    const change = { clear: false, remove: [], put: [], staged: 'file' }
    const changed = await store.datasets.change({ ...set, modifiedMs: createdMs + 1 }, createdMs, change, audit())
    assert.ok(typeof changed === 'object')
    assert.equal(changed.itemCount, 1201)
    await store.datasets.unstage(set.number, 'left')
    const page = await store.datasets.items({ dataset: set.number, version: 2, limit: 2, skip: 1 })
    assert.deepEqual(page, many.slice(0, 2))
    const behind = await store.datasets.items({ dataset: set.number, version: 2, limit: 1, after: many[1]?.id ?? '' })
    assert.deepEqual(behind, many.slice(2, 3))
    assert.equal(await store.datasets.remove(gateway, set.id, audit()), true)
    assert.equal(await store.datasets.remove(gateway, set.id, audit()), false)
    assert.equal(await store.datasets.count(set.number, 2), 0)
  })
}

function wanted(gateway: number) {
  return { gateway, name: null, enable: null, search: null, page: 1, perPage: 20 } as Parameters<
    Store['datasets']['page']
  >[0]
}
