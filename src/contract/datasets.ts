import { z } from 'zod'
import { flagSchema } from './custom-providers.ts'
import { accountIdSchema, pageSchema } from './envelope.ts'
import { filterOperators } from './log-filter.ts'
import { logFiltersSchema } from './log-filters.ts'
import { readOnlyShape } from './read-only.ts'
import { defineRoute } from './route.ts'

/** How many items an answer holds; more are read page by page. */
export const mostInline = 1000

/** Saved as they came, so that they come back as they were; a key, operator or value that lists refuse is refused here. */
export const savedFiltersSchema = z
  .array(
    z.strictObject({
      key: z.string().max(256),
      operator: z.enum(filterOperators),
      value: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).max(100),
    }),
  )
  .superRefine((filters, context) => {
    const read = logFiltersSchema.safeParse(filters, { reportInput: true })
    for (const { path, message, input } of read.error?.issues ?? []) {
      context.addIssue({ code: 'custom', path, message, input })
    }
  })

const messageSchema = z.looseObject({ role: z.string().min(1), content: z.json().optional() })

/** A test case; members of the caller's own are kept. */
const testCaseSchema = z.looseObject({
  input: z
    .union([z.string(), z.array(messageSchema).min(1)], 'expected a text, or a list of messages with role and content')
    .describe('A text, or the messages of a chat.'),
  expected_output: z.json().optional().describe('What the evaluators compare with.'),
  metadata: z.record(z.string(), z.json()).optional(),
  tags: z.array(z.string().max(256)).max(64).optional(),
})

/** An item as the API shows it: the test case with its id. */
export const datasetItemSchema = testCaseSchema.extend({
  id: z.string(),
  created_at: z.iso.datetime(),
})
export type ShownItem = z.output<typeof datasetItemSchema>

/** What comes in: an `id` that was read before keeps the item's identity. */
export const givenItemSchema = testCaseSchema.extend({
  id: z.string().optional(),
  created_at: z.unknown().optional(),
})
export type GivenItem = z.output<typeof givenItemSchema>

const sampleRateSchema = z
  .number()
  .gt(0)
  .max(1)
  .describe('The share of new rows that meet the filters which become test cases, as they come; null: none.')

/** A dataset as lists and evaluations show it. */
export const datasetItselfSchema = z.object({
  id: z.string(),
  name: z.string(),
  gateway_id: z.string(),
  account_id: z.string(),
  account_tag: z.string().describe('The same as `account_id`.'),
  enable: z.boolean(),
  filters: z.array(
    z.object({
      key: z.string(),
      operator: z.enum(filterOperators),
      value: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
  ),
  sample_rate: sampleRateSchema.nullable(),
  use_answers: z.boolean().describe('Whether the logged answer of a collected case is what is expected.'),
  version: z.int().describe('Rises with every change of the test cases.'),
  item_count: z.int().describe('How many test cases it has.'),
  created_at: z.iso.datetime(),
  modified_at: z.iso.datetime(),
})

/** A dataset as the API shows it. */
const datasetSchema = datasetItselfSchema.extend({
  data: z
    .array(datasetItemSchema)
    .optional()
    .describe(`The test cases, the first ${mostInline} of them; not in lists. All are at \`items\`.`),
})
export type Dataset = z.output<typeof datasetSchema>

const readOnlyDatasetFields = [
  'id',
  'gateway_id',
  'account_id',
  'account_tag',
  'version',
  'item_count',
  'created_at',
  'modified_at',
] as const

const nameSchema = z.string().trim().min(1).max(256)
const dataSchema = z.array(givenItemSchema).max(100_000)

export const datasetsPath = '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/datasets'
const datasetsParams = z.object({ account_id: accountIdSchema, gateway_id: z.string() })
export const datasetParams = datasetsParams.extend({ id: z.string() })
const noQuery = z.object({})

export const datasetRoutes = {
  list: defineRoute({
    name: 'datasets.list',
    method: 'GET',
    path: datasetsPath,
    summary: 'The datasets of a gateway, newest first.',
    permission: 'AI Gateway Read',
    params: datasetsParams,
    query: z.strictObject({
      page: pageSchema,
      per_page: z.coerce.number().int().min(1).max(100).default(20),
      name: z.string().optional(),
      enable: flagSchema.optional(),
      search: z.string().optional().describe('A part of id, name or filters.'),
    }),
    body: null,
    result: z.array(datasetSchema),
  }),
  create: defineRoute({
    name: 'datasets.create',
    method: 'POST',
    path: datasetsPath,
    summary: 'Makes a dataset of test cases (`data`), of a saved filter of logs (`filters`), or of both.',
    permission: 'AI Gateway Write',
    params: datasetsParams,
    query: noQuery,
    body: z.strictObject({
      name: nameSchema,
      data: dataSchema.default([]),
      filters: savedFiltersSchema.default([]),
      sample_rate: sampleRateSchema.nullable().default(null),
      use_answers: z.boolean().default(false),
      enable: z.boolean().default(true),
    }),
    result: datasetSchema,
  }),
  get: defineRoute({
    name: 'datasets.get',
    method: 'GET',
    path: `${datasetsPath}/{id}`,
    summary: 'One dataset with its test cases.',
    permission: 'AI Gateway Read',
    params: datasetParams,
    query: noQuery,
    body: null,
    result: datasetSchema,
  }),
  update: defineRoute({
    name: 'datasets.update',
    method: 'PUT',
    path: `${datasetsPath}/{id}`,
    summary: 'Changes what is given of a dataset; `data` takes the place of all test cases.',
    permission: 'AI Gateway Write',
    params: datasetParams,
    query: noQuery,
    body: z.strictObject({
      name: nameSchema.exactOptional(),
      data: dataSchema.exactOptional(),
      filters: savedFiltersSchema.exactOptional(),
      sample_rate: sampleRateSchema.nullable().exactOptional(),
      use_answers: z.boolean().exactOptional(),
      enable: z.boolean().exactOptional(),
      ...readOnlyShape(readOnlyDatasetFields),
    }),
    result: datasetSchema,
  }),
  delete: defineRoute({
    name: 'datasets.delete',
    method: 'DELETE',
    path: `${datasetsPath}/{id}`,
    summary: 'Removes a dataset with its test cases. Results of evaluations stay.',
    permission: 'AI Gateway Write',
    params: datasetParams,
    query: noQuery,
    body: null,
    result: datasetSchema,
  }),
}
