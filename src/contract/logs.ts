import { z } from 'zod'
import { accountIdSchema } from './envelope.ts'
import { logDeleteBodySchema, logDeleteQuerySchema, logExportQuerySchema, logListQuerySchema } from './log-queries.ts'
import { defineRoute } from './route.ts'

/** Flat. */
const metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/** A row as lists show it. Times are milliseconds, money is USD. */
export const logItemSchema = z.object({
  id: z.string(),
  created_at: z.iso.datetime(),
  timestamp: z.iso.datetime().describe('The same as `created_at`.'),
  provider: z.string(),
  model: z.string(),
  model_type: z.string().nullable(),
  path: z.string(),
  request_type: z.string().nullable(),
  request_content_type: z.string().nullable(),
  response_content_type: z.string().nullable(),
  duration: z.number(),
  duration_ms: z.number().describe('The same as `duration`.'),
  first_byte_ms: z.number().nullable().describe("Until the first byte of the answer's body; null if none came."),
  timings: z.object({ total: z.number(), latency: z.number().nullable() }),
  status_code: z.int(),
  success: z.boolean(),
  cached: z.boolean(),
  outcome: z.string(),
  error: z.string().nullable(),
  tokens_in: z.int().nullable(),
  tokens_out: z.int().nullable(),
  saved_tokens_in: z.int().nullable(),
  saved_tokens_out: z.int().nullable(),
  saved_cost: z.number().nullable(),
  usage_metadata: z
    .object({
      input_tokens: z.int(),
      output_tokens: z.int(),
      total_tokens: z.int(),
      output_reasoning_tokens: z.int(),
      input_cached_tokens: z.int(),
    })
    .nullable(),
  cost: z.number().nullable().describe('Null where it is not known; never a guess.'),
  custom_cost: z.boolean(),
  metadata: metadata.nullable(),
  step: z.int(),
  event_id: z.string(),
  user_agent: z.string().nullable(),
  feedback: z.number().nullable(),
  score: z.number().nullable(),
  authentication: z.boolean(),
  shadow_of: z.string().nullable().describe("Of a copy for a route's shadow: the row of the request; else null."),
  request: z.literal('').describe('Always empty here; the bodies have addresses of their own.'),
  response: z.literal(''),
})
export type LogItem = z.output<typeof logItemSchema>

/** Tokens and other units by kind. */
const usageSchema = z.record(z.string(), z.int())

const costDetailSchema = z.object({
  items: z.array(
    z.object({
      unit: z.string(),
      quantity: z.number(),
      rate_usd_per_million: z.number(),
      amount_usd: z.number(),
    }),
  ),
  source: z.string(),
  entry: z.string().nullable(),
  unknown: z.string().nullable().describe('What had no known price; null where all had.'),
})

const attemptSchema = z.object({
  started_at: z.iso.datetime(),
  duration_ms: z.int().describe('Until it was known how it went: mostly, until the head of the answer.'),
  status_code: z.int().nullable().describe('Null if the provider did not answer.'),
  error: z.string().nullable().describe('Why it failed, where the status does not tell.'),
  key: z
    .object({ id: z.string().nullable(), alias: z.string().nullable() })
    .nullable()
    .describe("The key that was added: a stored one, or the operator's (both null). Null: none was."),
})

/** An element of a dynamic route that a request passed. */
export const passedElementSchema = z.object({
  element_id: z.string(),
  type: z.string(),
  output: z.string().nullable().describe('Where the request went on; null for the model that the row is about.'),
  error: z.string().optional().describe('Why a model could not be asked.'),
})

const takenRouteSchema = z.object({
  id: z.string(),
  name: z.string(),
  version_id: z.string(),
  path: z.array(passedElementSchema),
})

/** One row with the beginning of its bodies, and where its cost comes from. */
export const logDetailSchema = logItemSchema.extend({
  request_head: z.string(),
  request_head_complete: z.boolean(),
  request_size: z.int(),
  response_head: z.string(),
  response_head_complete: z.boolean(),
  response_size: z.int(),
  usage: usageSchema.nullable().describe('Tokens and other units by kind, as they were priced.'),
  cost_detail: costDetailSchema.nullable(),
  attempts: z
    .array(attemptSchema)
    .nullable()
    .describe('All calls of the provider; null where there was only one, with no key that was added.'),
  route: takenRouteSchema.nullable().describe('The dynamic route that led to the model, as this request took it.'),
})
export type LogDetail = z.output<typeof logDetailSchema>

