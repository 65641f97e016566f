import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { GatewayRecord } from '../../src/contract/gateway-record.ts'
import type { LogFilters, LogQuery, Store } from '../../src/store/store.ts'
import { createEntries } from './entries.ts'

/** What every engine and every way to reach one must do. `open` gives an empty store; each test closes its own. */
export function storeConformance(name: string, open: () => Promise<Store>): void {
  const withStore = (sentence: string, body: (store: Store) => Promise<void>): void => {
    it(sentence, async () => {
      const store = await open()
      try {
        await body(store)
      } finally {
        await store.close()
      }
    })
  }

  describe(`store: ${name}: gateways`, () => {
    withStore('a gateway comes back as it was put in, with a number', async (store) => {
      const gateway = { ...plainGateway, settings: { cache_ttl: 5, nested: { a: [1, null, 'ü'] } } }
      const record = (await store.gateways.insert(gateway))?.record
      assert.ok(record)
      assert.deepEqual(record, { ...gateway, number: record.number })
      assert.deepEqual(await store.gateways.all(), [record])
    })

    withStore('an id is taken once per account', async (store) => {
      await insertGateway(store, 'acme', 'one')
      assert.equal(await store.gateways.insert({ ...plainGateway, accountId: 'acme', id: 'one' }), null)
      assert.notEqual(await store.gateways.insert({ ...plainGateway, accountId: 'other', id: 'one' }), null)
    })

    withStore('a number is never given again, not even that of the newest gateway', async (store) => {
      const first = await insertGateway(store, 'acme', 'one')
      assert.notEqual(await store.gateways.remove(first.number), null)
      assert.equal(await store.gateways.remove(first.number), null)
      const second = await insertGateway(store, 'acme', 'one')
      assert.ok(second.number > first.number)
    })

    withStore('of two changes to the same version only the first is written', async (store) => {
      const gateway = await insertGateway(store, 'acme', 'one')
      const changed = { ...gateway, settings: { cache_ttl: 1 }, modifiedMs: gateway.modifiedMs + 1 }
      assert.notEqual(await store.gateways.update(changed, gateway.modifiedMs), null)
      const late = { ...gateway, settings: { cache_ttl: 2 }, modifiedMs: gateway.modifiedMs + 2 }
      assert.equal(await store.gateways.update(late, gateway.modifiedMs), null)
      assert.deepEqual(await store.gateways.all(), [changed])
    })

    withStore('the version rises by one with every change, and not with one that was refused', async (store) => {
      assert.equal(await store.gateways.version(), 0)
      const inserted = await store.gateways.insert(plainGateway)
      assert.equal(inserted?.version, 1)
      assert.equal(await store.gateways.insert(plainGateway), null)
      const { record } = inserted
      const changed = { ...record, modifiedMs: record.modifiedMs + 1 }
      assert.equal(await store.gateways.update(changed, record.modifiedMs), 2)
      assert.equal(await store.gateways.update(changed, record.modifiedMs), null)
      assert.equal(await store.gateways.version(), 2)
      assert.equal(await store.gateways.remove(record.number), 3)
      assert.equal(await store.gateways.remove(record.number), null)
      assert.equal(await store.gateways.version(), 3)
    })

    withStore('changes at the same time make different versions, without gaps', async (store) => {
      const ids = Array.from({ length: 20 }, (_, index) => `g${index}`)
      const inserted = await Promise.all(ids.map((id) => store.gateways.insert({ ...plainGateway, id })))
      const removed = await Promise.all(inserted.map((made) => store.gateways.remove(made?.record.number ?? 0)))
      const versions = [...inserted.map((made) => made?.version ?? 0), ...removed.map((version) => version ?? 0)]
      assert.deepEqual(
        versions.toSorted((a, b) => a - b),
        Array.from({ length: 40 }, (_, index) => index + 1),
      )
    })

    withStore('of inserts of one id at the same time one is made', async (store) => {
      const inserted = await Promise.all(Array.from({ length: 10 }, () => store.gateways.insert(plainGateway)))
      assert.equal(inserted.filter((made) => made !== null).length, 1)
      assert.equal(await store.gateways.version(), 1)
    })

    withStore('a page holds one account, newest first, and a page past the end is empty', async (store) => {
      for (const id of ['one', 'two', 'three']) await insertGateway(store, 'acme', id)
      await insertGateway(store, 'other', 'four')
      const page = (number: number) =>
        store.gateways.page({ accountId: 'acme', search: null, id: null, page: number, perPage: 2 })
      const ids = async (number: number) => (await page(number)).rows.map((row) => row.id)
      assert.deepEqual(await ids(1), ['three', 'two'])
      assert.deepEqual(await ids(2), ['one'])
      assert.deepEqual(await ids(3), [])
      assert.equal((await page(3)).total, 3)
    })

    withStore('a search finds parts of an id literally, whatever the case', async (store) => {
      for (const id of ['prod_a', 'prodXa', 'Test']) await insertGateway(store, 'acme', id)
      const find = async (search: string | null, id: string | null = null) =>
        (await store.gateways.page({ accountId: 'acme', search, id, page: 1, perPage: 10 })).rows.map((row) => row.id)
      assert.deepEqual(await find('D_A'), ['prod_a'])
      assert.deepEqual(await find('tes'), ['Test'])
      assert.deepEqual(await find('%'), [])
      assert.deepEqual(await find(null, 'prod_a'), ['prod_a'])
      assert.deepEqual(await find(null, 'prod'), [])
    })
  })

  describe(`store: ${name}: logs`, () => {
    withStore('a record and its bodies come back as they were appended', async (store) => {
      const { number } = await insertGateway(store, 'acme', 'one')
      const entry = createEntries()(number)
      await store.logs.append([entry], at(1))
      assert.deepEqual(await store.logs.get(number, entry.record.id), {
        ...entry.record,
        feedback: null,
        score: null,
        requestHead: '{"messages":[]}',
        requestHeadComplete: true,
        responseHead: '{"choices":[]}',
        responseHeadComplete: true,
      })
      assert.deepEqual(await bodyTexts(store, number, entry.record.id), ['{"messages":[]}', '{"choices":[]}'])
    })

    withStore('a body that was not kept is null, an empty one is empty', async (store) => {
      const { number } = await insertGateway(store, 'acme', 'one')
      const make = createEntries()
      const none = make(number, { request: null, response: null })
      const empty = make(number, { request: '', response: null })
      await store.logs.append([none, empty], at(1))
      assert.deepEqual(await bodyTexts(store, number, none.record.id), [null, null])
      assert.deepEqual(await bodyTexts(store, number, empty.record.id), ['', null])
      assert.equal((await store.logs.get(number, none.record.id))?.requestHead, null)
    })

    withStore('bodies of any size keep their bytes, also beside others in one append', async (store) => {
      const { number } = await insertGateway(store, 'acme', 'one')
      const make = createEntries()
      const sizes = [1, 10, 70_000, 3, 60_000, 60_000, 10 * 1024 * 1024, 5]
      const entries = sizes.map((size, index) =>
        make(number, { request: new Uint8Array(size).fill(index + 1), response: `answer ${index}` }),
      )
      await store.logs.append(entries, at(1))
      for (const [index, { record, request }] of entries.entries()) {
        const bodies = await store.logs.bodies(number, record.id)
        assert.ok(bodies?.request && request && Buffer.compare(bodies.request, request) === 0, `body ${index}`)
        assert.equal(Buffer.from(bodies.response ?? []).toString(), `answer ${index}`)
      }
    })

    withStore('a head is the first 1024 characters, none of them cut, and says whether that is all', async (store) => {
      const { number } = await insertGateway(store, 'acme', 'one')
      const make = createEntries()
      const long = make(number, { request: `${'€'.repeat(1023)}😀x`, response: '€'.repeat(1024) })
      const cut = make(number, { response: 'abc', responseTruncated: true })
      await store.logs.append([long, cut], at(1))
      const row = await store.logs.get(number, long.record.id)
      assert.equal(row?.requestHead, `${'€'.repeat(1023)}😀`)
      assert.equal(row.requestHeadComplete, false)
      assert.equal(row.responseHeadComplete, true)
      assert.equal((await store.logs.get(number, cut.record.id))?.responseHeadComplete, false)
    })

    withStore('a replay doubles nothing and moves the position on', async (store) => {
      const { number } = await insertGateway(store, 'acme', 'one')
      const make = createEntries()
      const [a, b, c] = [make(number, { response: 'a' }), make(number, { response: 'b' }), make(number)]
      await store.logs.append([a, b], at(10))
      await store.logs.append([a, b, c, c], at(20))
      assert.equal((await store.logs.page(query(number))).total, 3)
      assert.deepEqual(await store.logs.positions(), [at(20)])
      assert.deepEqual(await bodyTexts(store, number, b.record.id), ['{"messages":[]}', 'b'])
      assert.deepEqual(await bodyTexts(store, number, c.record.id), ['{"messages":[]}', '{"choices":[]}'])
    })

    withStore('an append that fails leaves neither rows nor a position', async (store) => {
      const { number } = await insertGateway(store, 'acme', 'one')
      const make = createEntries()
      await store.logs.append([make(number)], at(10))
      const broken = make(number)
      // A provider must be there: the second row breaks the statement after the first went in.
      Object.assign(broken.summary, { provider: null })
      await assert.rejects(store.logs.append([make(number), broken], at(20)))
      assert.equal((await store.logs.page(query(number))).total, 1)
      assert.deepEqual(await store.logs.positions(), [at(10)])
    })

    withStore('each lane of the journal has its own position', async (store) => {
      await store.logs.append([], { lane: 'b', segment: 2, offset: 5 })
      await store.logs.append([], { lane: 'a', segment: 1, offset: 2 ** 40 })
      assert.deepEqual(await store.logs.positions(), [
        { lane: 'a', segment: 1, offset: 2 ** 40 },
        { lane: 'b', segment: 2, offset: 5 },
      ])
    })

    withStore('entries of a removed gateway are skipped, those beside them are kept', async (store) => {
      const gone = await insertGateway(store, 'acme', 'gone')
      const kept = await insertGateway(store, 'acme', 'kept')
      await store.gateways.remove(gone.number)
      const make = createEntries()
      await store.logs.append([make(gone.number), make(kept.number)], at(1))
      assert.equal((await store.logs.page(query(gone.number))).total, 0)
      assert.equal((await store.logs.page(query(kept.number))).total, 1)
      assert.deepEqual(await store.logs.positions(), [at(1)])
    })

    withStore('no call shows or removes the rows of another gateway', async (store) => {
      const mine = await insertGateway(store, 'acme', 'one')
      const theirs = await insertGateway(store, 'other', 'one')
      const make = createEntries()
      const [entry, secret] = [make(mine.number), make(theirs.number)]
      await store.logs.append([entry, secret], at(1))
      assert.equal(await store.logs.get(mine.number, secret.record.id), null)
      assert.equal(await store.logs.bodies(mine.number, secret.record.id), null)
      const page = await store.logs.page(query(mine.number))
      assert.deepEqual(
        page.rows.map((row) => row.id),
        [entry.record.id],
      )
      assert.equal(await store.logs.remove({ gateway: mine.number, beforeMs: null, limit: 100 }), 1)
      assert.deepEqual(await bodyTexts(store, theirs.number, secret.record.id), ['{"messages":[]}', '{"choices":[]}'])
    })

    withStore('pages walk in the order asked for, without gaps or repeats', async (store) => {
      const { number } = await insertGateway(store, 'acme', 'one')
      const make = createEntries()
      const models = ['b', 'a', null, 'b', 'a']
      const entries = models.map((model) => make(number, { model, success: model === 'a' }))
      await store.logs.append(entries.toReversed(), at(1))
      const walk = async (changes: Partial<LogQuery>): Promise<number[]> => {
        const seen: number[] = []
        for (let page = 1; ; page++) {
          const { rows, total } = await store.logs.page(query(number, { ...changes, page, perPage: 2 }))
          assert.equal(total, 5)
          if (rows.length === 0) return seen
          seen.push(...rows.map((row) => entries.findIndex((entry) => entry.record.id === row.id)))
        }
      }
      assert.deepEqual(await walk({}), [4, 3, 2, 1, 0])
      assert.deepEqual(await walk({ direction: 'asc' }), [0, 1, 2, 3, 4])
      const byModel = (await walk({ orderBy: 'model', direction: 'asc' })).filter((index) => index !== 2)
      assert.deepEqual(byModel, [1, 4, 0, 3])
      assert.deepEqual(await walk({ orderBy: 'success', direction: 'desc' }), [4, 1, 3, 2, 0])
    })

    withStore('filters narrow a page and its total together', async (store) => {
      const { number } = await insertGateway(store, 'acme', 'one')
      const make = createEntries(1000)
      const entries = [
        make(number, { model: 'a', provider: 'openai' }),
        make(number, { model: 'a', provider: 'azure-openai', cached: true }),
        make(number, { model: 'b', provider: 'openai', success: false }),
      ]
      await store.logs.append(entries, at(1))
      const find = async (filters: Partial<LogFilters>): Promise<number[]> => {
        const { rows, total } = await store.logs.page(query(number, { direction: 'asc' }, filters))
        assert.equal(total, rows.length)
        return rows.map((row) => entries.findIndex((entry) => entry.record.id === row.id))
      }
      assert.deepEqual(await find({ model: 'a' }), [0, 1])
      assert.deepEqual(await find({ provider: 'openai' }), [0, 2])
      assert.deepEqual(await find({ provider: 'openai', success: true }), [0])
      assert.deepEqual(await find({ cached: true }), [1])
      assert.deepEqual(await find({ success: false }), [2])
      assert.deepEqual(await find({ model: "a' or 1=1 --" }), [])
      const [first, second, third] = entries.map((entry) => entry.record.startedMs)
      assert.ok(first !== undefined && second !== undefined && third !== undefined)
      assert.deepEqual(await find({ fromMs: second }), [1, 2])
      assert.deepEqual(await find({ untilMs: third }), [0, 1])
      assert.deepEqual(await find({ fromMs: first, untilMs: first }), [])
      assert.deepEqual(await find({ fromMs: -1, untilMs: Number.MAX_SAFE_INTEGER }), [0, 1, 2])
    })

    withStore('a total is exact up to 10 000 and capped beyond', async (store) => {
      const { number } = await insertGateway(store, 'acme', 'one')
      const make = createEntries()
      const none = { request: null, response: null }
      await store.logs.append(
        Array.from({ length: 10_000 }, () => make(number, none)),
        at(1),
      )
      const exact = await store.logs.page(query(number, { perPage: 1 }))
      assert.deepEqual([exact.total, exact.totalIsExact], [10_000, true])
      await store.logs.append([make(number, none)], at(2))
      const capped = await store.logs.page(query(number, { perPage: 1, page: 10_001 }))
      assert.deepEqual([capped.total, capped.totalIsExact, capped.rows.length], [10_000, false, 1])
    })

    withStore(
      'remove takes the oldest first, up to the limit and the time, and keeps the rest whole',
      async (store) => {
        const { number } = await insertGateway(store, 'acme', 'one')
        const make = createEntries()
        const entries = Array.from({ length: 250 }, (_, index) => make(number, { request: `body ${index}` }))
        await store.logs.append(entries, at(1))
        assert.equal(await store.logs.remove({ gateway: number, beforeMs: null, limit: 130 }), 130)
        const beforeMs = entries[150]?.record.startedMs ?? 0
        assert.equal(await store.logs.remove({ gateway: number, beforeMs, limit: 1000 }), 20)
        assert.equal(await store.logs.remove({ gateway: number, beforeMs, limit: 1000 }), 0)
        assert.equal((await store.logs.page(query(number))).total, 100)
        for (const index of [149, 150, 199, 249]) {
          const id = entries[index]?.record.id ?? ''
          const expected = index === 149 ? null : [`body ${index}`, '{"choices":[]}']
          assert.deepEqual(await bodyTexts(store, number, id), expected)
        }
      },
    )

    withStore('the rows of a removed gateway are orphans until they are removed', async (store) => {
      const gone = await insertGateway(store, 'acme', 'gone')
      const kept = await insertGateway(store, 'acme', 'kept')
      const make = createEntries()
      await store.logs.append([make(gone.number), make(gone.number), make(kept.number)], at(1))
      assert.deepEqual(await store.logs.orphans(), [])
      await store.gateways.remove(gone.number)
      assert.deepEqual(await store.logs.orphans(), [gone.number])
      assert.equal(await store.logs.removeGateway(gone.number, 1), 1)
      assert.equal(await store.logs.removeGateway(gone.number, 100), 1)
      assert.equal(await store.logs.removeGateway(gone.number, 100), 0)
      assert.deepEqual(await store.logs.orphans(), [])
      assert.equal((await store.logs.page(query(kept.number))).total, 1)
    })

    withStore('appends and removals at the same time do not disturb each other', async (store) => {
      const { number } = await insertGateway(store, 'acme', 'one')
      const make = createEntries()
      const batches = Array.from({ length: 20 }, () => Array.from({ length: 30 }, () => make(number)))
      const work = batches.map((batch, index) => store.logs.append(batch, at(index)))
      const removals = batches.map(() => store.logs.remove({ gateway: number, beforeMs: null, limit: 7 }))
      await Promise.all(work)
      const removed = (await Promise.all(removals)).reduce((sum, count) => sum + count, 0)
      assert.equal((await store.logs.page(query(number))).total, 600 - removed)
    })
  })
}

