import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { type ApiRoutes, apiRoutes } from '../contract/index.ts'
import type { Caller } from '../contract/permissions.ts'
import type { Route } from '../contract/route.ts'
import { GatewayError, toGatewayError } from '../kernel/errors.ts'
import { createAccountHandlers } from './accounts.ts'
import { createAuditLogHandlers } from './audit-logs.ts'
import { authenticate } from './authenticate.ts'
import { createBillingHandlers } from './billing.ts'
import { createCustomProviderHandlers } from './custom-providers.ts'
import { createDatasetItemHandlers } from './dataset-items.ts'
import { createDatasetHandlers } from './datasets.ts'
import type { ManagementDeps } from './deps.ts'
import { createDynamicRouteHandlers } from './dynamic-routes.ts'
import { createEvaluationComparisonHandlers } from './evaluation-comparisons.ts'
import { createEvaluationScheduleHandlers } from './evaluation-schedules.ts'
import { createEvaluationTypeHandlers } from './evaluation-types.ts'
import { createEvaluationHandlers } from './evaluations.ts'
import { createGatewayHandlers } from './gateways.ts'
import { createLogHandlers } from './logs.ts'
import { createProviderConfigHandlers } from './provider-configs.ts'
import { createProviderCostHandlers } from './provider-costs.ts'
import { respondError } from './respond.ts'
import { createRouteDeploymentHandlers, createRouteVersionHandlers } from './route-versions.ts'
import { type AuthenticatedApp, type Handlers, mountRoutes } from './routes.ts'
import { createTokenHandlers } from './tokens.ts'
import { createUserTokenHandlers } from './user-tokens.ts'

const maxBodyBytes = 10 * 1024 * 1024
/** Of a file, which is read as it comes. */
const maxFileBytes = 128 * 1024 * 1024

/** The management API, for everything below `/client/v4`. Each route needs a credential, also one that is not there. */
export function createManagementApp(deps: ManagementDeps): AuthenticatedApp {
  const app: AuthenticatedApp = new Hono<{ Variables: { caller: Caller } }>().basePath('/client/v4')
  app.onError((thrown, { req }) => {
    const error = toGatewayError(thrown)
    if (error.code === 'internal') {
      deps.log.error('a management request failed', thrown, { method: req.method, path: req.path })
    }
    return respondError(error)
  })
  app.use(async (context, next) => {
    context.set('caller', await authenticate((name) => context.req.header(name), deps))
    await next()
  })
  const [limitBody, limitFile] = [bodyLimitOf(maxBodyBytes), bodyLimitOf(maxFileBytes)]
  app.use((context, next) => (context.req.path.endsWith('/items/import') ? limitFile : limitBody)(context, next))
  const handlers: { [Noun in keyof ApiRoutes]: Handlers<ApiRoutes[Noun]> } = {
    gateways: createGatewayHandlers(deps),
    logs: createLogHandlers(deps),
    tokens: createTokenHandlers(deps),
    auditLogs: createAuditLogHandlers(deps),
    userTokens: createUserTokenHandlers(deps),
    accounts: createAccountHandlers(deps),
    billing: createBillingHandlers(deps),
    evaluations: createEvaluationHandlers(deps),
    evaluationComparisons: createEvaluationComparisonHandlers(deps),
    evaluationSchedules: createEvaluationScheduleHandlers(deps),
    evaluationTypes: createEvaluationTypeHandlers(),
    datasets: createDatasetHandlers(deps),
    datasetItems: createDatasetItemHandlers(deps),
    dynamicRoutes: createDynamicRouteHandlers(deps),
    routeVersions: createRouteVersionHandlers(deps),
    routeDeployments: createRouteDeploymentHandlers(deps),
    providerConfigs: createProviderConfigHandlers(deps),
    providerCosts: createProviderCostHandlers(deps),
    customProviders: createCustomProviderHandlers(deps),
  }
  for (const [noun, routes] of Object.entries(apiRoutes)) {
    // The mapped type pairs them by noun; the compiler loses that in a loop.
    mountRoutes(app, deps.live, routes, handlers[noun as keyof ApiRoutes] as Handlers<Record<string, Route>>)
  }
  return app
}

function bodyLimitOf(maxSize: number): ReturnType<typeof bodyLimit> {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new GatewayError('body_too_large', `The body is larger than ${maxSize} bytes.`)
    },
  })
}
