import { z } from 'zod'
import { accountIdSchema, pageSchema } from './envelope.ts'
import { defineRoute } from './route.ts'

/** An account in Cloudflare's shape. It is a name space: its id is its name. */
const accountSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal('standard'),
  settings: z.object({ enforce_twofactor: z.literal(false) }),
  created_on: z.iso.datetime().optional().describe('Of the oldest thing in it; not there where there is none.'),
})
export type Account = z.output<typeof accountSchema>

/** The account that is shown where nobody has used one yet. */
export const firstAccountId = 'default'

export const accountRoutes = {
  list: defineRoute({
    name: 'accounts.list',
    method: 'GET',
    path: '/accounts',
    summary: 'The accounts that the credential opens: its own, or, for the admin, all that are in use.',
    permission: null,
    params: z.object({}),
    query: z.strictObject({
      page: pageSchema,
      per_page: z.coerce.number().int().min(1).max(100).default(20),
      name: z.string().optional().describe('The whole name.'),
      direction: z.enum(['asc', 'desc']).default('asc').describe('By name.'),
    }),
    body: null,
    result: z.array(accountSchema),
  }),
  get: defineRoute({
    name: 'accounts.get',
    method: 'GET',
    path: '/accounts/{account_id}',
    summary: 'One account. The admin may use any: it comes into being at its first use.',
    permission: null,
    params: z.object({ account_id: accountIdSchema }),
    query: z.object({}),
    body: null,
    result: accountSchema,
  }),
}
