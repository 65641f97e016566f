import type { CaseScore, EvaluationAnswer, EvaluationRecord, FoldedResult } from '../contract/evaluation-record.ts'
import type { Evaluation, EvaluationResult } from '../contract/evaluations.ts'
import type { ManagementDeps } from './deps.ts'
import { presentDataset } from './dataset-view.ts'
import { nanoToUsd, nanoToUsdOrNull } from './log-view.ts'
import { toIso } from './present.ts'

/** An evaluation as lists show it. */
export function presentEvaluation(record: EvaluationRecord): Evaluation {
  const { spec, folded, scored, scoreSum } = record
  const { accountId, gatewayId } = spec
  return {
    id: record.id,
    name: record.name,
    gateway_id: gatewayId,
    schedule_id: record.scheduleId,
    status: record.status,
    error: record.error,
    // Answers come in any order, and the last digits of a sum depend on it.
    score: scored === 0 ? null : Number((scoreSum / scored).toFixed(12)),
    processed: record.status === 'complete' || record.status === 'failed',
    total: record.total,
    completed: record.completed,
    failed: record.failed,
    total_logs:
      record.completed + Math.max(0, ...(folded ?? []).filter(({ model }) => model === null).map(({ rows }) => rows)),
    cost: nanoToUsd(record.costNanoUsd),
    models: spec.models,
    prompt: spec.prompt,
    params: spec.params as Evaluation['params'],
    evaluation_types: spec.evaluators.map(({ type, settings }) => ({
      id: type,
      settings: settings as Evaluation['evaluation_types'][number]['settings'],
    })),
    datasets: spec.datasets.map((dataset) => presentDataset({ accountId, id: gatewayId }, dataset)),
    results: [],
    created_at: toIso(record.createdMs),
    modified_at: toIso(record.modifiedMs),
  }
}

/** An answer is held in one piece, and cases may be large. */
const inlineCharacters = 8 << 20
const resultsPerRead = 50

/** The first results of an evaluation: `limit` of them, or fewer where they are large. */
export async function readFirstResults(
  deps: Pick<ManagementDeps, 'store'>,
  record: EvaluationRecord,
  limit: number,
): Promise<EvaluationResult[]> {
  const results: EvaluationResult[] = []
  for (let characters = 0; results.length < limit && characters < inlineCharacters;) {
    const asked = Math.min(resultsPerRead, limit - results.length)
    const some = await readResults(deps, record, { skip: results.length, limit: asked })
    results.push(...some)
    if (some.length < asked) break
    characters += JSON.stringify(some).length
  }
  return results
}

/** A stretch of an evaluation's results: of logs first, then case by case. */
export async function readResults(
  { store }: Pick<ManagementDeps, 'store'>,
  record: EvaluationRecord,
  { skip, limit }: { skip: number; limit: number },
): Promise<EvaluationResult[]> {
  const folded = (record.folded ?? []).slice(skip, skip + limit)
  const before = Math.max(0, skip - (record.folded?.length ?? 0))
  const rest = limit - folded.length
  const scores = rest === 0 ? [] : await store.evaluations.scores({ number: record.number, skip: before, limit: rest })
  return [
    ...folded.map((result, at) => presentFolded(record, result, skip + at)),
    ...scores.map(({ answer, score }) => presentScore(record, answer, score)),
  ]
}

function presentFolded({ id }: EvaluationRecord, result: FoldedResult, at: number): EvaluationResult {
  const time = toIso(result.atMs)
  return {
    id: `${id}-logs-${at}`,
    created_at: time,
    modified_at: time,
    evaluation_id: id,
    evaluation_type_id: result.evaluator,
    result: result.result,
    ...statusOf(result.error),
    total_logs: result.rows,
    reason: result.reason,
    score: result.score,
    dataset_id: result.datasetId,
    model: result.model,
    error: result.error,
  }
}

function presentScore({ id }: EvaluationRecord, answer: EvaluationAnswer, score: CaseScore): EvaluationResult {
  const time = toIso(answer.atMs)
  return {
    id: `${id}-${answer.position}-${score.evaluator}`,
    created_at: time,
    modified_at: time,
    evaluation_id: id,
    evaluation_type_id: score.evaluator,
    result: score.score === null ? '' : String(score.score),
    ...statusOf(score.error),
    total_logs: 1,
    reason: score.reason,
    score: score.score,
    dataset_id: answer.datasetId,
    model: answer.model,
    error: score.error,
    item_id: answer.itemId,
    // It was read by `testCaseSchema` before it was stored.
    input: answer.input as NonNullable<EvaluationResult['input']>,
    ...(answer.expected !== undefined && {
      expected_output: answer.expected as NonNullable<EvaluationResult['input']>,
    }),
    output: answer.output,
    passed: score.passed,
    log_id: answer.logId,
    cost: nanoToUsdOrNull(answer.costNanoUsd),
    duration_ms: answer.durationMs,
  }
}

function statusOf(error: string | null): { status: number; status_description: string } {
  return error === null ? { status: 1, status_description: 'done' } : { status: 2, status_description: error }
}
