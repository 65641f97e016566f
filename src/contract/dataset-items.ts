import { z } from 'zod'
import { datasetItemSchema, datasetParams, datasetsPath, givenItemSchema, savedFiltersSchema } from './datasets.ts'
import { pageSchema } from './envelope.ts'
import { defineRoute } from './route.ts'

const items = `${datasetsPath}/{id}/items`
const itemParams = datasetParams.extend({ item_id: z.string() })
const noQuery = z.object({})

/** What a change of items answers. */
const changedSchema = z.object({
  version: z.int().describe('Of the dataset, once the change is made.'),
  item_count: z.int(),
  added: z.int(),
})

const fileFormat = z.enum(['jsonl', 'csv'])

export const datasetItemRoutes = {
  list: defineRoute({
    name: 'datasets.items.list',
    method: 'GET',
    path: items,
    summary: 'The test cases of a dataset, oldest first; also of an earlier `version`.',
    permission: 'AI Gateway Read',
    params: datasetParams,
    query: z.strictObject({
      page: pageSchema,
      per_page: z.coerce.number().int().min(1).max(100).default(20),
      version: z.coerce.number().int().min(0).optional(),
    }),
    body: null,
    result: z.array(datasetItemSchema),
  }),
  create: defineRoute({
    name: 'datasets.items.create',
    method: 'POST',
    path: items,
    summary: 'Adds test cases to a dataset.',
    permission: 'AI Gateway Write',
    params: datasetParams,
    query: noQuery,
    body: z.strictObject({ data: z.array(givenItemSchema).min(1).max(10_000) }),
    result: changedSchema,
  }),
  // These three before the item, whose id would be their last word.
  fromLogs: defineRoute({
    name: 'datasets.items.fromLogs',
    method: 'POST',
    path: `${items}/from-logs`,
    summary: 'Adds the requests of logs as test cases: those with these ids, or the newest that a filter finds.',
    permission: 'AI Gateway Write',
    params: datasetParams,
    query: noQuery,
    body: z
      .strictObject({
        log_ids: z.array(z.string()).min(1).max(1000).optional(),
        filters: savedFiltersSchema.optional(),
        limit: z.int().min(1).max(1000).default(100),
        use_answers: z.boolean().default(false).describe('Whether the logged answer becomes the expected output.'),
      })
      .refine(({ log_ids: ids, filters }) => (ids === undefined) !== (filters === undefined), {
        message: 'expected either log_ids or filters',
      }),
    result: changedSchema.extend({
      skipped: z.array(z.object({ log_id: z.string(), reason: z.string() })),
    }),
  }),
  import: defineRoute({
    name: 'datasets.items.import',
    method: 'POST',
    path: `${items}/import`,
    summary:
      'Adds the test cases of a file, a line of JSON each or CSV with a head; all of them or, where a line is wrong, none.',
    permission: 'AI Gateway Write',
    params: datasetParams,
    query: z.strictObject({ format: fileFormat.default('jsonl') }),
    body: null,
    takesFile: true,
    result: changedSchema,
  }),
  export: defineRoute({
    name: 'datasets.items.export',
    method: 'GET',
    path: `${items}/export`,
    summary: 'All test cases of a dataset as a file that can be imported again.',
    permission: 'AI Gateway Read',
    params: datasetParams,
    query: z.strictObject({
      format: fileFormat.default('jsonl'),
      version: z.coerce.number().int().min(0).optional(),
    }),
    body: null,
    result: null,
  }),
  get: defineRoute({
    name: 'datasets.items.get',
    method: 'GET',
    path: `${items}/{item_id}`,
    summary: 'One test case.',
    permission: 'AI Gateway Read',
    params: itemParams,
    query: noQuery,
    body: null,
    result: datasetItemSchema,
  }),
  update: defineRoute({
    name: 'datasets.items.update',
    method: 'PUT',
    path: `${items}/{item_id}`,
    summary: 'Puts another test case in the place of one; it keeps its id.',
    permission: 'AI Gateway Write',
    params: itemParams,
    query: noQuery,
    body: givenItemSchema,
    result: datasetItemSchema,
  }),
  delete: defineRoute({
    name: 'datasets.items.delete',
    method: 'DELETE',
    path: `${items}/{item_id}`,
    summary: 'Takes a test case out of a dataset.',
    permission: 'AI Gateway Write',
    params: itemParams,
    query: noQuery,
    body: null,
    result: datasetItemSchema,
  }),
}
