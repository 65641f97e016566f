import assert from 'node:assert/strict'
import { insertGateway, plainGateway, sampleAudit, type WithStore } from './samples.ts'

/** What every engine does with gateways. */
export function gatewayConformance(withStore: WithStore): void {
  withStore('a gateway comes back as it was put in, with a number', async (store) => {
    const gateway = { ...plainGateway, settings: { cache_ttl: 5, nested: { a: [1, null, 'ü'] } } }
    const record = (await store.gateways.insert(gateway, sampleAudit()))?.record
    assert.ok(record)
    assert.deepEqual(record, { ...gateway, number: record.number })
    assert.deepEqual(await store.gateways.all(), [record])
  })

  withStore('an id is taken once per account', async (store) => {
    await insertGateway(store, 'acme', 'one')
    assert.equal(await store.gateways.insert({ ...plainGateway, accountId: 'acme', id: 'one' }, sampleAudit()), null)
    assert.notEqual(
      await store.gateways.insert({ ...plainGateway, accountId: 'other', id: 'one' }, sampleAudit()),
      null,
    )
  })

  withStore('a number is never given again, not even that of the newest gateway', async (store) => {
    const first = await insertGateway(store, 'acme', 'one')
    assert.notEqual(await store.gateways.remove(first.number, sampleAudit()), null)
    assert.equal(await store.gateways.remove(first.number, sampleAudit()), null)
    const second = await insertGateway(store, 'acme', 'one')
    assert.ok(second.number > first.number)
  })

  withStore('of two changes to the same version only the first is written', async (store) => {
    const gateway = await insertGateway(store, 'acme', 'one')
    const changed = { ...gateway, settings: { cache_ttl: 1 }, modifiedMs: gateway.modifiedMs + 1 }
    assert.notEqual(await store.gateways.update(changed, gateway.modifiedMs, sampleAudit()), null)
    const late = { ...gateway, settings: { cache_ttl: 2 }, modifiedMs: gateway.modifiedMs + 2 }
    assert.equal(await store.gateways.update(late, gateway.modifiedMs, sampleAudit()), null)
    assert.deepEqual(await store.gateways.all(), [changed])
  })

  withStore('the version rises by one with every change, and not with one that was refused', async (store) => {
    assert.equal(await store.gateways.version(), 0)
    const inserted = await store.gateways.insert(plainGateway, sampleAudit())
    assert.equal(inserted?.version, 1)
    assert.equal(await store.gateways.insert(plainGateway, sampleAudit()), null)
    const { record } = inserted
    const changed = { ...record, modifiedMs: record.modifiedMs + 1 }
    assert.equal(await store.gateways.update(changed, record.modifiedMs, sampleAudit()), 2)
    assert.equal(await store.gateways.update(changed, record.modifiedMs, sampleAudit()), null)
    assert.equal(await store.gateways.version(), 2)
    assert.equal(await store.gateways.remove(record.number, sampleAudit()), 3)
    assert.equal(await store.gateways.remove(record.number, sampleAudit()), null)
    assert.equal(await store.gateways.version(), 3)
  })

  withStore('changes at the same time make different versions, without gaps', async (store) => {
    const ids = Array.from({ length: 20 }, (_, index) => `g${index}`)
    const inserted = await Promise.all(ids.map((id) => store.gateways.insert({ ...plainGateway, id }, sampleAudit())))
    const removed = await Promise.all(
      inserted.map((made) => store.gateways.remove(made?.record.number ?? 0, sampleAudit())),
    )
    const versions = [...inserted.map((made) => made?.version ?? 0), ...removed.map((version) => version ?? 0)]
    assert.deepEqual(
      versions.toSorted((a, b) => a - b),
      Array.from({ length: 40 }, (_, index) => index + 1),
    )
  })

  withStore('of inserts of one id at the same time one is made', async (store) => {
    const inserted = await Promise.all(
      Array.from({ length: 10 }, () => store.gateways.insert(plainGateway, sampleAudit())),
    )
    assert.equal(inserted.filter((made) => made !== null).length, 1)
    assert.equal(await store.gateways.version(), 1)
  })

  withStore('a page holds one account, newest first, and a page past the end is empty', async (store) => {
    for (const id of ['one', 'two', 'three']) await insertGateway(store, 'acme', id)
    await insertGateway(store, 'other', 'four')
    const page = (number: number) =>
      store.gateways.page({ accountId: 'acme', search: null, id: null, numbers: null, page: number, perPage: 2 })
    const ids = async (number: number) => (await page(number)).rows.map((row) => row.id)
    assert.deepEqual(await ids(1), ['three', 'two'])
    assert.deepEqual(await ids(2), ['one'])
    assert.deepEqual(await ids(3), [])
    assert.equal((await page(3)).total, 3)
  })

  withStore('a search finds parts of an id literally, whatever the case', async (store) => {
    for (const id of ['prod_a', 'prodXa', 'Test']) await insertGateway(store, 'acme', id)
    const find = async (search: string | null, id: string | null = null) =>
      (await store.gateways.page({ accountId: 'acme', search, id, numbers: null, page: 1, perPage: 10 })).rows.map(
        (row) => row.id,
      )
    assert.deepEqual(await find('D_A'), ['prod_a'])
    assert.deepEqual(await find('tes'), ['Test'])
    assert.deepEqual(await find('%'), [])
    assert.deepEqual(await find(null, 'prod_a'), ['prod_a'])
    assert.deepEqual(await find(null, 'prod'), [])
  })
}
