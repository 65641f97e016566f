import { z } from 'zod'
import { accountIdSchema, pageSchema } from '../src/contract/envelope.ts'
import type { Route } from '../src/contract/route.ts'

/**
 * Calls that the client has already and the server's contract has not yet. Each goes the moment the contract has a route
 * of that name: a test fails as long as both have it.
 */

const time = z.iso.datetime()
const filter = z.object({
  key: z.string(),
  operator: z.enum(['eq', 'neq', 'contains', 'lt', 'gt']),
  value: z.array(z.union([z.string(), z.number(), z.boolean()])),
})
const testCase = z.looseObject({ input: z.json(), expected_output: z.json().optional() })

const datasetSchema = z.object({
  id: z.string(),
  name: z.string(),
  gateway_id: z.string(),
  enable: z.boolean(),
  filters: z.array(filter),
  data: z.array(testCase).optional().describe('The test cases, up to 1000 of them; not in lists.'),
  created_at: time,
  modified_at: time,
})

const evaluationResult = z.object({
  id: z.string(),
  created_at: time,
  modified_at: time,
  evaluation_id: z.string(),
  evaluation_type_id: z.string(),
  result: z.string(),
  status: z.number(),
  status_description: z.string(),
  total_logs: z.number(),
  input: z.json().optional(),
  expected_output: z.json().optional(),
  output: z.json().optional(),
  score: z.number().nullable().optional(),
  passed: z.boolean().nullable().optional(),
  log_id: z.string().nullable().optional(),
  model: z.string().nullable().optional(),
  error: z.string().nullable().optional(),
})

const evaluationSchema = z.object({
  id: z.string(),
  name: z.string(),
  gateway_id: z.string(),
  status: z.enum(['pending', 'running', 'complete', 'failed']),
  score: z.number().nullable().describe('From 0 to 1, the mean over what was scored; null where nothing was.'),
  processed: z.boolean(),
  total_logs: z.number(),
  datasets: z.array(datasetSchema),
  results: z.array(evaluationResult).optional().describe('Up to 1000 of them; not in lists.'),
  error: z.string().nullable().optional(),
  created_at: time,
  modified_at: time,
})

const account = '/accounts/{account_id}/ai-gateway'
const gateway = `${account}/gateways/{gateway_id}`
const page = { page: pageSchema, per_page: z.coerce.number().int().min(1).max(100).default(20) }
const loose = z.record(z.string(), z.unknown())

/** Its path parameters are read from the path; what is not given is not there. */
function planned(
  name: string,
  method: Route['method'],
  path: string,
  parts: { summary: string } & Partial<Pick<Route, 'query' | 'body' | 'result' | 'resultKey'>>,
): Route {
  const params = Array.from(path.matchAll(/\{(\w+)\}/g), ([, param = '']) => [param, z.string()] as const)
  return {
    name,
    method,
    path,
    permission: method === 'GET' ? 'AI Gateway Read' : 'AI Gateway Write',
    params: z.object(Object.fromEntries(params)).extend({ account_id: accountIdSchema }),
    query: z.object({}),
    body: null,
    result: loose,
    ...parts,
  }
}

const evaluations = `${gateway}/evaluations`

export const plannedRoutes: readonly Route[] = [
  planned('evaluations.list', 'GET', evaluations, {
    summary: 'Evaluations of a gateway.',
    query: z.object({
      ...page,
      name: z.string().optional(),
      processed: z.boolean().optional(),
      search: z.string().optional(),
    }),
    result: z.array(evaluationSchema),
  }),
  planned('evaluations.create', 'POST', evaluations, {
    summary: 'Begins an evaluation of datasets.',
    body: z.object({
      name: z.string().optional(),
      dataset_id: z.string().optional(),
      evaluation_type: z.string().optional(),
      dataset_ids: z.array(z.string()).optional(),
      evaluation_type_ids: z.array(z.string()).optional(),
      model: z.string().optional().describe('The model that answers the test cases, `provider/model`.'),
      prompt: z.string().optional(),
      params: z.record(z.string(), z.unknown()).optional(),
    }),
    result: evaluationSchema,
  }),
  planned('evaluations.get', 'GET', `${evaluations}/{id}`, {
    summary: 'One evaluation with its results.',
    result: evaluationSchema,
  }),
  planned('evaluations.delete', 'DELETE', `${evaluations}/{id}`, {
    summary: 'Removes an evaluation.',
    result: evaluationSchema,
  }),
]