const plainGateway: Omit<GatewayRecord, 'number'> = {
  accountId: 'acme',
  id: 'one',
  settings: {},
  createdMs: 1_700_000_000_000,
  cacheEpoch: 0,
  modifiedMs: 1_700_000_000_000,
}

export async function insertGateway(store: Store, accountId: string, id: string): Promise<GatewayRecord> {
  const inserted = await store.gateways.insert({ ...plainGateway, accountId, id })
  assert.ok(inserted)
  return inserted.record
}

export function query(gateway: number, changes: Partial<LogQuery> = {}, filters: Partial<LogFilters> = {}): LogQuery {
  return {
    gateway,
    filters: { fromMs: null, untilMs: null, success: null, cached: null, model: null, provider: null, ...filters },
    orderBy: 'created_at',
    direction: 'desc',
    page: 1,
    perPage: 50,
    ...changes,
  }
}

function at(offset: number): { lane: string; segment: number; offset: number } {
  return { lane: 'main', segment: 1, offset }
}

async function bodyTexts(store: Store, gateway: number, id: string): Promise<(string | null)[] | null> {
  const bodies = await store.logs.bodies(gateway, id)
  if (bodies === null) return null
  return [bodies.request, bodies.response].map((body) => (body === null ? null : Buffer.from(body).toString()))
}
