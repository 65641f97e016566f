import type { EvaluationRecord, FoldedResult, LogFold } from '../contract/evaluation-record.ts'
import { logFiltersSchema } from '../contract/log-filters.ts'
import { findEvaluator } from '../evaluators/index.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { LogFoldPart, LogSelection, Store } from '../store/store.ts'
import { type CaseDeps, runCase, type Task } from './evaluation-case.ts'
import type { Pace } from './evaluation-pace.ts'
import { createAnswerWriter } from './evaluation-writer.ts'

export interface RunDeps extends CaseDeps {
  store: Pick<Store, 'datasets' | 'evaluations' | 'logs'>
  /** Who holds the lease. */
  owner: string
  signal: AbortSignal
  pace: Pace
  /** Resolves when the rows of what was asked are in the store, or after a bounded wait. */
  caughtUp(): Promise<void>
}

/** The run cannot end well, and why. */
export class RunFailed extends Error {
  override readonly name = 'RunFailed'
}

const foldMs = 500
/** Cases may be large: few are read at first, and more only while they are small. */
const leastPerRead = 8
const mostPerRead = 64
const charactersPerRead = 1 << 20

/**
 * Has every case answered that has no answer yet, and folds the logs. A place is free for the next case once the answer
 * is in the store: whoever takes over asks again for no more than ran at the same time.
 */
export async function runEvaluation(deps: RunDeps, record: EvaluationRecord): Promise<FoldedResult[]> {
  const tasks = tasksOf(deps, record)
  const writer = createAnswerWriter((answers) => deps.store.evaluations.append(record.number, deps.owner, answers))
  const { budgetNanoUsd, concurrency } = record.spec
  let spentNanoUsd = record.costNanoUsd
  const work = async (): Promise<void> => {
    for await (const task of tasks) {
      if (budgetNanoUsd !== null && spentNanoUsd >= budgetNanoUsd) {
        throw new RunFailed(
          `The budget of ${budgetNanoUsd / 1e9} USD is used up: ${spentNanoUsd / 1e9} USD were spent.`,
        )
      }
      await deps.pace.next(deps.signal)
      const answer = await runCase(deps, record.spec, task)
      spentNanoUsd += answer.costNanoUsd ?? 0
      if (!(await writer.write(answer))) throw new GatewayError('unavailable', 'The lease of the evaluation was lost.')
    }
  }
  // All are waited for: none may go on once it is said that the run has ended.
  const ended = await Promise.allSettled(Array.from({ length: concurrency }, work))
  for (const end of ended) if (end.status === 'rejected') throw end.reason
  return await foldAll(deps, record)
}

/** In order; the cases of a dataset, each by every model. */
async function* tasksOf({ store, signal }: RunDeps, { number, spec }: EvaluationRecord): AsyncGenerator<Task> {
  const models = spec.models.length === 0 ? [null] : spec.models
  let base = 0
  for (const dataset of spec.datasets) {
    let after = ''
    let limit = leastPerRead
    for (let read = 0; read < dataset.itemCount;) {
      const place = { dataset: dataset.number, version: dataset.version, limit, after }
      const items = await store.datasets.items(place)
      const last = items.at(-1)
      if (last === undefined) throw new RunFailed(`The dataset ${dataset.name} was removed while it was evaluated.`)
      const from = base + read * models.length
      const done = new Set(await store.evaluations.answered(number, from, from + items.length * models.length))
      for (const [at, item] of items.entries()) {
        for (const [of, model] of models.entries()) {
          const position = from + at * models.length + of
          signal.throwIfAborted()
          if (!done.has(position)) yield { position, datasetId: dataset.id, item, model }
        }
      }
      read += items.length
      after = last.id
      limit = JSON.stringify(items).length < charactersPerRead ? Math.min(limit * 2, mostPerRead) : leastPerRead
    }
    base += dataset.itemCount * models.length
  }
}

/** A dataset is about logs where it has a filter, or nothing at all. */
async function foldAll(deps: RunDeps, { number, gateway, spec }: EvaluationRecord): Promise<FoldedResult[]> {
  const names = spec.evaluators.map(({ type }) => type).filter((type) => findEvaluator(type)?.type === 'log')
  if (names.length === 0) return []
  const results: FoldedResult[] = []
  const add = (sums: LogFold, of: Pick<FoldedResult, 'datasetId' | 'model'>): void => {
    for (const name of names) {
      const evaluator = findEvaluator(name)
      if (evaluator?.type !== 'log') continue
      const atMs = deps.clock.nowMs()
      results.push({ evaluator: name, ...of, ...evaluator.fold(sums), rows: sums.rows, error: null, atMs })
    }
  }
  await deps.caughtUp()
  for (const { id, filters, itemCount } of spec.datasets) {
    if (filters.length === 0 && itemCount > 0) continue
    const selection = { gateway, filters: logFiltersSchema.parse(filters), search: null }
    add(await foldLogs(deps, selection), { datasetId: id, model: null })
  }
  for (const model of spec.models)
    add(await deps.store.evaluations.foldAnswers(number, model), { datasetId: null, model })
  return results
}

/** Part by part, for a reader is lent for a moment only. */
async function foldLogs({ store, signal }: RunDeps, selection: LogSelection): Promise<LogFold> {
  const total: LogFold = { rows: 0, priced: 0, costNanoUsd: 0, durationMs: 0, rated: 0, liked: 0 }
  let after: string | null = null
  do {
    signal.throwIfAborted()
    const { sums, next }: LogFoldPart = await store.logs.fold({ ...selection, after, budgetMs: foldMs })
    // Every member is a number.
    for (const name of Object.keys(total) as (keyof LogFold)[]) total[name] += sums[name]
    after = next
  } while (after !== null)
  return total
}
