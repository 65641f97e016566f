import { z } from 'zod'
import { accountIdSchema, pageSchema } from './envelope.ts'
import { defineRoute } from './route.ts'

/** A change as the API shows it. */
const auditLogSchema = z.object({
  id: z.string(),
  created_at: z.iso.datetime(),
  actor: z.string().describe('`admin`, `system`, or the id of a token.'),
  action: z.enum(['create', 'update', 'delete']),
  resource: z.string(),
  resource_id: z.string(),
  gateway_id: z.string().nullable(),
  before: z.json().describe('What it was; null for what is new. Secrets are masked.'),
  after: z.json().describe('What it is; null for what is gone. Secrets are masked.'),
})

export const auditLogRoutes = {
  list: defineRoute({
    name: 'auditLogs.list',
    method: 'GET',
    path: '/accounts/{account_id}/ai-gateway/audit-logs',
    summary: 'What was changed in an account, and by whom, newest first.',
    permission: 'admin',
    params: z.object({ account_id: accountIdSchema }),
    query: z.strictObject({
      page: pageSchema,
      per_page: z.coerce.number().int().min(1).max(100).default(20),
      gateway_id: z.string().optional(),
      resource: z.string().optional(),
      resource_id: z.string().optional(),
      actor: z.string().optional(),
    }),
    body: null,
    result: z.array(auditLogSchema),
  }),
}
