import { z } from 'zod'
import { accountIdSchema, pageSchema } from './envelope.ts'
import { readOnlyShape } from './read-only.ts'
import { defineRoute } from './route.ts'

/** What a custom provider is reached by: `/v1/{account}/{gateway}/custom-{slug}/...`. */
export const customPrefix = 'custom-'

const slugSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'a slug is 1 to 64 lower-case letters, digits or `-` between them')

/** What its maker says of it, apart from what is not shown to everybody. */
const describedSchema = z.object({
  name: z.string().min(1).max(256),
  base_url: z.string().max(2048),
  beta: z.boolean(),
  enable: z.boolean(),
  description: z.string().max(4096).exactOptional(),
  curl_example: z.string().max(16_384).exactOptional(),
  js_example: z.string().max(16_384).exactOptional(),
  /** It is shown as a link: it leads to the web and runs nothing. */
  link: z
    .string()
    .max(2048)
    .regex(/^(?:https?:\/\/\S+)?$/i, 'a link begins with https:// or http://')
    .exactOptional(),
  logo: z.string().max(65_536).exactOptional(),
  position: z.int().exactOptional().describe('Lists are ordered by it, then by name; those without come last.'),
})

/** A custom provider as it is stored; the document's name is its slug. */
export interface CustomProviderBody {
  described: z.output<typeof describedSchema>
  /** The JSON text of the extra headers, as the vault sealed it; null: none. */
  sealedHeaders: string | null
}

/** A custom provider as the API shows it. */
const customProviderSchema = describedSchema.extend({
  id: z.string(),
  slug: z.string(),
  headers: z
    .string()
    .exactOptional()
    .describe('A JSON object of extra headers as text; their values are masked for those who may only read.'),
  created_at: z.iso.datetime(),
  modified_at: z.iso.datetime(),
})
export type CustomProvider = z.output<typeof customProviderSchema>

const { name, base_url, beta, enable, ...details } = describedSchema.shape
/** `headers` and `base_url` are looked at by the handler, which repeats neither. */
const headers = z.string().max(8192).exactOptional()
/** Of a custom provider. */
export const readOnlyProviderFields = ['id', 'created_at', 'modified_at'] as const

export const customProvidersPath = '/accounts/{account_id}/ai-gateway/custom-providers'
export const accountParams = z.object({ account_id: accountIdSchema })
export const customProviderParams = accountParams.extend({ id: z.string() })
const noQuery = z.object({})
/** In a query. */
export const flagSchema = z.enum(['true', 'false']).transform((text) => text === 'true')

export const customProviderRoutes = {
  list: defineRoute({
    name: 'customProviders.list',
    method: 'GET',
    path: customProvidersPath,
    summary: 'Custom providers of an account, by position and then by name.',
    permission: 'AI Gateway Read',
    params: accountParams,
    query: z.strictObject({
      page: pageSchema,
      per_page: z.coerce.number().int().min(1).max(100).default(20),
      beta: flagSchema.optional(),
      enable: flagSchema.optional(),
      search: z.string().optional().describe('A part of id, name or slug.'),
    }),
    body: null,
    result: z.array(customProviderSchema),
  }),
  create: defineRoute({
    name: 'customProviders.create',
    method: 'POST',
    path: customProvidersPath,
    summary: 'Creates a provider of your own at a public https address, for all gateways of the account.',
    permission: 'AI Gateway Write',
    params: accountParams,
    query: noQuery,
    body: z.strictObject({
      name,
      slug: slugSchema,
      base_url,
      headers,
      ...details,
      beta: beta.default(false),
      enable: enable.default(false),
    }),
    result: customProviderSchema,
  }),
  get: defineRoute({
    name: 'customProviders.get',
    method: 'GET',
    path: `${customProvidersPath}/{id}`,
    summary: 'One custom provider.',
    permission: 'AI Gateway Read',
    params: customProviderParams,
    query: noQuery,
    body: null,
    result: customProviderSchema,
  }),
  update: defineRoute({
    name: 'customProviders.update',
    method: 'PATCH',
    path: `${customProvidersPath}/{id}`,
    summary: 'Changes what is given. Where keys are stored for it, another host needs Secrets Store Write too.',
    permission: 'AI Gateway Write',
    params: customProviderParams,
    query: noQuery,
    body: z.strictObject({
      name: name.exactOptional(),
      slug: slugSchema.exactOptional(),
      base_url: base_url.exactOptional(),
      headers,
      ...details,
      beta: beta.exactOptional(),
      enable: enable.exactOptional(),
      ...readOnlyShape(readOnlyProviderFields),
    }),
    result: customProviderSchema,
  }),
  delete: defineRoute({
    name: 'customProviders.delete',
    method: 'DELETE',
    path: `${customProvidersPath}/{id}`,
    summary: 'Removes a custom provider, its costs, and the keys that are stored for it.',
    permission: 'AI Gateway Write',
    params: customProviderParams,
    query: noQuery,
    body: null,
    result: customProviderSchema,
  }),
}
