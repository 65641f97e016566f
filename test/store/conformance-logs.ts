import assert from 'node:assert/strict'
import type { LogQuery, Store } from '../../src/store/store.ts'
import { createEntries } from './entries.ts'
import { insertGateway, query, type SampleFilters, sampleAudit, type WithStore } from './samples.ts'

/** What every engine does with logs. */
export function logConformance(withStore: WithStore): void {
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
    // A status must be there: the second row breaks the statement after the first went in.
    Object.assign(broken.summary, { status: null })
    await assert.rejects(store.logs.append([make(number), broken], at(20)))
    assert.equal((await store.logs.page(query(number))).total, 1)
    assert.deepEqual(await store.logs.positions(), [at(10)])
  })

  withStore('an entry is refused for what is in it with an error that says so', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const broken = make(number)
    Object.assign(broken.summary, { status: null })
    const refused = { name: 'GatewayError', code: 'input_invalid', message: /status/ }
    await assert.rejects(store.logs.append([make(number), broken], at(20)), refused)
    await store.logs.append([make(number)], at(30))
    assert.equal((await store.logs.page(query(number))).total, 1)
  })

  withStore('characters that not every engine can hold are replaced, and still found', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const metadata = { 'key\0': 'value\0 and \ud83d' }
    const entry = createEntries()(number, { model: 'a\0b\ud800c', provider: '\0', path: 'p\0', metadata })
    await store.logs.append([entry], at(1))
    const row = await store.logs.get(number, entry.record.id)
    assert.deepEqual([row?.model, row?.provider], ['a\ufffdb\ufffdc', '\ufffd'])
    assert.deepEqual([row?.path, row?.metadata], ['p\0', metadata])
    for (const filters of [{ model: 'a\0b\ud800c' }, { provider: '\0' }]) {
      assert.equal((await store.logs.page(query(number, {}, filters))).total, 1)
    }
    assert.equal(await store.logs.get(number, '\0'), null)
    const page = { accountId: 'acme\0', search: '\ud800', id: '\0', numbers: null, page: 1, perPage: 10 }
    assert.equal((await store.gateways.page(page)).total, 0)
  })

  withStore('a detail of several lines is the same detail', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const entries = [make(number), make(number, { path: 'second' }), make(number, { path: 'third\nline' })]
    for (const entry of entries) entry.detail = JSON.stringify(JSON.parse(entry.detail), null, 2)
    await store.logs.append(entries, at(1))
    for (const { record } of entries) assert.equal((await store.logs.get(number, record.id))?.path, record.path)
  })

  withStore('thousands of entries go into one append', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const entries = Array.from({ length: 5000 }, (_, index) => make(number, { request: `body ${index}` }))
    await store.logs.append(entries, at(1))
    assert.equal((await store.logs.page(query(number))).total, 5000)
    for (const index of [0, 99, 100, 4999]) {
      const texts = await bodyTexts(store, number, entries[index]?.record.id ?? '')
      assert.deepEqual(texts, [`body ${index}`, '{"choices":[]}'])
    }
  })

  withStore('entries of several days, new and old, go into one append and come back in order', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const midnight = Date.UTC(2026, 2, 2)
    const times = [
      midnight - 1,
      midnight,
      midnight + 1,
      Date.UTC(2019, 0, 1),
      Date.UTC(1971, 0, 1),
      midnight + 86_400_000,
      // A clock that is wrong by as much as an id can hold.
      Date.UTC(10_200, 5, 1),
      Date.UTC(10_200, 5, 2),
    ]
    const entries = times.map((startedMs, index) =>
      createEntries(startedMs - 1)(number, { startedMs, request: `body ${index}` }),
    )
    await store.logs.append(entries, at(1))
    const { rows } = await store.logs.page(query(number, { direction: 'asc' }))
    const order = rows.map((row) => entries.findIndex((entry) => entry.record.id === row.id))
    assert.deepEqual(order, [4, 3, 0, 1, 2, 5, 6, 7])
    for (const index of order) {
      const texts = await bodyTexts(store, number, entries[index]?.record.id ?? '')
      assert.deepEqual(texts, [`body ${index}`, '{"choices":[]}'])
    }
    const { rows: ofTheDay } = await store.logs.page(query(number, {}, { fromMs: midnight, untilMs: midnight + 5 }))
    assert.equal(ofTheDay.length, 2)
    assert.equal(await store.logs.remove({ gateway: number, beforeMs: midnight, limit: 10 }), 3)
    await store.logs.append(entries.slice(0, 1), at(2))
    assert.equal((await store.logs.page(query(number))).total, 6)
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
    await store.gateways.remove(gone.number, sampleAudit())
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
    assert.deepEqual(await walk({ orderBy: 'model', direction: 'asc' }), [2, 1, 4, 0, 3])
    assert.deepEqual(await walk({ orderBy: 'model', direction: 'desc' }), [3, 0, 4, 1, 2])
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
    const find = async (filters: SampleFilters): Promise<number[]> => {
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

  withStore('a total is exact up to 10 000 and capped beyond, that of all rows is always exact', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const none = { request: null, response: null }
    await store.logs.append(
      Array.from({ length: 10_000 }, () => make(number, none)),
      at(1),
    )
    const since = { fromMs: 0 }
    const exact = await store.logs.page(query(number, { perPage: 1 }, since))
    assert.deepEqual([exact.total, exact.totalIsExact], [10_000, true])
    await store.logs.append([make(number, none)], at(2))
    const capped = await store.logs.page(query(number, { perPage: 1, page: 10_001 }, since))
    assert.deepEqual([capped.total, capped.totalIsExact, capped.rows.length], [10_000, false, 1])
    const all = await store.logs.page(query(number, { perPage: 1 }))
    assert.deepEqual([all.total, all.totalIsExact], [10_001, true])
  })

  withStore('remove takes the oldest first, up to the limit and the time, and keeps the rest whole', async (store) => {
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
  })

  withStore('the rows of a removed gateway are orphans until they are removed', async (store) => {
    const gone = await insertGateway(store, 'acme', 'gone')
    const kept = await insertGateway(store, 'acme', 'kept')
    const make = createEntries()
    await store.logs.append([make(gone.number), make(gone.number), make(kept.number)], at(1))
    assert.deepEqual(await store.logs.orphans(), [])
    await store.gateways.remove(gone.number, sampleAudit())
    assert.deepEqual(await store.logs.orphans(), [gone.number])
    assert.equal(await store.logs.removeGateway(gone.number, 1), 1)
    assert.equal(await store.logs.removeGateway(gone.number, 100), 1)
    assert.equal(await store.logs.removeGateway(gone.number, 100), 0)
    assert.deepEqual(await store.logs.orphans(), [])
    assert.equal((await store.logs.page(query(kept.number))).total, 1)
  })

  withStore('removals at the same time remove each row once, and no body of another row', async (store) => {
    const one = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const entries = Array.from({ length: 300 }, (_, index) => make(one.number, { request: `body ${index}` }))
    await store.logs.append(entries, at(1))
    const removals = Array.from({ length: 25 }, () =>
      store.logs.remove({ gateway: one.number, beforeMs: null, limit: 10 }),
    )
    const removed = (await Promise.all(removals)).reduce((sum, count) => sum + count, 0)
    const { rows, total } = await store.logs.page(query(one.number, { direction: 'asc' }))
    assert.equal(total, 300 - removed)
    assert.ok(removed >= 10)
    const first = entries.findIndex((entry) => entry.record.id === rows[0]?.id)
    for (const [index, entry] of entries.entries()) {
      const expected = index < first ? null : [`body ${index}`, '{"choices":[]}']
      if (expected === null && (await store.logs.get(one.number, entry.record.id)) === null) continue
      assert.deepEqual(await bodyTexts(store, one.number, entry.record.id), [`body ${index}`, '{"choices":[]}'])
    }
  })

  withStore('a gateway that is removed while its entries come in leaves none of them', async (store) => {
    const make = createEntries()
    for (let round = 1; round <= 5; round++) {
      const { number } = await insertGateway(store, 'acme', 'one')
      await store.logs.append([make(number)], at(round))
      const many = Array.from({ length: 1000 }, () => make(number))
      const append = store.logs.append(many, at(round))
      await store.gateways.remove(number, sampleAudit())
      while ((await store.logs.removeGateway(number, 1000)) > 0);
      await append
      assert.deepEqual(await store.logs.orphans(), [])
    }
  })

  withStore('a gateway that has just been made is never an orphan', async (store) => {
    const make = createEntries()
    let isOver = false
    const watching = (async () => {
      const told: number[] = []
      while (!isOver) told.push(...(await store.logs.orphans()))
      return told
    })()
    for (let round = 1; round <= 60; round++) {
      const { number } = await insertGateway(store, 'acme', `g${round}`)
      await store.logs.append([make(number)], at(round))
    }
    isOver = true
    assert.deepEqual(await watching, [])
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
}

function at(offset: number): { lane: string; segment: number; offset: number } {
  return { lane: 'main', segment: 1, offset }
}

async function bodyTexts(store: Store, gateway: number, id: string): Promise<(string | null)[] | null> {
  const bodies = await store.logs.bodies(gateway, id)
  if (bodies === null) return null
  return [bodies.request, bodies.response].map((body) => (body === null ? null : Buffer.from(body).toString()))
}
