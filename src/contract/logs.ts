import { z } from 'zod'
import { accountIdSchema, pageSchema } from './envelope.ts'
import { momentSchema } from './moment.ts'
import { defineRoute } from './route.ts'

const direction = z.enum(['asc', 'desc'])
const flag = z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })

/** Strict: a filter that is misspelt or not built yet must not silently show, or remove, every row. */
const logListQuerySchema = z.strictObject({
  page: pageSchema,
  per_page: z.coerce.number().int().min(1).max(50).default(20),
  order_by: z.enum(['created_at', 'provider', 'model', 'model_type', 'success', 'cached']).default('created_at'),
  order_by_direction: direction.optional(),
  /** An older name of `order_by_direction`. */
  direction: direction.optional(),
  start_date: momentSchema.optional(),
  /** Inclusive: a bare date means the whole of that UTC day. */
  end_date: momentSchema.optional(),
  success: flag.optional(),
  cached: flag.optional(),
  model: z.string().optional(),
  provider: z.string().optional(),
  /** Taken because official clients send it; nothing is added to the answer. */
  meta_info: flag.optional(),
})

const before = momentSchema.optional()
const limit = z.coerce.number().int().min(1).max(10_000).optional()

/** The same members are taken from the query or from a JSON body. */
const logDeleteQuerySchema = z.strictObject({
  /** Rows from this time on are kept; a bare date is the start of that UTC day. */
  before,
  /** 10 000 if not given. */
  limit,
  order_by: z.literal('created_at').optional(),
  order_by_direction: z.literal('asc').optional(),
})

const metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/** A row as lists show it. Times are milliseconds, money is USD. */
export const logItemSchema = z.object({
  id: z.string(),
  created_at: z.iso.datetime(),
  /** The same as `created_at`. */
  timestamp: z.iso.datetime(),
  provider: z.string(),
  model: z.string(),
  model_type: z.string().nullable(),
  path: z.string(),
  request_type: z.string().nullable(),
  request_content_type: z.string().nullable(),
  response_content_type: z.string().nullable(),
  duration: z.number(),
  /** The same as `duration`. */
  duration_ms: z.number(),
  /** Until the first byte of the answer's body; null if none came. */
  first_byte_ms: z.number().nullable(),
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
  /** Null where it is not known; never a guess. */
  cost: z.number().nullable(),
  custom_cost: z.boolean(),
  metadata: metadata.nullable(),
  step: z.int(),
  event_id: z.string(),
  user_agent: z.string().nullable(),
  feedback: z.number().nullable(),
  score: z.number().nullable(),
  authentication: z.boolean(),
  /** Always empty here; the bodies have addresses of their own. */
  request: z.literal(''),
  response: z.literal(''),
})
export type LogItem = z.output<typeof logItemSchema>

/** One row with the beginning of its bodies, and where its cost comes from. */
export const logDetailSchema = logItemSchema.extend({
  request_head: z.string(),
  request_head_complete: z.boolean(),
  request_size: z.int(),
  response_head: z.string(),
  response_head_complete: z.boolean(),
  response_size: z.int(),
  /** Tokens and other units by kind, as they were priced. */
  usage: z.record(z.string(), z.int()).nullable(),
  cost_detail: z
    .object({
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
      /** What had no known price; null where all had. */
      unknown: z.string().nullable(),
    })
    .nullable(),
})
export type LogDetail = z.output<typeof logDetailSchema>

const logs = '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/logs'
const gatewayParams = z.object({ account_id: accountIdSchema, gateway_id: z.string() })
const logParams = gatewayParams.extend({ id: z.string() })
const noQuery = z.object({})

export const logRoutes = {
  list: defineRoute({
    name: 'logs.list',
    method: 'GET',
    path: logs,
    summary: 'The rows of a gateway, newest first.',
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
    summary: 'Removes the oldest rows with their bodies: those `before` a time, 10 000 at most.',
    permission: 'AI Gateway Write',
    params: gatewayParams,
    query: logDeleteQuerySchema,
    body: z.strictObject({ before, limit }).optional(),
    result: z.object({ deleted: z.int() }),
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
