import { z } from 'zod'
import { flagSchema } from './custom-providers.ts'
import { datasetItselfSchema } from './datasets.ts'
import { accountIdSchema, pageSchema } from './envelope.ts'
import { defineRoute } from './route.ts'

/** How many results an answer holds; all are at `results`. */
export const mostResultsInline = 1000

/** One evaluator's judgement of one answer; or, over logs, of all rows. */
const resultSchema = z.object({
  id: z.string(),
  created_at: z.iso.datetime(),
  modified_at: z.iso.datetime(),
  evaluation_id: z.string(),
  evaluation_type_id: z.string(),
  result: z.string().describe('A plain decimal: the score of a case, or what an evaluator over logs found.'),
  status: z.int().describe('1: done; 2: it could not be done, and `error` says why.'),
  status_description: z.string(),
  total_logs: z.int().describe('How many rows or answers it is about.'),
  reason: z.string(),
  score: z.number().nullable(),
  dataset_id: z.string().nullable(),
  model: z.string().nullable(),
  error: z.string().nullable(),
  item_id: z.string().optional().describe('This and all that follows: of a test case only.'),
  input: z.json().optional(),
  expected_output: z.json().optional(),
  output: z.string().nullable().optional(),
  passed: z.boolean().nullable().optional(),
  log_id: z.string().nullable().optional().describe('The row of the answer.'),
  cost: z.number().nullable().optional().describe('USD, with what the evaluators asked for this case.'),
  duration_ms: z.number().nullable().optional(),
})
export type EvaluationResult = z.output<typeof resultSchema>

/** An evaluation as the API shows it. */
const evaluationSchema = z.object({
  id: z.string(),
  name: z.string(),
  gateway_id: z.string(),
  schedule_id: z.string().nullable().describe('The schedule that made it.'),
  status: z.enum(['pending', 'running', 'complete', 'failed']),
  error: z.string().nullable().describe('Why it failed.'),
  score: z
    .number()
    .nullable()
    .describe('From 0 to 1, the mean over all that was scored, cost and speed left out; null where nothing was.'),
  processed: z.boolean().describe('Whether it has ended.'),
  total: z.int().describe('How many answers it asks for in all.'),
  completed: z.int(),
  failed: z.int().describe('Of the completed, those without an answer.'),
  total_logs: z.int(),
  cost: z.number().describe('USD so far.'),
  models: z.array(z.string()).describe('What answers the test cases; none: answers that were logged are judged.'),
  prompt: z.string().nullable(),
  params: z.record(z.string(), z.json()),
  evaluation_types: z.array(z.object({ id: z.string(), settings: z.json() })),
  datasets: z.array(datasetItselfSchema).describe('As they were when the evaluation was made.'),
  results: z
    .array(resultSchema)
    .describe(`The first ${mostResultsInline}, fewer where they are large; none in lists. All are at \`results\`.`),
  created_at: z.iso.datetime(),
  modified_at: z.iso.datetime(),
})
export type Evaluation = z.output<typeof evaluationSchema>

/** `provider/model`, or `dynamic/route`. */
const modelSchema = z
  .string()
  .max(512)
  .regex(/^[^/\s]+\/\S+$/, 'a model is named provider/model, like openai/gpt-4o-mini')
const ids = (most: number) => z.array(z.string().min(1)).min(1).max(most)

export const evaluationsPath = '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/evaluations'
const evaluationsParams = z.object({ account_id: accountIdSchema, gateway_id: z.string() })
export const evaluationParams = evaluationsParams.extend({ id: z.string() })
const noQuery = z.object({})
const page = { page: pageSchema, per_page: z.coerce.number().int().min(1).max(100).default(20) }

const bodyShape = {
  dataset_id: z.string().min(1).optional(),
  dataset_ids: ids(5).optional(),
  evaluation_type: z.string().min(1).optional(),
  evaluation_type_ids: ids(20).optional(),
  settings: z
    .record(z.string(), z.json())
    .default({})
    .describe('Of the evaluators, by their names: {"levenshtein":{"threshold":0.9}}.'),
  model: modelSchema.optional().describe('The model that answers the test cases: `provider/model`.'),
  models: z.array(modelSchema).min(1).max(10).optional(),
  prompt: z
    .string()
    .max(100_000)
    .optional()
    .describe('Said before each case; where it holds {{input}}, the case is put in there.'),
  params: z.record(z.string(), z.json()).default({}).describe('For the model, like {"temperature":0}.'),
  concurrency: z.int().min(1).max(32).default(8).describe('Calls at the same time.'),
  timeout_ms: z
    .int()
    .min(1)
    .max(900_000)
    .default(120_000)
    .describe('For one answer of a model; a case whose model takes longer has none.'),
  budget_usd: z.number().positive().max(1_000_000).optional().describe('It ends as failed where it has cost as much.'),
}

