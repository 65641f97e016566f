import type { ComparedSums, Pairing } from '../contract/evaluation-comparison.ts'
import {
  type ComparedSide,
  type ComparedSummary,
  type evaluationComparisonRoutes,
} from '../contract/evaluation-comparisons.ts'
import type { CaseScore, EvaluationAnswer, EvaluationRecord } from '../contract/evaluation-record.ts'
import { signTest } from '../evaluators/sign-test.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { ComparedCase } from '../store/store.ts'
import type { ManagementDeps } from './deps.ts'
import { findEvaluation } from './evaluations.ts'
import { nanoToUsdOrNull } from './log-view.ts'
import type { Handlers, Input } from './routes.ts'

type Routes = typeof evaluationComparisonRoutes
type Query = Input<Routes['get']>['query']

/** Below it a change is told as more than chance. */
const significance = 0.05
/** Of the normal distribution, for 95 %. */
const deviations = 1.959964

export function createEvaluationComparisonHandlers(deps: ManagementDeps): Handlers<Routes> {
  const { evaluations } = deps.store
  return {
    async get({ params, query }) {
      const { record } = await findEvaluation(deps, params)
      const { record: other } = await findEvaluation(deps, { ...params, id: params.other_id })
      const { change = null, page, per_page: limit } = query
      const pairing = { number: record.number, other: other.number, models: chooseModels(record, other, query) }
      const [sums, cases] = await Promise.all([
        evaluations.compare(pairing),
        evaluations.comparedCases({ ...pairing, change, skip: (page - 1) * limit, limit }),
      ])
      const sizeOf = (sum: ComparedSums): number =>
        change === null ? sum.better + sum.worse + sum.same + sum.unscored : sum[change]
      return {
        result: {
          evaluation_id: record.id,
          other_id: other.id,
          same_cases: versionsOf(record) === versionsOf(other),
          summary: sums.map(summarize),
          total_cases: sums.reduce((total, sum) => total + sizeOf(sum), 0),
          cases: cases.map(presentCase),
        },
      }
    },
  }
}

/** Where each has one model these two are meant; else those that are named, or each with itself. Throws `input_invalid`. */
function chooseModels(record: EvaluationRecord, other: EvaluationRecord, query: Query): Pairing['models'] {
  const own = query.model ?? onlyModel(record)
  const theirs = query.other_model ?? onlyModel(other)
  requireModel('model', record, own)
  requireModel('other_model', other, theirs)
  if (own !== undefined && theirs !== undefined) {
    if (record.number !== other.number || own !== theirs) return { own, other: theirs }
    throw invalid('other_model', 'an evaluation is compared with itself by two of its models: name both')
  }
  if (own === undefined && theirs === undefined) {
    if (record.number !== other.number) return null
    throw invalid('model', 'an evaluation is compared with itself by two of its models: name both')
  }
  const [field, several] = own === undefined ? (['model', record] as const) : (['other_model', other] as const)
  const one = own ?? theirs ?? null
  if (one !== null && several.spec.models.includes(one)) return { own: one, other: one }
  throw invalid(field, `the evaluation ${several.id} has several models: name one of ${several.spec.models.join(', ')}`)
}

/** Null: logged answers were judged; undefined: there are several. */
function onlyModel({ spec }: EvaluationRecord): string | null | undefined {
  return spec.models.length > 1 ? undefined : (spec.models[0] ?? null)
}

function requireModel(field: string, { id, spec }: EvaluationRecord, model: string | null | undefined): void {
  if (typeof model !== 'string' || spec.models.includes(model)) return
  const has = spec.models.length === 0 ? 'none' : spec.models.join(', ')
  throw invalid(field, `${model} is no model of the evaluation ${id}, which has ${has}`)
}

function versionsOf({ spec }: EvaluationRecord): string {
  return spec.datasets
    .map(({ number, version }) => `${number}@${version}`)
    .toSorted()
    .join()
}

function summarize(sums: ComparedSums): ComparedSummary {
  const { better, worse, same, scoreSum, otherScoreSum, squareSum } = sums
  const pairs = better + worse + same
  const mean = (sum: number): number | null => (pairs === 0 ? null : rounded(sum / pairs))
  const difference = mean(scoreSum - otherScoreSum)
  const variance = (squareSum - (scoreSum - otherScoreSum) ** 2 / pairs) / (pairs - 1)
  const reach = pairs < 2 ? null : deviations * Math.sqrt(Math.max(0, variance) / pairs)
  const bound = (sign: 1 | -1): number | null =>
    difference === null || reach === null ? null : rounded(Math.min(1, Math.max(-1, difference + sign * reach)))
  const p = pairs === 0 ? null : signTest(better, worse)
  return {
    evaluation_type_id: sums.evaluator,
    model: sums.model,
    other_model: sums.otherModel,
    pairs,
    better,
    worse,
    same,
    unscored: sums.unscored,
    score: mean(scoreSum),
    other_score: mean(otherScoreSum),
    difference,
    difference_low: bound(-1),
    difference_high: bound(1),
    p_value: p,
    is_significant: p !== null && p < significance,
    mean_cost: nanoToUsdOrNull(sums.costNanoUsd),
    other_mean_cost: nanoToUsdOrNull(sums.otherCostNanoUsd),
    mean_duration_ms: sums.durationMs,
    other_mean_duration_ms: sums.otherDurationMs,
  }
}

/** Answers come in any order, and the last digits of a sum depend on it. */
function rounded(value: number): number {
  return Number(value.toFixed(12))
}

function presentCase({ change, answer, score, otherAnswer, otherScore }: ComparedCase) {
  const isScored = score.score !== null && otherScore.score !== null
  return {
    evaluation_type_id: score.evaluator,
    dataset_id: answer.datasetId,
    item_id: answer.itemId,
    // Both were read by `testCaseSchema` before they were stored.
    input: answer.input as string,
    ...(answer.expected !== undefined && { expected_output: answer.expected as string }),
    change,
    difference: isScored ? rounded(Number(score.score) - Number(otherScore.score)) : null,
    evaluation: presentSide(answer, score),
    other: presentSide(otherAnswer, otherScore),
  }
}

function presentSide(answer: EvaluationAnswer, { score, passed, reason, error }: CaseScore): ComparedSide {
  return {
    model: answer.model,
    output: answer.output,
    score,
    passed,
    reason,
    error,
    cost: nanoToUsdOrNull(answer.costNanoUsd),
    duration_ms: answer.durationMs,
    log_id: answer.logId,
  }
}

function invalid(field: string, message: string): GatewayError {
  return new GatewayError('input_invalid', `${field}: ${message}`, { path: ['query', field] })
}
