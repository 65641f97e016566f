import { z } from 'zod'
import { accountParams, customProviderParams, customProvidersPath, flagSchema } from './custom-providers.ts'
import { pageSchema } from './envelope.ts'
import { defineRoute } from './route.ts'

/** USD for one unit. */
const price = z.number().min(0).max(1_000_000)

/** Prices of single kinds of tokens and of images. */
const tokenPricingSchema = z.strictObject({
  input_tokens: price.exactOptional(),
  output_tokens: price.exactOptional(),
  total_tokens: price.exactOptional(),
  input_cached_tokens: price.exactOptional(),
  input_cache_creation_tokens: price.exactOptional(),
  input_text_tokens: price.exactOptional(),
  input_image_tokens: price.exactOptional(),
  input_audio_tokens: price.exactOptional(),
  input_video_tokens: price.exactOptional(),
  output_reasoning_tokens: price.exactOptional(),
  input_image_count: price.exactOptional(),
  output_image_count: price.exactOptional(),
})

const model = z.string().min(1).max(256)
/** How `model` is compared with a request's. */
const modelRule = z.enum(['equals', 'starts-with', 'contains'])
const costType = z.string().min(1).max(64)
const prices = { cost_in: price.exactOptional(), cost_out: price.exactOptional() }

/** What models of a custom provider cost, as it is stored; its parent is the provider. */
export interface ProviderCostBody {
  model: string
  model_rule: z.output<typeof modelRule>
  cost_type: string
  enable: boolean
  cost_in?: number
  cost_out?: number
  token_pricing?: z.output<typeof tokenPricingSchema>
}

/** It as the API shows it. */
const providerCostSchema = z.object({
  id: z.string(),
  account_provider_id: z.string(),
  model,
  model_rule: modelRule,
  cost_type: costType,
  enable: z.boolean(),
  ...prices,
  token_pricing: z.string().exactOptional().describe('JSON text, as Cloudflare has it.'),
  changed_by: z.literal('manual'),
  weight: z.int().describe('Of several rules for one model the heaviest counts.'),
  created_at: z.iso.datetime(),
  modified_at: z.iso.datetime(),
})
export type ProviderCost = z.output<typeof providerCostSchema>

const costs = `${customProvidersPath}/costs`
const noQuery = z.object({})
const given = { ...prices, token_pricing: tokenPricingSchema.exactOptional() }

export const providerCostRoutes = {
  list: defineRoute({
    name: 'customProviders.costs.list',
    method: 'GET',
    path: costs,
    summary: 'What models of custom providers cost, newest first.',
    permission: 'AI Gateway Read',
    params: accountParams,
    query: z.strictObject({
      page: pageSchema,
      per_page: z.coerce.number().int().min(1).max(100).default(20),
      enable: flagSchema.optional(),
      account_provider_id: z.string().optional(),
      model_rule: modelRule.optional(),
      cost_type: costType.optional(),
      search: z.string().optional().describe('A part of `model` or `changed_by`.'),
    }),
    body: null,
    result: z.array(providerCostSchema),
  }),
  create: defineRoute({
    name: 'customProviders.costs.create',
    method: 'POST',
    path: costs,
    summary: 'Says what models of a custom provider cost.',
    permission: 'AI Gateway Write',
    params: accountParams,
    query: noQuery,
    body: z.strictObject({
      account_provider_id: z.string(),
      model,
      model_rule: modelRule.default('equals'),
      cost_type: costType.default('tokens'),
      enable: z.boolean().default(true),
      ...given,
    }),
    result: providerCostSchema,
  }),
  get: defineRoute({
    name: 'customProviders.costs.get',
    method: 'GET',
    path: `${costs}/{id}`,
    summary: 'One cost of a custom provider.',
    permission: 'AI Gateway Read',
    params: customProviderParams,
    query: noQuery,
    body: null,
    result: providerCostSchema,
  }),
  update: defineRoute({
    name: 'customProviders.costs.update',
    method: 'PATCH',
    path: `${costs}/{id}`,
    summary: 'Changes what is given.',
    permission: 'AI Gateway Write',
    params: customProviderParams,
    query: noQuery,
    body: z.strictObject({
      model: model.exactOptional(),
      model_rule: modelRule.exactOptional(),
      cost_type: costType.exactOptional(),
      enable: z.boolean().exactOptional(),
      ...given,
    }),
    result: providerCostSchema,
  }),
  delete: defineRoute({
    name: 'customProviders.costs.delete',
    method: 'DELETE',
    path: `${costs}/{id}`,
    summary: 'Removes a cost of a custom provider.',
    permission: 'AI Gateway Write',
    params: customProviderParams,
    query: noQuery,
    body: null,
    result: providerCostSchema,
  }),
}
