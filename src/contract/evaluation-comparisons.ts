import { z } from 'zod'
import { pageSchema } from './envelope.ts'
import { caseChanges } from './evaluation-comparison.ts'
import { evaluationParams, evaluationsPath } from './evaluations.ts'
import { defineRoute } from './route.ts'

const sideSchema = z.object({
  model: z.string().nullable(),
  output: z.string().nullable(),
  score: z.number().nullable(),
  passed: z.boolean().nullable(),
  reason: z.string(),
  error: z.string().nullable(),
  cost: z.number().nullable().describe('USD.'),
  duration_ms: z.number().nullable(),
  log_id: z.string().nullable(),
})
export type ComparedSide = z.output<typeof sideSchema>

const changeSchema = z.enum(caseChanges)

/** One case, judged by one evaluator, in both evaluations. */
const comparedCaseSchema = z.object({
  evaluation_type_id: z.string(),
  dataset_id: z.string(),
  item_id: z.string(),
  input: z.json().describe('Of this evaluation.'),
  expected_output: z.json().optional(),
  change: changeSchema.describe('From the other evaluation to this one. `unscored`: one of the two has no score.'),
  difference: z.number().nullable().describe('The score here less the one there.'),
  evaluation: sideSchema,
  other: sideSchema,
})

/** All cases together, by evaluator and models. */
const comparedSummarySchema = z.object({
  evaluation_type_id: z.string(),
  model: z.string().nullable(),
  other_model: z.string().nullable(),
  pairs: z.int().describe('Cases with a score in both evaluations. Scores, difference and p_value are of these.'),
  better: z.int(),
  worse: z.int(),
  same: z.int(),
  unscored: z.int(),
  score: z.number().nullable().describe('The mean.'),
  other_score: z.number().nullable(),
  difference: z.number().nullable().describe('The mean score here less the one there.'),
  difference_low: z.number().nullable().describe('With difference_high: where it lies with 95 % confidence.'),
  difference_high: z.number().nullable(),
  p_value: z
    .number()
    .nullable()
    .describe('Of the exact sign test (of 0 and 1: McNemar): how likely chance alone would make as uneven a change.'),
  is_significant: z.boolean().describe('Whether p_value is below 0.05.'),
  mean_cost: z.number().nullable().describe('USD for an answer, with what evaluators asked for it.'),
  other_mean_cost: z.number().nullable(),
  mean_duration_ms: z.number().nullable(),
  other_mean_duration_ms: z.number().nullable(),
})
export type ComparedSummary = z.output<typeof comparedSummarySchema>

const comparisonSchema = z.object({
  evaluation_id: z.string(),
  other_id: z.string(),
  same_cases: z
    .boolean()
    .describe(
      'Whether both ran on the same versions of the same datasets; else a case of one id may have been changed.',
    ),
  summary: z.array(comparedSummarySchema),
  total_cases: z.int().describe('How many there are on all pages.'),
  cases: z.array(comparedCaseSchema),
})

export const evaluationComparisonRoutes = {
  get: defineRoute({
    name: 'evaluations.compare',
    method: 'GET',
    path: `${evaluationsPath}/{id}/compare/{other_id}`,
    summary:
      'Sets an evaluation beside another one: which cases it answers better or worse, and whether that may be chance.',
    permission: 'AI Gateway Read',
    params: evaluationParams.extend({ other_id: z.string() }),
    query: z.strictObject({
      page: pageSchema,
      per_page: z.coerce.number().int().min(1).max(100).default(20),
      change: changeSchema.optional().describe('Only these cases.'),
      model: z.string().optional().describe('Where this evaluation has several.'),
      other_model: z
        .string()
        .optional()
        .describe('Where the other one has several. Without both, each model is compared with itself.'),
    }),
    body: null,
    result: comparisonSchema,
  }),
}
