import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import Tollgate, { type EvaluationCompareResult, type Evaluation, type EvaluationResult } from '@tollgate/client'
import { ArgumentError, type EvaluateOptions, readEvaluateOptions } from './arguments.ts'
import { writeJunit } from './junit.ts'
import { createProgress, type Output } from './progress.ts'
import { comparisonTable, resultTable } from './report.ts'

export const evaluateHelp = `Has a dataset evaluated by a running Tollgate, and says whether it is good enough.

  --gateway NAME        the gateway
  --dataset NAME        the dataset, by name or id
  --type NAME           an evaluator, as exact_match; may be given again
  --model NAME          what answers, as openai/gpt-4o-mini; may be given again. Else the gateway chooses
  --settings JSON       of the evaluators, by name: {"exact_match":{"ignore_case":true}}
  --params JSON         for the model: {"temperature":0}
  --prompt TEXT         said before each case, or takes it in at {{input}}
  --name NAME           of the evaluation
  --concurrency N       calls at the same time (8)
  --budget-usd N        ends as failed where it has cost as much
  --compare NAME        sets it beside an earlier evaluation, by name or id
  --fail-under N        exit code 1 where the score is below, from 0 to 1
  --max-errors N        exit code 1 where more results have no score (0)
  --junit FILE, --json FILE   writes the results there
  --url URL, --token TOKEN, --account NAME   else TOLLGATE_URL (http://127.0.0.1:8787), TOLLGATE_TOKEN,
                        TOLLGATE_ACCOUNT (default)

Exit code: 0 good enough; 1 not, or the evaluation failed; 2 it could not be run; 130 it was interrupted, and cancelled.
`

export interface Terminal {
  env: Readonly<Record<string, string | undefined>>
  /** The result; and how it goes on. */
  out: Output
  err: Output
  signal: AbortSignal
}

const lookEveryMs = 250
const resultsPerPage = 100

/** Makes an evaluation, waits for it, and reports. Gives the exit code; rejects where it cannot be run. */
export async function evaluate(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = readEvaluateOptions(args, terminal.env)
  const { api, place } = connect(options)
  const baseline = options.compare === null ? null : await findEvaluation(api, options, options.compare)
  const made = await api.evaluations.create(options.gateway, {
    ...place,
    ...options.more,
    dataset_id: await findDataset(api, options),
    evaluation_type_ids: options.types,
    ...(options.models.length > 0 && { models: options.models }),
  })
  const done = await waitFor(api, options, made, terminal)
  if (done === null) return 130
  const results: EvaluationResult[] = []
  const pages = { ...place, per_page: resultsPerPage }
  for await (const result of api.evaluations.results.list(options.gateway, made.id, pages)) results.push(result)
  const comparison =
    baseline === null
      ? null
      : await api.evaluations.compare(options.gateway, made.id, baseline, { ...place, per_page: 1 })
  return report(options, { done, results, comparison }, terminal.out)
}

type Api = Tollgate['aiGateway']

function connect({ baseURL, token, account }: EvaluateOptions): { api: Api; place: { account_id: string } } {
  return { api: new Tollgate({ apiToken: token, baseURL }).aiGateway, place: { account_id: account } }
}

async function findDataset(api: Api, { gateway, dataset, account }: EvaluateOptions): Promise<string> {
  const { result } = await api.datasets.list(gateway, { account_id: account, name: dataset })
  if (result[0] !== undefined) return result[0].id
  const found = await orNull(api.datasets.get(gateway, dataset, { account_id: account }))
  if (found === null) throw new ArgumentError(`the gateway ${gateway} has no dataset ${dataset}`)
  return found.id
}

async function findEvaluation(api: Api, { gateway, account }: EvaluateOptions, name: string): Promise<string> {
  const { result } = await api.evaluations.list(gateway, { account_id: account, name })
  if (result[0] !== undefined) return result[0].id
  const found = await orNull(api.evaluations.get(gateway, name, { account_id: account }))
  if (found === null) throw new ArgumentError(`the gateway ${gateway} has no evaluation ${name}`)
  return found.id
}

async function orNull<T>(asked: PromiseLike<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Tollgate.NotFoundError) return null
    throw error
  }
}

/** Null: it was interrupted, and is cancelled. */
async function waitFor(
  api: Api,
  { gateway, account }: EvaluateOptions,
  { id, name }: Evaluation,
  { err, signal }: Terminal,
): Promise<Evaluation | null> {
  const place = { account_id: account }
  const progress = createProgress(err, name)
  while (true) {
    // Of the list, for there it comes without its results.
    const { result } = await api.evaluations.list(gateway, { ...place, search: id })
    const now = result.find((one) => one.id === id)
    if (now === undefined) throw new Error(`the evaluation ${id} was removed while it ran`)
    progress.show(now)
    if (now.processed) {
      progress.end()
      return now
    }
    await sleep(lookEveryMs, undefined, { signal }).catch(() => {})
    if (!signal.aborted) continue
    progress.end()
    await api.evaluations.cancel(gateway, id, place)
    err.write(`The evaluation ${id} was cancelled.\n`)
    return null
  }
}

export interface Outcome {
  done: Evaluation
  results: EvaluationResult[]
  comparison: EvaluationCompareResult | null
}

function report(options: EvaluateOptions, outcome: Outcome, out: Output): number {
  const { done, results, comparison } = outcome
  if (options.junit !== null) writeFileSync(options.junit, writeJunit(done, results))
  if (options.json !== null)
    writeFileSync(options.json, `${JSON.stringify({ ...done, results, comparison }, null, 2)}\n`)
  out.write(resultTable(results))
  if (comparison !== null) out.write(`\n${comparisonTable(comparison)}`)
  const score = done.score === null ? 'none' : done.score.toFixed(4)
  out.write(
    `\nscore ${score}   ${done.completed} of ${done.total} answers   ${done.cost.toFixed(6)} USD   ${done.id}\n`,
  )
  const why = whyNot(options, outcome)
  if (why !== null) out.write(`failed: ${why}\n`)
  return why === null ? 0 : 1
}

/** Why it is not good enough; null: it is. */
function whyNot({ failUnder, maxErrors }: EvaluateOptions, { done, results }: Outcome): string | null {
  if (done.status !== 'complete') return done.error ?? `it ended as ${done.status}`
  const errors = results.filter(({ error }) => error !== null)
  if (errors.length > maxErrors) {
    return `${errors.length} results have no score, and ${maxErrors} may: ${errors[0]?.error ?? ''}`
  }
  if (failUnder === null) return null
  if (done.score === null) return `there is no score, and ${failUnder} was asked for`
  return done.score < failUnder ? `the score is ${done.score}, and ${failUnder} was asked for` : null
}
