import assert from 'node:assert/strict'
import fc from 'fast-check'
import { textOfBodies } from '../../src/formats/body-text.ts'
import { wordsAsked, wordsOf } from '../../src/store/words-of.ts'
import type { LogMark, LogWalk, Store } from '../../src/store/store.ts'
import { createEntries, type TestEntry } from './entries.ts'
import { meets } from './log-predicate.ts'
import { readAllWords } from './read-words.ts'
import { insertGateway, query, sampleAudit, type WithStore } from './samples.ts'

/** What every engine finds by the words of bodies. */
export function wordConformance(withStore: WithStore): void {
  withStore('rows are found by the words of their bodies once these are read, and others are not', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const other = (await insertGateway(store, 'acme', 'two')).number
    await store.words.keep([number, other])
    const make = createEntries()
    const entries = [
      make(number, { request: chat('Where is the Elephant?'), response: chat('in the room') }),
      make(number, { request: null, response: chat('No ELEPHANT here') }),
      make(number, { request: null, response: null }),
      make(other, { request: chat('another elephant') }),
    ]
    await store.logs.append(entries, at(1))
    assert.deepEqual(await find(store, number, 'elephant', entries), [])
    assert.deepEqual(
      (await store.words.lags()).map(({ gateway, rows, oldestMs }) => [gateway, rows, oldestMs !== null]),
      [
        [number, 3, true],
        [other, 1, true],
      ],
    )
    await readAllWords(store)
    assert.deepEqual(
      (await store.words.lags()).map(({ rows, oldestMs }) => [rows, oldestMs]),
      [
        [0, null],
        [0, null],
      ],
    )
    assert.deepEqual(await find(store, number, 'elephant', entries), [0, 1])
    assert.deepEqual(await find(store, number, 'room elephant', entries), [0])
    assert.deepEqual(await find(store, number, 'eleph', entries), [])
    assert.deepEqual(await find(store, other, 'elephant', entries), [3])
    await store.logs.append([make(number, { request: chat('elephant again') })], at(2))
    assert.deepEqual((await store.words.lags())[0]?.rows, 1)
    assert.equal(await readAllWords(store), 1)
    assert.equal((await store.logs.page(query(number, { search: 'elephant' }))).total, 3)
  })

  withStore('a part of metadata, model, provider or ids is found, read or not, and as it is now', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const entries = [
      make(number, { request: chat('x'), metadata: { Team: 'Red squirrels', n: 987654321987 }, model: 'GPT-9-mini' }),
      make(number, { request: null, response: null, metadata: null, eventId: 'Order/77', provider: 'acmeai' }),
      make(number, { request: chat('x'), metadata: { team: 'blue' } }),
    ]
    const searches: [search: string, places: number[]][] = [
      ['squirr', [0]],
      ['TEAM', [0, 2]],
      ['87654321', [0]],
      ['pt-9-M', [0]],
      ['der/7', [1]],
      ['cmea', [1]],
      [entries[2]?.record.id.slice(3, 36).toUpperCase() ?? '', [2]],
      ['squirrels red', []],
    ]
    const check = async (more: [search: string, places: number[]][] = []): Promise<void> => {
      for (const [search, places] of [...searches, ...more]) {
        assert.deepEqual(await find(store, number, search, entries), places, search)
        const walk = { ...plainWalk(number), search }
        assert.equal((await walkAll(store, walk)).length, places.length, search)
      }
    }
    await store.logs.append(entries.slice(0, 1), at(1))
    // Of before, then one that waits, then all of them read.
    await store.words.keep([number])
    await store.logs.append(entries.slice(1), at(2))
    await check()
    await readAllWords(store)
    await check()
    const edited = entries[2]?.record.id ?? ''
    assert.equal(await store.logs.edit(number, edited, { metadata: { team: 'gold' } }), 'edited')
    const moved: [string, number[]][] = [
      ['gold', [2]],
      ['blue', []],
      ['x', [0, 2]],
    ]
    await check(moved)
    assert.equal((await store.words.lags())[0]?.rows, 1)
    await readAllWords(store)
    await check(moved)
    await store.words.purge()
    await check(moved)
  })

  withStore('many small readings find what one large one finds, and removed rows go from them', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    await store.words.keep([number])
    const make = createEntries()
    const entries = Array.from({ length: 300 }, (_, at) => make(number, { request: chat(`word n${at % 7} m${at}`) }))
    for (const [at, entry] of entries.entries()) {
      await store.logs.append([entry], { lane: 'main', segment: 1, offset: at + 1 })
      await readAllWords(store)
    }
    const expected = (n: number, isKept: (at: number) => boolean): number[] =>
      range(0, 300).filter((at) => at % 7 === n && isKept(at))
    const find300 = async (search: string): Promise<number[]> => {
      const ids = await walkAll(store, { ...plainWalk(number), search })
      return ids.map((id) => entries.findIndex(({ record }) => record.id === id))
    }
    assert.deepEqual(
      await find300('n3 word'),
      expected(3, () => true),
    )
    const isGone = (at: number): boolean => at % 3 === 0 || (at > 100 && at < 160)
    await store.logs.removeIds(
      number,
      entries.filter((_, at) => isGone(at)).map(({ record }) => record.id),
    )
    assert.deepEqual(
      await find300('n3 word'),
      expected(3, (at) => !isGone(at)),
    )
    await readAllWords(store)
    assert.deepEqual(
      await find300('n3 word'),
      expected(3, (at) => !isGone(at)),
    )
    assert.deepEqual([await find300('m4'), await find300('m6')], [[4], []])
  })

  withStore('search with filters finds what a plain predicate finds, by page, walk and ids', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    await store.words.keep([number])
    const make = createEntries(Date.UTC(2026, 2, 1))
    const words = ['red', 'Blue', '東京', '京都へ', 'ünï', 'x-y', '"', '*', 'NEAR', 'openai', "'", '\0']
    const sentences = fc.array(fc.constantFrom(...words), { maxLength: 4 }).map((some) => some.join(' '))
    const entries = fc
      .sample(fc.record({ text: sentences, model: fc.constantFrom('red', 'm'), metadata: fc.constant(null) }), 90)
      .map(({ text, ...rest }) => make(number, { ...rest, request: chat(text) }))
    await store.logs.append(entries, at(1))
    await readAllWords(store, 7)
    const expectedOf = (search: string, model: string | null): string[] =>
      entries
        .filter((entry) => model === null || entry.record.model === model)
        .filter((entry) => hasWords(entry, search) || meets({ ...entry, feedback: null, score: null }, [], search))
        .map(({ record }) => record.id)
    const asked = fc.record({ search: sentences.filter((text) => text !== ''), model: fc.constantFrom('red', null) })
    await fc.assert(
      fc.asyncProperty(asked, async ({ search, model }) => {
        const expected = expectedOf(search, model)
        const selection = { search, perPage: 100, direction: 'asc' } as const
        const page = await store.logs.page(query(number, selection, model === null ? {} : { model }))
        assert.deepEqual(
          page.rows.map(({ id }) => id),
          expected,
        )
        assert.equal(page.total, expected.length)
        const { filters } = query(number, {}, model === null ? {} : { model })
        const walk = { ...plainWalk(number), filters, search, limit: 13 }
        assert.deepEqual(await walkAll(store, walk), expected)
        assert.deepEqual(await walkAll(store, { ...walk, direction: 'desc' }), expected.toReversed())
        const sorted = await store.logs.walkIds({ ...walk, orderBy: 'duration', limit: 100 })
        assert.deepEqual(sorted.rows, expected)
        const byModel = await store.logs.page(query(number, { ...selection, orderBy: 'model' }))
        assert.equal(byModel.rows.length, expectedOf(search, null).length)
      }),
      { numRuns: 60 },
    )
    const second = await store.logs.page(query(number, { search: 'red', perPage: 5, page: 2 }))
    assert.deepEqual(
      second.rows.map(({ id }) => id),
      expectedOf('red', null).toReversed().slice(5, 10),
    )
  })

  withStore('rows that were there before are read too, the newest first', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const entries = Array.from({ length: 30 }, () => make(number, { request: chat('whale') }))
    await store.logs.append(entries, at(1))
    await store.words.keep([number])
    const settleOne = async (): Promise<void> => {
      let batch = await store.words.read(10)
      // The first tells that there are no words at all.
      if (batch.open?.isAnew === true) {
        await store.words.settle(batch.open)
        batch = await store.words.read(10)
      }
      if (batch.open !== null) await store.words.settle(batch.open)
    }
    await settleOne()
    assert.deepEqual(await find(store, number, 'whale', entries), range(20, 30))
    assert.equal((await store.words.lags())[0]?.rows, 20)
    await store.words.keep([number])
    await settleOne()
    assert.deepEqual(await find(store, number, 'whale', entries), range(10, 30))
    await readAllWords(store)
    assert.deepEqual(await find(store, number, 'whale', entries), range(0, 30))
  })

  withStore('what was read and not settled is read again, and found once', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    await store.words.keep([number])
    await readAllWords(store)
    const entries = [createEntries()(number, { request: chat('otter') })]
    await store.logs.append(entries, at(1))
    await store.words.read(10)
    await readAllWords(store)
    assert.deepEqual(await find(store, number, 'otter', entries), [0])
    assert.equal((await store.words.lags())[0]?.rows, 0)
  })

  withStore('removed rows are not found, whichever way they went, nor rows that come after them', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    await store.words.keep([number])
    const make = createEntries()
    const entries = Array.from({ length: 40 }, (_, index) => make(number, { request: chat(`fox n${index}`) }))
    await store.logs.append(entries, at(1))
    await readAllWords(store)
    const ids = entries.map(({ record }) => record.id)
    await store.logs.removeIds(number, ids.slice(35))
    await store.logs.remove({ gateway: number, limit: 10 })
    assert.deepEqual(await find(store, number, 'fox', entries), range(10, 35))
    const later = Array.from({ length: 5 }, () => make(number, { request: chat('hen') }))
    await store.logs.append(later, at(2))
    assert.deepEqual(await find(store, number, 'fox', later), [])
    await readAllWords(store)
    assert.deepEqual(await find(store, number, 'fox', entries), range(10, 35))
    assert.deepEqual(await find(store, number, 'n37', [...entries, ...later]), [])
    assert.deepEqual(await find(store, number, 'hen', later), range(0, 5))
    // Gone before they were read.
    const short = make(number, { request: chat('fox') })
    await store.logs.append([short], at(3))
    await store.logs.removeIds(number, [short.record.id])
    await readAllWords(store)
    assert.equal((await store.logs.page(query(number, { search: 'fox' }))).total, 25)
  })

  withStore('words that are kept no longer are dropped, and those of other gateways are not', async (store) => {
    const [one, two] = [await insertGateway(store, 'acme', 'one'), await insertGateway(store, 'acme', 'two')]
    await store.words.keep([one.number, two.number])
    const make = createEntries()
    const entries = [make(one.number, { request: chat('crow') }), make(two.number, { request: chat('crow') })]
    await store.logs.append(entries, at(1))
    await readAllWords(store)
    await drop(store, one.number)
    assert.deepEqual(await find(store, one.number, 'crow', entries), [])
    assert.deepEqual(await find(store, two.number, 'crow', entries), [1])
    assert.deepEqual(
      (await store.words.lags()).map(({ gateway }) => gateway),
      [two.number],
    )
    await store.logs.append([make(one.number, { request: chat('crow') })], at(2))
    assert.equal(await readAllWords(store), 0)
    await store.words.keep([one.number])
    await readAllWords(store)
    assert.equal((await store.logs.page(query(one.number, { search: 'crow' }))).total, 2)
    assert.notEqual(await store.gateways.remove(two.number, sampleAudit()), null)
    await store.logs.removeGateway(two.number, 10)
    await store.words.keep([two.number])
    await drop(store, two.number)
    assert.deepEqual(
      (await store.words.lags()).map(({ gateway }) => gateway),
      [one.number],
    )
  })
}

