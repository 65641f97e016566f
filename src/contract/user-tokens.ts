import { z } from 'zod'
import { defineRoute } from './route.ts'

export const userTokenRoutes = {
  verify: defineRoute({
    name: 'user.tokens.verify',
    method: 'GET',
    path: '/user/tokens/verify',
    summary: 'Whether the credential is good.',
    permission: null,
    params: z.object({}),
    query: z.object({}),
    body: null,
    result: z.object({ id: z.string(), status: z.literal('active'), expires_on: z.iso.datetime().optional() }),
  }),
}