interface Alternatives {
  dataset_id?: string | undefined
  dataset_ids?: string[] | undefined
  evaluation_type?: string | undefined
  evaluation_type_ids?: string[] | undefined
  model?: string | undefined
  models?: string[] | undefined
}

/** Each is given as one or as several, and not as both. */
function checkAlternatives(body: Alternatives, context: z.RefinementCtx): void {
  const either = (
    one: 'dataset_id' | 'evaluation_type' | 'model',
    many: 'dataset_ids' | 'evaluation_type_ids' | 'models',
  ) => {
    const isNeeded = one !== 'model'
    const count = Number(body[one] !== undefined) + Number(body[many] !== undefined)
    if (count === 2) context.addIssue({ code: 'custom', path: [many], message: `not together with ${one}` })
    if (count === 0 && isNeeded) context.addIssue({ code: 'custom', path: [one], message: `Required, or ${many}` })
  }
  either('dataset_id', 'dataset_ids')
  either('evaluation_type', 'evaluation_type_ids')
  either('model', 'models')
}

const createBody = z
  .strictObject({
    name: z.string().trim().min(1).max(256).optional().describe('Made where it is not given.'),
    ...bodyShape,
  })
  .superRefine(checkAlternatives)

/** What a schedule makes each time: the same without a name. */
export const scheduledEvaluationSchema = z.strictObject(bodyShape).superRefine(checkAlternatives)

export const evaluationRoutes = {
  list: defineRoute({
    name: 'evaluations.list',
    method: 'GET',
    path: evaluationsPath,
    summary: 'The evaluations of a gateway, newest first.',
    permission: 'AI Gateway Read',
    params: evaluationsParams,
    query: z.strictObject({
      ...page,
      name: z.string().optional(),
      processed: flagSchema.optional(),
      schedule_id: z.string().optional().describe('Only what this schedule made: its results over time.'),
      search: z.string().optional().describe('A part of id or name.'),
    }),
    body: null,
    result: z.array(evaluationSchema),
  }),
  create: defineRoute({
    name: 'evaluations.create',
    method: 'POST',
    path: evaluationsPath,
    summary: 'Begins an evaluation of datasets. Where a model answers, it needs AI Gateway Run too.',
    permission: 'AI Gateway Write',
    params: evaluationsParams,
    query: noQuery,
    body: createBody,
    result: evaluationSchema,
  }),
  get: defineRoute({
    name: 'evaluations.get',
    method: 'GET',
    path: `${evaluationsPath}/{id}`,
    summary: 'One evaluation with its results.',
    permission: 'AI Gateway Read',
    params: evaluationParams,
    query: noQuery,
    body: null,
    result: evaluationSchema,
  }),
  delete: defineRoute({
    name: 'evaluations.delete',
    method: 'DELETE',
    path: `${evaluationsPath}/{id}`,
    summary: 'Removes an evaluation with its results; one that runs is ended.',
    permission: 'AI Gateway Write',
    params: evaluationParams,
    query: noQuery,
    body: null,
    result: evaluationSchema,
  }),
  cancel: defineRoute({
    name: 'evaluations.cancel',
    method: 'POST',
    path: `${evaluationsPath}/{id}/cancel`,
    summary: 'Ends an evaluation that is not complete; what it found so far stays.',
    permission: 'AI Gateway Write',
    params: evaluationParams,
    query: noQuery,
    body: null,
    result: evaluationSchema,
  }),
  results: defineRoute({
    name: 'evaluations.results.list',
    method: 'GET',
    path: `${evaluationsPath}/{id}/results`,
    summary: 'All results of an evaluation: of logs first, then case by case.',
    permission: 'AI Gateway Read',
    params: evaluationParams,
    query: z.strictObject(page),
    body: null,
    result: z.array(resultSchema),
  }),
}
