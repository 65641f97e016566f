import { z } from 'zod'
import type { auditLogRoutes } from '../contract/audit-logs.ts'
import type { ManagementDeps } from './deps.ts'
import { toIso } from './present.ts'
import type { Handlers } from './routes.ts'

export function createAuditLogHandlers({ store }: Pick<ManagementDeps, 'store'>): Handlers<typeof auditLogRoutes> {
  return {
    async list({ params, query }) {
      const { rows, total } = await store.audit.page({
        accountId: params.account_id,
        gatewayId: query.gateway_id ?? null,
        resource: query.resource ?? null,
        resourceId: query.resource_id ?? null,
        actor: query.actor ?? null,
        page: query.page,
        perPage: query.per_page,
      })
      return {
        result: rows.map((row) => ({
          id: row.id,
          created_at: toIso(row.atMs),
          actor: row.actor,
          action: row.action,
          resource: row.resource,
          resource_id: row.resourceId,
          gateway_id: row.gatewayId,
          // They were stored as JSON.
          before: row.before as z.core.util.JSONType,
          after: row.after as z.core.util.JSONType,
        })),
        resultInfo: { page: query.page, per_page: query.per_page, count: rows.length, total_count: total },
      }
    },
  }
}
