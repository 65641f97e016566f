import { z } from 'zod'
import { accountIdSchema, pageSchema } from './envelope.ts'
import { readOnlyShape } from './read-only.ts'
import { defineRoute } from './route.ts'

/**
 * The keys that a gateway has for one provider, as they are stored: together, so that two are never the default. The
 * document's name is the provider's slug. For a custom provider, which may be renamed, it is its id, and it is the parent.
 */
export interface ProviderKeysBody {
  keys: ProviderKey[]
}

/** One of them: a provider config, as Cloudflare calls it. */
export interface ProviderKey {
  /** UUIDv7. The place that the vault knows the secret by. */
  id: string
  alias: string
  isDefault: boolean
  /** As the vault sealed it; null: only `secretId` was given. */
  sealed: string | null
  /** Its last characters. */
  preview: string
  /** As it was given; null: the config's own id is shown. */
  secretId: string | null
  rateLimit: number | null
  /** Seconds. */
  rateLimitPeriod: number | null
  createdMs: number
  modifiedMs: number
}

/** A provider config as the API shows it. The secret never is. */
const providerConfigSchema = z.object({
  id: z.string(),
  alias: z.string(),
  default_config: z.boolean(),
  provider_slug: z.string(),
  gateway_id: z.string(),
  secret_id: z.string(),
  secret_preview: z.string().describe('Stars and the last characters.'),
  rate_limit: z.number().optional(),
  rate_limit_period: z.number().optional(),
  modified_at: z.iso.datetime(),
})
export type ProviderConfig = z.output<typeof providerConfigSchema>

/** Of a rate limit. */
export const defaultPeriodSeconds = 60
const positive = z.number().positive().max(1_000_000_000)

/** Requests name it in the header `cf-aig-byok-alias`. */
const aliasSchema = z
  .string()
  .regex(/^[!-~](?:[ -~]{0,62}[!-~])?$/, 'an alias is 1 to 64 printable ASCII characters, no space at either end')
const secretSchema = z.string().trim().min(1).max(16_384)
const secretIdSchema = z.string().min(1).max(256)

const configs = '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs'
const configsParams = z.object({ account_id: accountIdSchema, gateway_id: z.string() })
const configParams = configsParams.extend({ id: z.string() })
const noQuery = z.object({})

export const providerConfigRoutes = {
  list: defineRoute({
    name: 'providerConfigs.list',
    method: 'GET',
    path: configs,
    summary: 'Provider keys of a gateway, newest first, without the secrets.',
    permission: 'AI Gateway Read',
    params: configsParams,
    query: z.strictObject({ page: pageSchema, per_page: z.coerce.number().int().min(1).max(100).default(20) }),
    body: null,
    result: z.array(providerConfigSchema),
  }),
  create: defineRoute({
    name: 'providerConfigs.create',
    method: 'POST',
    path: configs,
    summary: 'Stores a key for a provider, encrypted. A new default takes the place of the old one.',
    permission: 'Secrets Store Write',
    params: configsParams,
    query: noQuery,
    body: z.strictObject({
      alias: aliasSchema,
      default_config: z.boolean(),
      provider_slug: z.string(),
      secret: secretSchema.optional(),
      secret_id: secretIdSchema.optional(),
      /** Requests per period. */
      rate_limit: positive.nullish(),
      /** Seconds. */
      rate_limit_period: positive.default(defaultPeriodSeconds),
    }),
    result: providerConfigSchema,
  }),
  get: defineRoute({
    name: 'providerConfigs.get',
    method: 'GET',
    path: `${configs}/{id}`,
    summary: 'One provider key, without the secret.',
    permission: 'AI Gateway Read',
    params: configParams,
    query: noQuery,
    body: null,
    result: providerConfigSchema,
  }),
  update: defineRoute({
    name: 'providerConfigs.update',
    method: 'PUT',
    path: `${configs}/{id}`,
    summary: 'Replaces the secret, and whatever else is given; the rest stays.',
    permission: 'Secrets Store Write',
    params: configParams,
    query: noQuery,
    body: z.strictObject({
      alias: aliasSchema.optional(),
      default_config: z.boolean().optional(),
      secret: secretSchema.optional(),
      secret_id: secretIdSchema.optional(),
      rate_limit: positive.nullish(),
      rate_limit_period: positive.optional(),
      provider_slug: z.string().optional().describe('It cannot be changed.'),
      ...readOnlyShape(['id', 'gateway_id', 'secret_preview', 'modified_at']),
    }),
    result: providerConfigSchema,
  }),
  delete: defineRoute({
    name: 'providerConfigs.delete',
    method: 'DELETE',
    path: `${configs}/{id}`,
    summary: 'Removes a provider key.',
    permission: 'Secrets Store Write',
    params: configParams,
    query: noQuery,
    body: null,
    result: providerConfigSchema,
  }),
}
