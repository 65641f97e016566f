import { accountRoutes } from './accounts.ts'
import { auditLogRoutes } from './audit-logs.ts'
import { billingRoutes } from './billing.ts'
import { customProviderRoutes } from './custom-providers.ts'
import { datasetItemRoutes } from './dataset-items.ts'
import { datasetRoutes } from './datasets.ts'
import { dynamicRouteRoutes } from './dynamic-routes.ts'
import { evaluationComparisonRoutes } from './evaluation-comparisons.ts'
import { evaluationScheduleRoutes } from './evaluation-schedules.ts'
import { evaluationRoutes } from './evaluations.ts'
import { evaluationTypeRoutes } from './evaluation-types.ts'
import { gatewayRoutes } from './gateways.ts'
import { logRoutes } from './logs.ts'
import { providerConfigRoutes } from './provider-configs.ts'
import { providerCostRoutes } from './provider-costs.ts'
import { routeDeploymentRoutes, routeVersionRoutes } from './route-versions.ts'
import { tokenRoutes } from './tokens.ts'
import { userTokenRoutes } from './user-tokens.ts'

/** Every call of the management API, by noun. */
export const apiRoutes = {
  gateways: gatewayRoutes,
  logs: logRoutes,
  tokens: tokenRoutes,
  auditLogs: auditLogRoutes,
  userTokens: userTokenRoutes,
  accounts: accountRoutes,
  billing: billingRoutes,
  evaluationTypes: evaluationTypeRoutes,
  evaluationSchedules: evaluationScheduleRoutes,
  evaluations: evaluationRoutes,
  evaluationComparisons: evaluationComparisonRoutes,
  datasets: datasetRoutes,
  datasetItems: datasetItemRoutes,
  dynamicRoutes: dynamicRouteRoutes,
  routeVersions: routeVersionRoutes,
  routeDeployments: routeDeploymentRoutes,
  providerConfigs: providerConfigRoutes,
  // Before the providers, of whose ids `costs` is none.
  providerCosts: providerCostRoutes,
  customProviders: customProviderRoutes,
}
export type ApiRoutes = typeof apiRoutes
