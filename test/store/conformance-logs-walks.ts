import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { LogFilter } from '../../src/contract/log-filter.ts'
import type { LogRecord } from '../../src/contract/log-record.ts'
import type { LogMark, LogOrder, LogWalk, LogWalkPage, Store } from '../../src/store/store.ts'
import { createEntries, type TestEntry } from './entries.ts'
import { meets } from './log-predicate.ts'
import { insertGateway, type WithStore } from './samples.ts'

/*
 * Walks over more rows than one step looks at. Where an order has no index, stretches of time without the value are left out
 * (`store/log-values.ts`): these rows lie on both edges of such stretches, and some values are in few of them.
 */

/** Of the ids of one stretch the first 28 of 48 bits of time are equal. */
const stretchMs = 2 ** 20
const firstStretch = Math.floor(Date.UTC(2026, 2, 1) / stretchMs)
/** Rows of one step, at first. */
const firstStep = 500

/** What every engine finds when it walks over many rows. */
export function logWalkConformance(withStore: WithStore): void {
  withStore('a walk over several steps and stretches of time gives the rows of a plain sort', async (store) => {
    const { number } = await insertGateway(store, 'acme', 'one')
    const entries = spreadEntries(number)
    // Some are searched by what the index of words knows, and others by a look at them.
    await store.logs.append(entries.slice(0, 900), at(1))
    await store.words.keep([number])
    await store.logs.append(entries.slice(900), at(2))
    for (let batch = 0; batch < 3; batch++) {
      const { open } = await store.words.read(300)
      if (open !== null) await store.words.settle(open)
    }
    const records = entries.map(({ record }) => record)
    const asked = fc.record({
      orderBy: fc.constantFrom(...Object.keys(nameOf)) as fc.Arbitrary<LogOrder>,
      direction: fc.constantFrom('asc', 'desc'),
      filters: fc.constantFrom(...filtersToTry),
      search: fc.constantFrom(null, null, 'mini'),
      startsAt: fc.option(fc.constantFrom(...records)),
      limit: fc.constantFrom(60, 499, 1000, 5000),
      budgetMs: fc.constantFrom(0, 1000),
    })
    await fc.assert(
      fc.asyncProperty(asked, async ({ startsAt, ...query }) => {
        const { orderBy, direction, filters, search } = query
        // A walk whose time is up goes on behind a row that was looked at, also where that one is of another value.
        const after = startsAt && markAt(orderBy, startsAt, records)
        const walk: LogWalk = { ...query, gateway: number, after }
        const sorted = records.toSorted((a, b) => compareBy(orderBy, a, b))
        const expected = (direction === 'asc' ? sorted : sorted.toReversed())
          .filter((record) => after === null || isBehind(orderBy, direction, record, after))
          .filter((record) => meets({ record, feedback: null, score: null }, filters, search))
        const { ids } = await walkAll(store, walk, expected.length)
        assert.deepEqual(
          ids,
          expected.map(({ id }) => id),
        )
      }),
      { numRuns: 40, seed: 20_260_301 },
    )
  })

  withStore(
    'in an order without an index, stretches of time that have no such row are not looked at',
    async (store) => {
      const { number } = await insertGateway(store, 'acme', 'one')
      const rare = [0, 5]
      const entries = entriesIn([0, 1, 2, 3, 4, 5], (stretch, make, startedMs, place) =>
        make(number, {
          startedMs,
          provider: rare.includes(stretch) && place === 300 ? 'rare' : 'usual',
          modelType: rare.includes(stretch) ? null : 'chat',
          success: stretch !== 2,
          request: null,
          response: null,
        }),
      )
      await store.logs.append(entries, at(1))
      /** How many steps a walk takes in the run of each value; with no time at all, each page is one. */
      const stepsOf = async (orderBy: LogOrder, direction: LogWalk['direction']): Promise<Map<unknown, number>> => {
        const walk = { ...plainWalk(number), orderBy, direction, budgetMs: 0, limit: 10_000 }
        const { ids, starts } = await walkAll(store, walk, entries.length)
        assert.equal(ids.length, entries.length)
        return new Map([...Map.groupBy(starts, (mark) => mark?.value)].map(([value, marks]) => [value, marks.length]))
      }
      const ofStretch = Math.ceil(rowsPerStretch / firstStep)
      const all = Math.ceil(entries.length / firstStep)
      for (const direction of ['asc', 'desc'] as const) {
        const byProvider = await stepsOf('provider', direction)
        const byType = await stepsOf('model_type', direction)
        const bySuccess = await stepsOf('success', direction)
        const found = JSON.stringify([byProvider, byType, bySuccess].map((steps) => [...steps]))
        // The first step of all is not among them: it begins at no mark.
        const [rareSteps, nullSteps, failedSteps] = [byProvider.get('rare'), byType.get(null), bySuccess.get(0)]
        for (const steps of [rareSteps, nullSteps])
          assert.ok(Number(steps) <= 2 * ofStretch + 1, `${direction} ${found}`)
        assert.ok(Number(failedSteps) <= ofStretch + 1, `${direction} ${found}`)
        // Nor is any step larger than it should be: the time of a page is measured only between them.
        const usualSteps = Number(byProvider.get('usual'))
        assert.ok(usualSteps >= all - 1 && usualSteps <= all + 1, `${direction} ${found}`)
        // Rows without a value are walked over once, and not once more for an empty one.
        assert.deepEqual(new Set(byType.keys()), new Set([undefined, 'chat', null]))
      }
    },
  )
}

const rowsPerStretch = 640

