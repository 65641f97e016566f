import type { z } from 'zod'
import type { LogFold } from '../contract/evaluation-record.ts'

/*
 * An evaluator judges one answer to a test case (`case`), or folds rows to one figure (`log`). Pure: what one needs of the
 * world, a model or embeddings, is handed in as `ask`. To add one: a file here that exports it, a line in `index.ts`, its name
 * in `contract/evaluation-types.ts`, a test. Its settings are a zod schema: the API validates with it and shows it.
 */

/** What is judged. */
export interface Judged {
  input: unknown
  /** Undefined where the case has none. */
  expected: unknown
  output: string
}

/** From 0 to 1 and why; null: it cannot be scored, and `reason` says what to change. */
export interface Score {
  score: number | null
  passed: boolean | null
  reason: string
}

/** Asks through the gateway, with the rights and at the cost of the evaluation. Rejects with what went wrong. */
export interface Ask {
  chat(model: string, messages: { role: string; content: string }[], params: Record<string, unknown>): Promise<string>
  embed(model: string, texts: string[]): Promise<number[][]>
}

export interface CaseEvaluator<Settings extends z.ZodType = z.ZodType> {
  type: 'case'
  settings: Settings
  score(judged: Judged, settings: z.output<Settings>, ask: Ask): Score | Promise<Score>
}

export interface LogEvaluator {
  type: 'log'
  settings: z.ZodType
  /** `result` is a plain decimal, empty where there is nothing to fold. */
  fold(sums: LogFold): { result: string; score: number | null; reason: string }
}

export type Evaluator = CaseEvaluator | LogEvaluator

/** Lets the compiler hold `score` against the settings' own schema. */
export function defineCaseEvaluator<Settings extends z.ZodType>(evaluator: CaseEvaluator<Settings>): CaseEvaluator {
  // Whoever calls `score` has read the settings with this evaluator's schema.
  return evaluator as unknown as CaseEvaluator
}

/** All or nothing. */
export function yesOrNo(passed: boolean, reason: string): Score {
  return { score: passed ? 1 : 0, passed, reason }
}

export function unscored(reason: string): Score {
  return { score: null, passed: null, reason }
}

/** A text as it may stand in a reason. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text)
}
