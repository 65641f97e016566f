import type { DatasetItem, DatasetRecord } from '../contract/dataset-record.ts'
import type { LogFilter } from '../contract/log-filter.ts'
import { logFiltersSchema } from '../contract/log-filters.ts'
import { testCaseOf } from '../formats/test-case.ts'
import type { Clock } from '../kernel/clock.ts'
import type { TextLog } from '../kernel/text-log.ts'
import type { LogMark, LogWalkPage, Store } from '../store/store.ts'
import { createRepeated, type Repeated } from './repeated.ts'

interface CollectDeps {
  store: Pick<Store, 'datasets' | 'logs'>
  clock: Clock
  log: TextLog
}

const everyMs = 10_000
/** A row has the time at which its request began, and comes when that has ended: so far is looked back each time. */
const lateMs = 120_000
const idsPerRead = 50
const walkMs = 500
/** A dataset that is full takes in nothing any more. */
const mostCollected = 10_000

/** What an evaluation asks would come back as its cases. */
const notOwn: LogFilter = { key: 'metadata.evaluation_id', operator: 'eq', values: [null] }

/**
 * Has datasets with a `sample_rate` take in the new rows that their filters find. Several processes may do this: a row is an item of its
 * own id, which comes in once.
 */
export function createCaseCollecting(deps: CollectDeps): Repeated {
  const { store, log } = deps
  /** Of each dataset, the sampled rows of the last look, most of which the next one sees again. */
  const seen = new Map<number, ReadonlySet<string>>()
  return createRepeated({
    everyMs,
    startsAtOnce: false,
    async look(stopping) {
      const datasets = await store.datasets.collecting(mostCollected)
      const numbers = new Set(datasets.map(({ number }) => number))
      for (const number of seen.keys()) if (!numbers.has(number)) seen.delete(number)
      for (const dataset of datasets) {
        const sampled = await collect(deps, dataset, seen.get(dataset.number) ?? new Set(), stopping)
        if (stopping.aborted) return
        seen.set(dataset.number, sampled)
      }
    },
    onFailure: (reason) => log.warn('cases could not be collected; it is tried again', { reason }),
  })
}

/** The rows that were sampled; those of `before` are there already. */
async function collect(
  { store, clock }: CollectDeps,
  dataset: DatasetRecord,
  before: ReadonlySet<string>,
  stop: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { number, gateway, collectedMs, filters, sampleRate } = dataset
  const nowMs = clock.nowMs()
  // The clock may have been ahead when it was last looked.
  const since = momentFrom(Math.min(collectedMs, nowMs) - lateMs)
  const selection = { gateway, filters: [...logFiltersSchema.parse(filters), notOwn, since], search: null }
  const walk = { ...selection, orderBy: 'created_at', direction: 'asc', limit: idsPerRead, budgetMs: walkMs } as const
  const sampled = new Set<string>()
  let after: LogMark | null = null
  let room = mostCollected - dataset.itemCount
  do {
    const page: LogWalkPage<string> = await store.logs.walkIds({ ...walk, after })
    const ids = page.rows.filter((id) => shareOf(id) < (sampleRate ?? 0))
    for (const id of ids) sampled.add(id)
    const fresh = ids.filter((id) => !before.has(id))
    const items = await itemsOf(store, dataset, fresh)
    if (items.length > 0)
      room -= await store.datasets.collect({ dataset: number, untilMs: null, items, most: mostCollected })
    after = page.next
    if (stop.aborted) return sampled
  } while (after !== null && room > 0)
  await store.datasets.collect({ dataset: number, untilMs: nowMs, items: [], most: mostCollected })
  return sampled
}

async function itemsOf(
  { logs }: CollectDeps['store'],
  { gateway, usesAnswers }: DatasetRecord,
  ids: string[],
): Promise<DatasetItem[]> {
  const bodies = ids.length === 0 ? [] : await logs.manyBodies(gateway, ids)
  return ids.flatMap((id, at) => {
    const body = testCaseOf(id, bodies[at] ?? null, usesAnswers)
    return typeof body === 'string' ? [] : [{ id, body }]
  })
}

function momentFrom(fromMs: number): LogFilter {
  return { key: 'created_at', operator: 'gte', values: [{ startMs: fromMs, endMs: fromMs + 1 }] }
}

/** Always the same for a row, from 0 to 1: of the random part of its id. */
function shareOf(id: string): number {
  return Number.parseInt(id.slice(-8), 16) / 2 ** 32
}