type Make = ReturnType<typeof createEntries>

/** Rows of some stretches, on their edges and between. */
function entriesIn(
  stretches: readonly number[],
  entryOf: (stretch: number, make: Make, startedMs: number, place: number) => TestEntry,
): TestEntry[] {
  return stretches.flatMap((stretch) => {
    const startMs = (firstStretch + stretch) * stretchMs
    // Ids are of the time at which they are made.
    return Array.from({ length: rowsPerStretch }, (_, place) => {
      const lastPlace = rowsPerStretch - 1
      const startedMs = startMs + Math.floor((place * (stretchMs - 1)) / lastPlace)
      return entryOf(stretch, createEntries(startedMs - 1), startedMs, place)
    })
  })
}

/** Which of the values are in a stretch at all. Stretch 2 has no row. */
const providersOf: Record<number, string[]> = {
  0: ['anthropic', 'openai'],
  1: ['groq', 'openai'],
  3: ['groq'],
  4: ['anthropic', 'groq'],
  5: ['anthropic', 'openai', 'zeta'],
}

function spreadEntries(gateway: number): TestEntry[] {
  const random = fc.sample(fc.nat({ max: 999 }), { numRuns: 5 * rowsPerStretch, seed: 7 })
  let taken = 0
  return entriesIn([0, 1, 3, 4, 5], (stretch, make, startedMs, place) => {
    const dice = random[taken++] ?? 0
    const providers = providersOf[stretch] ?? []
    const isEdge = place === 0 || place === rowsPerStretch - 1
    return make(gateway, {
      startedMs,
      provider: isEdge && stretch % 2 === 1 ? 'edge' : (providers[dice % providers.length] ?? ''),
      model: ['gpt-4o', 'gpt-4o-mini', null][dice % 3] ?? null,
      modelType: stretch === 3 || dice > 700 ? null : dice % 40 === 0 ? 'embeddings' : 'chat',
      success: stretch === 4 || dice % 5 !== 0,
      cached: stretch === 1 && dice % 7 === 0,
      request: null,
      response: null,
      metadata: null,
    })
  })
}

const time = (ms: number) => ({ startMs: ms, endMs: ms + 1 })
const filtersToTry: LogFilter[][] = [
  [],
  [{ key: 'provider', operator: 'eq', values: ['groq'] }],
  [{ key: 'provider', operator: 'neq', values: ['openai', 'anthropic'] }],
  [{ key: 'cached', operator: 'eq', values: [true] }],
  [{ key: 'model_type', operator: 'eq', values: [null, 'embeddings'] }],
  [
    { key: 'created_at', operator: 'gte', values: [time((firstStretch + 1) * stretchMs)] },
    { key: 'created_at', operator: 'lt', values: [time((firstStretch + 4) * stretchMs + 77_777)] },
  ],
  [
    { key: 'created_at', operator: 'lte', values: [time((firstStretch + 5) * stretchMs)] },
    { key: 'success', operator: 'eq', values: [false] },
  ],
]

const nameOf = {
  created_at: null,
  provider: 'provider',
  model: 'model',
  model_type: 'modelType',
  success: 'success',
  cached: 'cached',
} as const satisfies Record<LogOrder, keyof LogRecord | null>

function valueOf(orderBy: LogOrder, record: LogRecord): LogMark['value'] {
  const name = nameOf[orderBy]
  const value = name === null ? null : record[name]
  return typeof value === 'boolean' ? Number(value) : value
}

/** Null is the least of all. */
function compareValues(a: LogMark['value'], b: LogMark['value']): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? -1 : 1
  return a < b ? -1 : 1
}

function compareIds(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function compareBy(orderBy: LogOrder, a: LogRecord, b: LogRecord): number {
  return compareValues(valueOf(orderBy, a), valueOf(orderBy, b)) || compareIds(a.id, b.id)
}

/** Behind the id of a row, in the run of a value that another one has. */
function markAt(orderBy: LogOrder, { id }: LogRecord, records: readonly LogRecord[]): LogMark {
  const other = records[id.codePointAt(id.length - 1) ?? 0] ?? records[0]
  return { value: other === undefined ? null : valueOf(orderBy, other), id }
}

function isBehind(
  orderBy: LogOrder,
  direction: LogWalk['direction'],
  record: LogRecord,
  { value, id }: LogMark,
): boolean {
  const order = compareValues(valueOf(orderBy, record), value) || compareIds(record.id, id ?? '')
  return direction === 'asc' ? order > 0 : order < 0
}

function at(offset: number): { lane: string; segment: number; offset: number } {
  return { lane: 'main', segment: 1, offset }
}

function plainWalk(gateway: number): LogWalk {
  const orderBy: LogOrder = 'created_at'
  return { gateway, filters: [], search: null, orderBy, direction: 'asc', after: null, limit: 50, budgetMs: 1000 }
}

/** All rows page by page, and where each page began. A walk that finds more than `most` rows goes in circles. */
async function walkAll(
  store: Store,
  walk: LogWalk,
  most: number,
): Promise<{ ids: string[]; starts: (LogMark | null)[] }> {
  const ids: string[] = []
  const starts: (LogMark | null)[] = []
  let after = walk.after
  do {
    const { rows, next }: LogWalkPage<string> = await store.logs.walkIds({ ...walk, after })
    ids.push(...rows)
    starts.push(after)
    assert.ok(ids.length <= most && starts.length < 1000, `${ids.length} rows in ${starts.length} pages`)
    after = next
  } while (after !== null)
  return { ids, starts }
}
