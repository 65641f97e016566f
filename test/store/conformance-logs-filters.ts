import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Cost } from '../../src/contract/cost.ts'
import type { LogFilter, LogFilterKey } from '../../src/contract/log-filter.ts'
import { logFiltersSchema } from '../../src/contract/log-filters.ts'
import type { LogMark, LogOrder, LogWalk, Store } from '../../src/store/store.ts'
import { createEntries } from './entries.ts'
import { meets, type Row } from './log-predicate.ts'
import { insertGateway, query, type WithStore } from './samples.ts'

const startMs = Date.UTC(2026, 2, 1)

/** What every engine finds by filters and search. */
export function logFilterConformance(withStore: WithStore): void {
  withStore('filters and search find the rows that a plain predicate finds, by page and by walk', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const rows = await appendRandomRows(store, number)
    const asked = fc.record({
      filters: fc.array(filterOf(rows), { maxLength: 3 }),
      search: fc.option(texts, { freq: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(asked, async ({ filters, search }) => {
        const expected = rows.filter((row) => meets(row, filters, search)).map(({ record }) => record.id)
        const page = await store.logs.page(query(number, { filters, search, direction: 'asc', perPage: rows.length }))
        assert.deepEqual(
          page.rows.map(({ id }) => id),
          expected,
        )
        assert.equal(page.total, expected.length)
        assert.deepEqual(await walkAll(store, { ...plainWalk(number), filters, search }), expected)
      }),
      { numRuns: 250 },
    )
  })

  withStore('each key and operator is known to every engine', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const rows = await appendRandomRows(store, number)
    for (const { key, sample } of keys) {
      for (const operator of ['eq', 'neq', 'contains', 'lt', 'gt'] as const) {
        const read = logFiltersSchema.safeParse([{ key, operator, value: [sample] }])
        if (!read.success) continue
        const page = await store.logs.page(
          query(number, { filters: read.data, perPage: rows.length, direction: 'asc' }),
        )
        const expected = rows.filter((row) => meets(row, read.data, null)).map(({ record }) => record.id)
        assert.deepEqual(
          page.rows.map(({ id }) => id),
          expected,
          `${key} ${operator}`,
        )
      }
    }
  })

  withStore('a walk goes through every order without gaps or repeats, whatever its steps are', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const rows = await appendRandomRows(store, number)
    for (const orderBy of ['created_at', 'provider', 'model', 'model_type', 'success', 'cached'] as const) {
      for (const direction of ['asc', 'desc'] as const) {
        const { rows: sorted } = await store.logs.page(query(number, { orderBy, direction, perPage: rows.length }))
        const ids = sorted.map(({ id }) => id)
        assert.equal(ids.length, rows.length)
        for (const limit of [7, 1000]) {
          assert.deepEqual(
            await walkAll(store, { ...plainWalk(number), orderBy, direction, limit }),
            ids,
            `${orderBy} ${direction}`,
          )
        }
      }
    }
  })

  withStore('a walk whose time is up gives what it found and goes on behind what it looked at', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const entries = Array.from({ length: 3000 }, (_, index) =>
      make(number, { provider: index === 10 ? 'rare' : 'openai' }),
    )
    await store.logs.append(entries, at(1))
    const filters: LogFilter[] = [{ key: 'provider', operator: 'eq', values: ['rare'] }]
    const walk: LogWalk = { ...plainWalk(number), filters, direction: 'desc', limit: 5, budgetMs: 0 }
    const pages: number[] = []
    let after: LogMark | null = null
    do {
      const { rows, next }: Awaited<ReturnType<Store['logs']['walk']>> = await store.logs.walk({ ...walk, after })
      pages.push(rows.length)
      after = next
    } while (after !== null)
    assert.ok(pages.length > 1, `${pages.length} pages`)
    const ids = entries.map(({ record }) => record.id)
    const others: LogFilter[] = [{ key: 'provider', operator: 'neq', values: ['nobody'] }]
    for (const direction of ['asc', 'desc'] as const) {
      const found = await walkAll(store, { ...walk, filters: others, direction, limit: 700 })
      assert.deepEqual(found, direction === 'asc' ? ids : ids.toReversed())
    }
    assert.deepEqual([pages.reduce((sum, count) => sum + count), pages[0]], [1, 0])
  })

  withStore('a row that no JSON of the engine can hold spoils no query', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const broken = make(number, {
      metadata: { 'a\0': '\ud83d', b: '\\u0000', 'c\0\0': '\\\0' },
      userAgent: 'x\0y\ud83d',
    })
    const plain = make(number, { metadata: { team: 'red' } })
    await store.logs.append([broken, plain], at(1))
    const find = async (key: LogFilterKey, value: string): Promise<number[]> => {
      const { rows } = await store.logs.page(query(number, { filters: [{ key, operator: 'eq', values: [value] }] }))
      return rows.map(({ id }) => [broken, plain].findIndex(({ record }) => record.id === id))
    }
    assert.deepEqual(await find('metadata.team', 'red'), [1])
    assert.deepEqual(await find('metadata.b', '\\u0000'), [0])
    assert.deepEqual(await find('user_agent', 'OpenAI/JS 5.1.0'), [1])
  })

  withStore('ranges are those of the matching rows', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const make = createEntries()
    const none = { usage: null, cost: null }
    await store.logs.append(
      [
        make(number, { durationMs: 5 }),
        make(number, { durationMs: 9, ...none }),
        make(number, { success: false, ...none }),
      ],
      at(1),
    )
    const { ranges, total } = await store.logs.page(query(number, { withRanges: true, perPage: 1 }, { success: true }))
    assert.equal(total, 2)
    assert.deepEqual(ranges, {
      minCostNanoUsd: 51_450,
      maxCostNanoUsd: 51_450,
      minDurationMs: 5,
      maxDurationMs: 9,
      minTokensIn: 123,
      maxTokensIn: 123,
      minTokensOut: 55,
      maxTokensOut: 55,
      minTotalTokens: 178,
      maxTotalTokens: 178,
    })
    const failed = await store.logs.page(query(number, { withRanges: true }, { success: false }))
    assert.deepEqual([failed.ranges?.minCostNanoUsd, failed.ranges?.minDurationMs], [null, 812])
  })
}

