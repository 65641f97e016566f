import { z } from 'zod'
import { stopInserting } from './log-retention.ts'

/** Up to 30 years, or a billion requests. */
const count = z.int().min(0).max(1_000_000_000).nullable()
const longestCacheTtlSeconds = 30 * 24 * 60 * 60
const action = z.enum(['BLOCK', 'FLAG'])
const technique = z.enum(['fixed', 'sliding'])

const dlpSchema = z.union([
  z.looseObject({
    enabled: z.boolean(),
    policies: z.array(
      z.looseObject({
        id: z.string(),
        enabled: z.boolean(),
        action,
        check: z.array(z.enum(['REQUEST', 'RESPONSE'])),
        profiles: z.array(z.string()),
      }),
    ),
  }),
  z.looseObject({ enabled: z.boolean(), action, profiles: z.array(z.string()) }),
])

/** Hazard classes of the guard model, and P1 for prompt injection. */
const hazards = ['P1', ...Array.from({ length: 13 }, (_, index) => `S${index + 1}`)]
const hazardActions = z.partialRecord(z.enum(hazards), action)

const dimension = z.union([
  z.looseObject({ mode: z.literal('filter'), values: z.array(z.string()) }),
  z.looseObject({ mode: z.literal('partition') }),
])

const spendRule = z.looseObject({
  id: z.string().min(1).optional(),
  enabled: z.boolean().optional(),
  limitType: z.literal('cost'),
  limit: z.number().positive().describe('USD.'),
  window: z.int().positive().describe('Seconds.'),
  technique: technique.optional(),
  model: dimension.optional(),
  provider: dimension.optional(),
  metadata: z.record(z.string(), dimension).optional(),
})

const otelExporter = z.looseObject({
  url: z.url().max(2048),
  headers: z.record(z.string(), z.string().max(4096)),
  authorization: z.string().max(256).optional(),
  content_type: z.enum(['json', 'protobuf']).optional(),
})

/**
 * Every setting of a gateway that can be written, all optional: what is not given keeps its value. Ranges are those of
 * Cloudflare's API. Other fields pass through; they are stored and shown, and the answer says that nothing obeys them.
 */
export const gatewaySettingsSchema = z.looseObject({
  authentication: z.boolean().optional().describe('Whether requests need a token, in `cf-aig-authorization`.'),
  byok_only: z.boolean().optional().describe('Never use a provider key of the environment.'),
  cache_invalidate_on_update: z
    .boolean()
    .optional()
    .describe('Whether a change of the gateway forgets its cached answers. True for a new one.'),
  cache_ttl: z
    .int()
    .min(0)
    .max(longestCacheTtlSeconds)
    .nullish()
    .describe('How long an answer is given again, in seconds, a month at most; 0 or null: not at all.'),
  collect_logs: z.boolean().optional().describe('Whether requests leave rows in the log. True for a new gateway.'),
  dlp: dlpSchema.optional(),
  guardrails: z
    .looseObject({ prompt: hazardActions, response: hazardActions })
    .nullish()
    .describe('What to do with a prompt or a response of each hazard class; of one that is not named, nothing.'),
  log_classification: z.boolean().optional(),
  log_management: z.int().min(10_000).max(10_000_000).nullish().describe('How many rows are kept at most.'),
  log_management_strategy: z.enum([stopInserting, 'DELETE_OLDEST']).nullish(),
  logpush: z.boolean().optional(),
  logpush_public_key: z.string().min(16).max(1024).nullish(),
  otel: z.array(otelExporter).max(5).nullish().describe('Where traces are sent.'),
  rate_limiting_interval: count.optional().describe('The window of the rate limit, in seconds; 0 or null: no limit.'),
  rate_limiting_limit: count.optional().describe('Requests in one window; 0 or null: no limit.'),
  rate_limiting_technique: technique
    .nullish()
    .describe('`fixed`: windows by the clock. `sliding`: no window of that length, wherever it begins, holds more.'),
  retry_backoff: z
    .enum(['constant', 'linear', 'exponential'])
    .nullish()
    .describe('How the wait grows from attempt to attempt.'),
  retry_delay: z
    .int()
    .min(0)
    .max(60_000)
    .nullish()
    .describe('The wait before the next attempt, in milliseconds; 500 where none is set.'),
  retry_max_attempts: z.int().min(1).max(5).nullish().describe('Calls of the provider at most; null: one.'),
  spend_limits: z
    .looseObject({ enabled: z.boolean().optional(), rules: z.array(spendRule).max(20) })
    .nullish()
    .describe('How much may be spent, in USD per window of seconds.'),
  store_id: z.string().nullish(),
  stripe: z
    .looseObject({ authorization: z.string(), usage_events: z.array(z.looseObject({ payload: z.string() })) })
    .nullish(),
  workers_ai_billing_mode: z.enum(['postpaid', 'unified']).optional(),
  zdr: z.boolean().optional(),
  evaluation_model: z
    .string()
    .nullish()
    .describe("Tollgate's own: the model that answers test cases, `provider/model`."),
  log_retention_days: z.int().min(1).nullish().describe("Tollgate's own: rows older than this are removed."),
  rate_limiting_failure: z
    .enum(['open', 'closed'])
    .optional()
    .describe(
      "Tollgate's own: whether requests pass (`open`) or are refused (`closed`) while the counters cannot be reached.",
    ),
  log_raw_events: z.boolean().optional().describe("Tollgate's own: keep a stream's events as they came."),
  log_text_search: z
    .boolean()
    .optional()
    .describe("Tollgate's own: `search` also finds words of request and response bodies."),
})
export type GatewaySettings = z.output<typeof gatewaySettingsSchema>

