import type { EvaluationTypeName } from '../contract/evaluation-types.ts'
import { contains } from './contains.ts'
import { cost } from './cost.ts'
import type { Evaluator } from './evaluator.ts'
import { exactMatch } from './exact-match.ts'
import { humanFeedback } from './human-feedback.ts'
import { jsonMatch } from './json-match.ts'
import { jsonValidity } from './json-validity.ts'
import { levenshtein } from './levenshtein.ts'
import { llmJudge } from './llm-judge.ts'
import { numericDiff } from './numeric-diff.ts'
import { regex } from './regex.ts'
import { semanticSimilarity } from './semantic-similarity.ts'
import { speed } from './speed.ts'
import { startsWith } from './starts-with.ts'

/** Every evaluator by the name that it has in the API. */
export const evaluators: Readonly<Record<EvaluationTypeName, Evaluator>> = {
  exact_match: exactMatch,
  contains,
  starts_with: startsWith,
  regex,
  levenshtein,
  numeric_diff: numericDiff,
  json_validity: jsonValidity,
  json_match: jsonMatch,
  semantic_similarity: semanticSimilarity,
  llm_judge: llmJudge,
  cost,
  speed,
  human_feedback: humanFeedback,
}

/** The evaluator of that name. */
export function findEvaluator(name: string): Evaluator | undefined {
  return Object.hasOwn(evaluators, name) ? evaluators[name as EvaluationTypeName] : undefined
}
