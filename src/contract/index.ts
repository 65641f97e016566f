import { auditLogRoutes } from './audit-logs.ts'
import { gatewayRoutes } from './gateways.ts'
import { logRoutes } from './logs.ts'
import { tokenRoutes } from './tokens.ts'
import { userTokenRoutes } from './user-tokens.ts'

/** Every call of the management API, by noun. */
export const apiRoutes = {
  gateways: gatewayRoutes,
  logs: logRoutes,
  tokens: tokenRoutes,
  auditLogs: auditLogRoutes,
  userTokens: userTokenRoutes,
}
export type ApiRoutes = typeof apiRoutes