function at(offset: number): { lane: string; segment: number; offset: number } {
  return { lane: 'main', segment: 1, offset }
}

function plainWalk(gateway: number): LogWalk {
  const orderBy: LogOrder = 'created_at'
  return { gateway, filters: [], search: null, orderBy, direction: 'asc', after: null, limit: 50, budgetMs: 1000 }
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

/** Texts in which letters of both cases, wildcards, quotes and characters beyond the first plane meet. */
const letters = ['a', 'B', 'b', 'É', 'é', '%', '_', "'", '"', '\\', '.', '7', ' ', '\u{1F600}', '\uFFFD', '$', '[']
const texts = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 3 })
const metadataValues = fc.oneof(
  texts,
  fc.constantFrom('7', 'true', ''),
  fc.integer({ min: -9, max: 9 }),
  fc.constant(1.5),
  fc.boolean(),
)
const names = fc.oneof(fc.constantFrom('team', 'a"b', 'x.y', "it's", '$', 'key'), texts)

const records = fc.record({
  provider: fc.constantFrom('openai', 'anthropic', 'É', 'Groq'),
  model: fc.option(fc.oneof(fc.constantFrom('gpt-4o', 'GPT-4o-mini'), texts)),
  modelType: fc.constantFrom('chat', null),
  success: fc.boolean(),
  cached: fc.boolean(),
  authenticated: fc.boolean(),
  isCompatible: fc.boolean(),
  status: fc.constantFrom(200, 404, 429),
  outcome: fc.constantFrom('complete', 'client_left'),
  durationMs: fc.integer({ min: 0, max: 20 }),
  userAgent: fc.option(texts),
  requestType: fc.option(fc.constant('chat')),
  requestContentType: fc.option(texts),
  eventId: texts,
  metadata: fc.option(fc.dictionary(names, metadataValues, { maxKeys: 4, noNullPrototype: true })),
  usage: fc.option(fc.record({ input: fc.integer({ min: 0, max: 5 }), output: fc.integer({ min: 0, max: 5 }) })),
  cost: fc.option(fc.constantFrom(0, 1, 100_000_000, 300_000_000, null).map(costOf)),
})

function costOf(totalNanoUsd: number | null): Cost {
  return { totalNanoUsd, items: [], source: 's', entry: null }
}

async function appendRandomRows(store: Store, gateway: number): Promise<Row[]> {
  const make = createEntries(startMs)
  const entries = fc
    .sample(records, 120)
    .map(({ isCompatible, ...changes }) =>
      make(gateway, { ...changes, ...(isCompatible && { compatibilityMode: true }) }),
    )
  await store.logs.append(entries, at(1))
  const rows: Row[] = entries.map(({ record }, index) => ({
    record,
    feedback: [null, -1, 0, 1][index % 4] ?? null,
    score: [null, 50][index % 2] ?? null,
  }))
  for (const { record, feedback, score } of rows) await store.logs.edit(gateway, record.id, { feedback, score })
  return rows
}

const keys: { key: LogFilterKey; sample: string | number | boolean }[] = [
  ...(
    [
      'request_content_type',
      'response_content_type',
      'request_type',
      'provider',
      'model',
      'model_type',
      'event_id',
    ] as const
  ).map((key) => ({ key, sample: 'a' })),
  ...(['dlp_action', 'user_agent', 'metadata.key', 'metadata.value', 'metadata.team', 'metadata.a"b'] as const).map(
    (key) => ({ key, sample: 'a' }),
  ),
  ...(['success', 'cached', 'authentication', 'wholesale', 'compatibilityMode'] as const).map((key) => ({
    key,
    sample: false,
  })),
  ...(['cost', 'tokens', 'tokens_in', 'tokens_out', 'duration', 'feedback', 'score'] as const).map((key) => ({
    key,
    sample: 0.1,
  })),
  { key: 'id', sample: '01956f3e' },
  { key: 'status_code', sample: 404 },
  { key: 'outcome', sample: 'complete' },
  { key: 'created_at', sample: new Date(startMs + 60).toISOString() },
]

/** A filter as the API lets it through, with values like those of the rows. */
function filterOf(rows: readonly Row[]): fc.Arbitrary<LogFilter> {
  const value = fc.oneof(
    texts,
    metadataValues,
    fc.constantFrom('openai', 'gpt', 'chat', 'complete', 200, 0.1, 0.3, 1e-9, 3, 'null', '', null),
    fc.constantFrom(...rows.map(({ record }) => record.id)),
    fc.integer({ min: 0, max: 120 }).map((ms) => new Date(startMs + ms).toISOString()),
  )
  const name = fc.oneof(
    fc.constantFrom(...keys.map(({ key }) => key)),
    names.map((known) => `metadata.${known}`),
  )
  return fc
    .record({
      key: name,
      operator: fc.constantFrom('eq', 'neq', 'contains', 'lt', 'gt'),
      value: fc.array(value, { minLength: 1, maxLength: 3 }),
    })
    .map((wire) => logFiltersSchema.safeParse([wire]).data?.[0])
    .filter((filter) => filter !== undefined)
}
