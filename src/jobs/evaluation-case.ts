import type { CaseScore, EvaluationAnswer, EvaluationSpec } from '../contract/evaluation-record.ts'
import type { DatasetItem } from '../contract/dataset-record.ts'
import type { Ask } from '../evaluators/evaluator.ts'
import { findEvaluator } from '../evaluators/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { AskFailed, type Asked, type Models, textOfAnswer } from './evaluation-ask.ts'
import type { LoggedAnswer } from './logged-answers.ts'

export interface CaseDeps {
  models: Models
  clock: Clock
  /** Where no model answers. */
  logged: (input: unknown) => LoggedAnswer | null
}

/** A case, its place, and who answers it. */
export interface Task {
  position: number
  datasetId: string
  item: DatasetItem
  model: string | null
}

/** Has one case answered and judged. What fails is said in what it gives; rejects only where the run itself ends. */
export async function runCase(deps: CaseDeps, spec: EvaluationSpec, task: Task): Promise<EvaluationAnswer> {
  const { position, datasetId, item, model } = task
  const { input, expected_output: expected } = item.body
  const answer: EvaluationAnswer = {
    position,
    datasetId,
    itemId: item.id,
    model,
    input,
    expected,
    output: null,
    logId: null,
    costNanoUsd: null,
    durationMs: null,
    error: null,
    atMs: deps.clock.nowMs(),
    scores: [],
  }
  const tally = (asked: Asked): Asked => {
    if (asked.costNanoUsd !== null) answer.costNanoUsd = (answer.costNanoUsd ?? 0) + asked.costNanoUsd
    return asked
  }
  try {
    if (model === null) takeLogged(deps, answer)
    else {
      const asked = tally(await deps.models.chat(model, messagesOf(spec.prompt, input), spec.params))
      answer.logId = asked.logId
      answer.durationMs = asked.durationMs
      answer.output = textOfAnswer(model, asked)
    }
  } catch (error) {
    if (!(error instanceof AskFailed)) throw error
    answer.error = error.message
    answer.logId ??= error.logId
  }
  const ask = askOf(deps.models, tally)
  for (const evaluator of spec.evaluators) {
    const score = await judge(evaluator, answer, ask)
    if (score !== null) answer.scores.push(score)
  }
  return answer
}

function takeLogged({ logged }: CaseDeps, answer: EvaluationAnswer): void {
  const found = logged(answer.input)
  if (found === null) {
    throw new AskFailed(
      'no model answers: name one as model (provider/model) or as evaluation_model of the gateway, and give a key for it; ' +
        'and no answer to this input was logged',
      null,
    )
  }
  answer.logId = found.logId
  answer.output = found.output
}

async function judge(
  { type, settings }: EvaluationSpec['evaluators'][number],
  { input, expected, output, error }: EvaluationAnswer,
  ask: Ask,
): Promise<CaseScore | null> {
  const evaluator = findEvaluator(type)
  if (evaluator?.type !== 'case') return null
  const none = { evaluator: type, score: null, passed: null, reason: '' }
  if (output === null) return { ...none, error }
  try {
    const score = await evaluator.score({ input, expected, output }, settings, ask)
    return { evaluator: type, ...score, error: score.score === null ? score.reason : null }
  } catch (failed) {
    if (!(failed instanceof AskFailed)) throw failed
    return { ...none, error: failed.message }
  }
}

function askOf(models: Models, tally: (asked: Asked) => Asked): Ask {
  return {
    async chat(model, messages, params) {
      return textOfAnswer(model, tally(await models.chat(model, messages, params)))
    },
    async embed(model, texts) {
      const { body } = tally(await models.embed(model, texts))
      const data = (body as { data?: unknown } | null)?.data
      if (!Array.isArray(data) || !data.every(hasEmbedding)) throw new AskFailed(`${model} gave no embeddings`, null)
      return data.map(({ embedding }) => embedding)
    },
  }
}

function hasEmbedding(item: unknown): item is { embedding: number[] } {
  const { embedding } = (item ?? {}) as { embedding?: unknown }
  return Array.isArray(embedding) && embedding.every((value) => typeof value === 'number')
}

const place = '{{input}}'

/** The messages of a chat: the prompt goes before the case, or the case into the prompt. */
function messagesOf(prompt: string | null, input: unknown): unknown[] {
  const text = typeof input === 'string' ? input : JSON.stringify(input)
  if (prompt?.includes(place)) return [{ role: 'user', content: prompt.replaceAll(place, () => text) }]
  const before = prompt === null ? [] : [{ role: 'system', content: prompt }]
  return [...before, ...(Array.isArray(input) ? (input as unknown[]) : [{ role: 'user', content: text }])]
}