/** The settings that something obeys today. A part that begins to obey one adds it here. */
const enforcedSettings: readonly string[] = [
  'evaluation_model',
  'authentication',
  'byok_only',
  'cache_invalidate_on_update',
  'cache_ttl',
  'collect_logs',
  'log_management',
  'log_management_strategy',
  'log_retention_days',
  'log_text_search',
  'rate_limiting_failure',
  'rate_limiting_interval',
  'rate_limiting_limit',
  'rate_limiting_technique',
  'retry_backoff',
  'retry_delay',
  'retry_max_attempts',
]

/** Members of a gateway that only the server writes: a client that sends back what it read is not told off. */
export const readOnlyGatewayFields: readonly string[] = [
  'account_id',
  'account_tag',
  'created_at',
  'internal',
  'internal_id',
  'is_default',
  'modified_at',
  'wholesale',
]

/** The id of the gateway that every account has without creating it. */
export const defaultGatewayId = 'default'

/** The settings of a new gateway before those that its creator gives. `default` asks for a credential. */
export function initialGatewaySettings(id: string): Record<string, unknown> {
  return {
    authentication: id === defaultGatewayId,
    cache_invalidate_on_update: true,
    cache_ttl: 0,
    collect_logs: true,
    rate_limiting_failure: 'open',
    rate_limiting_interval: 0,
    rate_limiting_limit: 0,
    rate_limiting_technique: 'fixed',
  }
}

/** Which of the given settings nothing obeys yet, sorted. One that is switched off needs nobody to obey it. */
export function settingsNotEnforced(given: Record<string, unknown>): string[] {
  const isOff = (value: unknown): boolean => value === null || value === false || value === 0
  return Object.entries(given)
    .filter(([name, value]) => !enforcedSettings.includes(name) && !isOff(value))
    .map(([name]) => name)
    .toSorted()
}

/** Whether these settings, all of a gateway, have one half of a rate limit, which limits nothing. */
export function isHalfRateLimit(settings: Record<string, unknown>): boolean {
  const isOn = (value: unknown): boolean => typeof value === 'number' && value > 0
  return isOn(settings['rate_limiting_limit']) !== isOn(settings['rate_limiting_interval'])
}
