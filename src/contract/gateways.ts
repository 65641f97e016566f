import { z } from 'zod'
import { accountIdSchema, pageSchema } from './envelope.ts'
import { gatewaySettingsSchema } from './gateway-settings.ts'
import { defineRoute } from './route.ts'

/** The id of a new gateway. */
const gatewayIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a gateway id is 1 to 64 letters, digits, `-` or `_`')

/** A gateway as the API shows it. */
export const gatewaySchema = gatewaySettingsSchema.extend({
  id: z.string(),
  account_id: z.string(),
  account_tag: z.string(),
  is_default: z.boolean(),
  created_at: z.iso.datetime(),
  modified_at: z.iso.datetime(),
})
export type Gateway = z.output<typeof gatewaySchema>

const account = '/accounts/{account_id}/ai-gateway'
const accountParams = z.object({ account_id: accountIdSchema })
// Not the pattern of a new id: a name that no gateway can have is simply not found.
const gatewayParams = accountParams.extend({ gateway_id: z.string() })
const noQuery = z.object({})
const update = {
  params: gatewayParams,
  query: noQuery,
  body: gatewaySettingsSchema,
  result: gatewaySchema,
  permission: 'AI Gateway Write',
} as const

export const gatewayRoutes = {
  list: defineRoute({
    name: 'gateways.list',
    method: 'GET',
    path: `${account}/gateways`,
    summary: 'Gateways of an account, newest first; for a token of some gateways, these.',
    permission: 'AI Gateway Read',
    showsOwnOnly: true,
    params: accountParams,
    query: z.object({
      page: pageSchema,
      per_page: z.coerce.number().int().min(1).max(100).default(20),
      search: z.string().optional().describe('A part of the id.'),
      id: z.string().optional().describe('The whole id.'),
    }),
    body: null,
    result: z.array(gatewaySchema),
  }),
  create: defineRoute({
    name: 'gateways.create',
    method: 'POST',
    path: `${account}/gateways`,
    summary: 'Creates a gateway; only its id is required.',
    permission: 'AI Gateway Write',
    params: accountParams,
    query: noQuery,
    body: gatewaySettingsSchema.extend({ id: gatewayIdSchema }),
    result: gatewaySchema,
  }),
  get: defineRoute({
    name: 'gateways.get',
    method: 'GET',
    path: `${account}/gateways/{gateway_id}`,
    summary: 'One gateway.',
    permission: 'AI Gateway Read',
    params: gatewayParams,
    query: noQuery,
    body: null,
    result: gatewaySchema,
  }),
  update: defineRoute({
    ...update,
    name: 'gateways.update',
    method: 'PUT',
    path: `${account}/gateways/{gateway_id}`,
    summary: 'Changes the settings that are given; the others keep their values.',
  }),
  edit: defineRoute({
    ...update,
    name: 'gateways.edit',
    method: 'PATCH',
    path: `${account}/gateways/{gateway_id}`,
    summary: 'The same as PUT.',
  }),
  delete: defineRoute({
    name: 'gateways.delete',
    method: 'DELETE',
    path: `${account}/gateways/{gateway_id}`,
    summary: 'Removes a gateway and all that is its.',
    permission: 'AI Gateway Write',
    params: gatewayParams,
    query: noQuery,
    body: null,
    result: gatewaySchema,
  }),
  purge: defineRoute({
    name: 'gateways.cache.purge',
    method: 'DELETE',
    path: `${account}/gateways/{gateway_id}/cache`,
    summary: 'Forgets all cached answers of a gateway; counts as a change of it (`modified_at`).',
    permission: 'AI Gateway Write',
    params: gatewayParams,
    query: noQuery,
    body: null,
    result: z.object({ id: z.string(), purged: z.literal(true) }),
  }),
  url: defineRoute({
    name: 'urls.get',
    method: 'GET',
    path: `${account}/gateways/{gateway_id}/url/{provider}`,
    summary: 'The address to give to a client of that provider.',
    permission: 'AI Gateway Read',
    params: gatewayParams.extend({
      provider: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,70}$/, 'a provider is lower-case letters, digits, `-` or `_`'),
    }),
    query: noQuery,
    body: null,
    result: z.string(),
  }),
}
