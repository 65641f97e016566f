import { z } from 'zod'
import { pageSchema } from './envelope.ts'
import type { LogFilter, LogFilterName, LogFilterValue } from './log-filter.ts'
import { logFiltersSchema } from './log-filters.ts'
import { momentSchema } from './moment.ts'

const direction = z.enum(['asc', 'desc'])
const flag = z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })
const amount = z.coerce.number().optional()

/** Cloudflare's older way to filter, still sent by clients. Bounds are inclusive. */
const olderParameters = {
  start_date: momentSchema.optional(),
  end_date: momentSchema.optional().describe('Inclusive; a bare date is the whole of that UTC day.'),
  min_cost: amount,
  max_cost: amount,
  min_tokens_in: amount,
  max_tokens_in: amount,
  min_tokens_out: amount,
  max_tokens_out: amount,
  min_total_tokens: amount,
  max_total_tokens: amount,
  min_duration: amount,
  max_duration: amount,
  feedback: amount,
  success: flag.optional(),
  cached: flag.optional(),
  model: z.string().optional(),
  model_type: z.string().optional(),
  provider: z.string().optional(),
  request_content_type: z.string().optional(),
  response_content_type: z.string().optional(),
}

const search = z
  .string()
  .max(256)
  .optional()
  .describe(
    'A part of the model, the provider, the ids, or a name or value of the metadata; where `log_text_search` is on, also words of the ' +
      'bodies, in any order. Needs AI Gateway Read.',
  )

/** What narrows a list or an export. Strict: a misspelt filter must not silently show every row. */
const narrowing = {
  ...olderParameters,
  filters: logFiltersSchema.optional().describe('All must be met, each by any of its values.'),
  search,
}

export const logListQuerySchema = z.strictObject({
  ...narrowing,
  page: pageSchema,
  per_page: z.coerce.number().int().min(1).max(50).default(20),
  order_by: z.enum(['created_at', 'provider', 'model', 'model_type', 'success', 'cached']).default('created_at'),
  order_by_direction: direction.optional(),
  /** An older name of `order_by_direction`. */
  direction: direction.optional(),
  meta_info: flag
    .optional()
    .describe('Adds the least and the greatest amounts of the rows that match to `result_info`.'),
  cursor: z
    .string()
    .max(1024)
    .optional()
    .describe(
      'Walks by cursor instead of by page: empty to begin, then `result_info.cursor` of the answer before. An answer comes ' +
        'soon: where few rows match it may hold fewer than asked for, even none. Its `cursor` is null at the end.',
    ),
})

export const logExportQuerySchema = z.strictObject({
  ...narrowing,
  format: z.enum(['ndjson', 'csv']).default('ndjson'),
  bodies: flag.default(false).describe('With the kept bodies; in ndjson only.'),
  order_by_direction: direction.default('desc'),
})

/** In the order in which rows are removed where a limit cuts them off. */
const removalOrders = [
  'created_at',
  'provider',
  'model',
  'model_type',
  'success',
  'cached',
  'cost',
  'tokens_in',
  'tokens_out',
  'duration',
  'feedback',
] as const

const removing = {
  before: momentSchema.optional().describe('Rows from this time on stay; a bare date is the start of that UTC day.'),
  filters: logFiltersSchema
    .min(1)
    .optional()
    .describe('An empty list is refused: it is more likely a mistake than the wish to remove everything.'),
  search: search.refine(
    (text) => text !== '',
    'expected a text, but it was empty: leave it out to remove all that `filters` meet',
  ),
  limit: z.coerce.number().int().min(1).max(10_000).optional().describe('10 000 if not given.'),
  order_by: z.enum(removalOrders).optional(),
  order_by_direction: direction.optional(),
}

/** The same members are taken from the query or from a JSON body. */
export const logDeleteQuerySchema = z.strictObject(removing)
export const logDeleteBodySchema = z.strictObject(removing).optional()

type OlderParameters = { [Name in keyof typeof olderParameters]?: z.output<(typeof olderParameters)[Name]> }

const bounds = [
  ['min_cost', 'cost', 'gte'],
  ['max_cost', 'cost', 'lte'],
  ['min_tokens_in', 'tokens_in', 'gte'],
  ['max_tokens_in', 'tokens_in', 'lte'],
  ['min_tokens_out', 'tokens_out', 'gte'],
  ['max_tokens_out', 'tokens_out', 'lte'],
  ['min_total_tokens', 'tokens', 'gte'],
  ['max_total_tokens', 'tokens', 'lte'],
  ['min_duration', 'duration', 'gte'],
  ['max_duration', 'duration', 'lte'],
  ['feedback', 'feedback', 'eq'],
  ['start_date', 'created_at', 'gte'],
  ['end_date', 'created_at', 'lte'],
  ['success', 'success', 'eq'],
  ['cached', 'cached', 'eq'],
  ['model', 'model', 'eq'],
  ['model_type', 'model_type', 'eq'],
  ['provider', 'provider', 'eq'],
  ['request_content_type', 'request_content_type', 'eq'],
  ['response_content_type', 'response_content_type', 'eq'],
] as const satisfies readonly (readonly [keyof OlderParameters, LogFilterName, LogFilter['operator']])[]

/** All conditions of a query as filters, those of older parameters first. */
export function filtersOf(query: OlderParameters & { filters?: LogFilter[] | undefined }): LogFilter[] {
  const older = bounds.flatMap(([name, key, operator]): LogFilter[] => {
    const value: LogFilterValue | undefined = query[name]
    return value === undefined ? [] : [{ key, operator, values: [value] }]
  })
  return [...older, ...(query.filters ?? [])]
}
