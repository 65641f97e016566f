import { z } from 'zod'

// What Cloudflare's Python client demands of an answer when it validates strictly (`cloudflare-python`,
// `types/ai_gateway`, 2026-11-22): written down apart from `src/contract`, which says what Tollgate gives.

const count = z.int()
const text = z.string()
const time = z.iso.datetime({ offset: true })

export const gatewayShape = z.looseObject({
  id: text,
  cache_invalidate_on_update: z.boolean(),
  cache_ttl: count.nullable(),
  collect_logs: z.boolean(),
  created_at: time,
  modified_at: time,
  rate_limiting_interval: count.nullable(),
  rate_limiting_limit: count.nullable(),
  rate_limiting_technique: z.enum(['fixed', 'sliding']).nullish(),
  authentication: z.boolean().nullish(),
  is_default: z.boolean().nullish(),
})

/** `metadata` is a text in Cloudflare's own description, but an object in its live answers, as here. */
export const logShape = z.looseObject({
  id: text,
  cached: z.boolean(),
  created_at: time,
  duration: count,
  model: text,
  path: text,
  provider: text,
  success: z.boolean(),
  tokens_in: count.nullable(),
  tokens_out: count.nullable(),
  cost: z.number().nullish(),
  custom_cost: z.boolean().nullish(),
  metadata: z.record(text, z.union([text, z.number(), z.boolean()])).nullish(),
  model_type: text.nullish(),
  request_content_type: text.nullish(),
  request_type: text.nullish(),
  response_content_type: text.nullish(),
  status_code: count.nullish(),
  step: count.nullish(),
  // The simplified API's own names.
  timestamp: time,
  duration_ms: count,
})

export const logDetailShape = logShape.extend({
  request_head: text,
  request_head_complete: z.boolean(),
  request_size: count,
  response_head: text,
  response_head_complete: z.boolean(),
  response_size: count,
})