/** What a row cost and why. */
export const logCostSchema = logItemSchema
  .pick({ id: true, provider: true, model: true, cached: true, tokens_in: true, tokens_out: true, cost: true })
  .extend({
    currency: z.literal('USD'),
    saved_cost: z.number().nullable(),
    usage: usageSchema.nullable(),
    items: costDetailSchema.shape.items,
    source: z.string().nullable().describe('Null where nothing was priced.'),
    entry: z.string().nullable(),
    unknown: z.string().nullable().describe('Why `cost` is null, or what of it is not known; null where all is.'),
  })
export type LogCost = z.output<typeof logCostSchema>

/** What may be changed of a row; what is not given keeps its value. */
const logEditSchema = z.strictObject({
  feedback: z.number().min(-1).max(1).nullable().optional().describe('How the caller liked the answer, from -1 to 1.'),
  score: z.number().min(0).max(100).nullable().optional(),
  /** Entries are added, or take the place of those with their names; null removes all. */
  metadata: metadata.nullable().optional(),
})

const logs = '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs'
const gatewayParams = z.object({ account_id: accountIdSchema, gateway_id: z.string() })
const logParams = gatewayParams.extend({ id: z.string() })
const noQuery = z.object({})

export const logRoutes = {
  list: defineRoute({
    name: 'logs.list',
    method: 'GET',
    path: logs,
    summary: 'The rows of a gateway, newest first; narrowed by `filters` and `search`, walked by page or by cursor.',
    permission: 'AI Gateway Metadata Read',
    params: gatewayParams,
    query: logListQuerySchema,
    body: null,
    result: z.array(logItemSchema),
  }),
  delete: defineRoute({
    name: 'logs.delete',
    method: 'DELETE',
    path: logs,
    summary:
      'Removes rows with their bodies, the oldest first: those `before` a time and met by `filters` and `search`, 10 000 at most.',
    permission: 'AI Gateway Write',
    params: gatewayParams,
    query: logDeleteQuerySchema,
    body: logDeleteBodySchema,
    result: z.object({ deleted: z.int() }),
  }),
  // Before the row, whose id would be `export`.
  export: defineRoute({
    name: 'logs.export',
    method: 'GET',
    path: `${logs}/export`,
    summary: 'All rows that match, as lines of JSON or as CSV.',
    permission: 'AI Gateway Read',
    params: gatewayParams,
    query: logExportQuerySchema,
    body: null,
    result: null,
  }),
  get: defineRoute({
    name: 'logs.get',
    method: 'GET',
    path: `${logs}/{id}`,
    summary: 'One row.',
    permission: 'AI Gateway Read',
    params: logParams,
    query: noQuery,
    body: null,
    result: logDetailSchema,
  }),
  edit: defineRoute({
    name: 'logs.edit',
    method: 'PATCH',
    path: `${logs}/{id}`,
    summary: 'Changes the feedback, the score or the metadata of a row.',
    permission: 'AI Gateway Write',
    params: logParams,
    query: noQuery,
    body: logEditSchema,
    result: z.object({}),
  }),
  cost: defineRoute({
    name: 'logs.cost',
    method: 'GET',
    path: `${logs}/{id}/cost`,
    summary: 'What a row cost, item by item, and where the rates come from.',
    permission: 'AI Gateway Read',
    params: logParams,
    query: noQuery,
    body: null,
    result: logCostSchema,
  }),
  request: defineRoute({
    name: 'logs.request',
    method: 'GET',
    path: `${logs}/{id}/request`,
    summary: 'The request body that was kept.',
    permission: 'AI Gateway Read',
    params: logParams,
    query: noQuery,
    body: null,
    result: null,
  }),
  response: defineRoute({
    name: 'logs.response',
    method: 'GET',
    path: `${logs}/{id}/response`,
    summary: 'The response body that was kept.',
    permission: 'AI Gateway Read',
    params: logParams,
    query: noQuery,
    body: null,
    result: null,
  }),
}
