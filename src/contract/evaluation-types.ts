import { z } from 'zod'
import { accountIdSchema, pageSchema } from './envelope.ts'
import { defineRoute } from './route.ts'

/** An evaluator. `case` scores one answer to a test case from 0 to 1, `log` folds rows to one figure. */
interface EvaluationType {
  name: string
  type: 'case' | 'log'
  description: string
}

/** All evaluators, in the order in which they are told. The name is the id too. */
export const evaluationTypes = [
  { name: 'exact_match', type: 'case', description: 'The answer is the expected text.' },
  { name: 'contains', type: 'case', description: 'The answer contains the expected text.' },
  { name: 'starts_with', type: 'case', description: 'The answer begins with the expected text.' },
  { name: 'regex', type: 'case', description: 'The answer matches the expected regular expression.' },
  { name: 'levenshtein', type: 'case', description: 'How near the answer is to the expected text, by edit distance.' },
  { name: 'numeric_diff', type: 'case', description: 'How near the number in the answer is to the expected one.' },
  { name: 'json_validity', type: 'case', description: 'The answer is valid JSON.' },
  { name: 'json_match', type: 'case', description: 'The share of the expected JSON that the answer has.' },
  { name: 'semantic_similarity', type: 'case', description: 'How near the answer is in meaning, by embeddings.' },
  { name: 'llm_judge', type: 'case', description: 'How a model judges the answer.' },
  { name: 'cost', type: 'log', description: 'Mean cost of a request, in USD.' },
  { name: 'speed', type: 'log', description: 'Mean duration of a request, in milliseconds.' },
  { name: 'human_feedback', type: 'log', description: 'Share of thumbs up among the rated requests, in percent.' },
] as const satisfies readonly EvaluationType[]

export type EvaluationTypeName = (typeof evaluationTypes)[number]['name']

/** An evaluator as the API shows it. */
const evaluationTypeSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: z.enum(['case', 'log']),
  description: z.string(),
  enable: z.boolean(),
  settings: z.record(z.string(), z.json()).describe('The JSON Schema of its settings.'),
  mandatory: z.boolean().describe('Whether every evaluation runs it; none is.'),
  created_at: z.iso.datetime(),
  modified_at: z.iso.datetime(),
})

export const evaluationTypeRoutes = {
  list: defineRoute({
    name: 'evaluationTypes.list',
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/evaluation-types',
    summary: 'The evaluators that an evaluation may use.',
    permission: 'AI Gateway Read',
    params: z.object({ account_id: accountIdSchema }),
    query: z.strictObject({
      page: pageSchema,
      per_page: z.coerce.number().int().min(5).max(50).default(20),
      order_by: z.enum(evaluationTypeSchema.omit({ settings: true }).keyof().options).default('mandatory'),
      order_by_direction: z.enum(['asc', 'desc']).default('desc'),
    }),
    body: null,
    result: z.array(evaluationTypeSchema),
  }),
}