async function drop(store: Store, gateway: number): Promise<void> {
  let outcome = await store.words.drop(gateway)
  while (outcome === 'more') outcome = await store.words.drop(gateway)
  if (outcome === 'dropped') await store.words.forget(gateway)
}

function hasWords({ request, response }: TestEntry, search: string): boolean {
  const words = new Set(textOfBodies({ request, response }).flatMap(wordsOf))
  const asked = wordsAsked(search)
  return asked.length > 0 && asked.every((word) => words.has(word))
}

function chat(content: string): string {
  return JSON.stringify({ messages: [{ role: 'user', content }] })
}

/** Which of the entries a search finds, by their places in the list. */
async function find(store: Store, gateway: number, search: string, entries: readonly TestEntry[]): Promise<number[]> {
  const { rows } = await store.logs.page(query(gateway, { search, direction: 'asc' }))
  const ids = new Set(rows.map(({ id }) => id))
  return entries.flatMap(({ record }, index) => (ids.has(record.id) ? [index] : []))
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}

function at(offset: number): { lane: string; segment: number; offset: number } {
  return { lane: 'main', segment: 1, offset }
}

function plainWalk(gateway: number): LogWalk {
  return {
    gateway,
    filters: [],
    search: null,
    orderBy: 'created_at',
    direction: 'asc',
    after: null,
    limit: 50,
    budgetMs: 1000,
  }
}

async function walkAll(store: Store, walk: LogWalk): Promise<string[]> {
  const found: string[] = []
  let after: LogMark | null = null
  do {
    const { rows, next }: Awaited<ReturnType<Store['logs']['walk']>> = await store.logs.walk({ ...walk, after })
    found.push(...rows.map(({ id }) => id))
    after = next
  } while (after !== null)
  return found
}
