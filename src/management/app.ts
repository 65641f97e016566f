import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { gatewayRoutes } from '../contract/gateways.ts'
import { logRoutes } from '../contract/logs.ts'
import { userTokenRoutes } from '../contract/user-tokens.ts'
import { GatewayError, toGatewayError } from '../kernel/errors.ts'
import { authenticate } from './authenticate.ts'
import type { ManagementDeps } from './deps.ts'
import { createGatewayHandlers } from './gateways.ts'
import { createLogHandlers } from './logs.ts'
import { respondError } from './respond.ts'
import { mountRoutes } from './routes.ts'
import { createUserTokenHandlers } from './user-tokens.ts'

const maxBodyBytes = 10 * 1024 * 1024

/** The management API, for everything below `/client/v4`. Each route needs a credential, also one that is not there. */
export function createManagementApp(deps: ManagementDeps): Hono {
  const app = new Hono().basePath('/client/v4')
  app.onError((thrown, { req }) => {
    const error = toGatewayError(thrown)
    if (error.code === 'internal') {
      deps.log.error('a management request failed', thrown, { method: req.method, path: req.path })
    }
    return respondError(error)
  })
  app.notFound(({ req }) => respondError(new GatewayError('no_route', `No route for ${req.method} ${req.path}.`)))
  app.use(async ({ req }, next) => {
    authenticate((name) => req.header(name), deps)
    await next()
  })
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw new GatewayError('body_too_large', `The body is larger than ${maxBodyBytes} bytes.`)
      },
    }),
  )
  mountRoutes(app, gatewayRoutes, createGatewayHandlers(deps))
  mountRoutes(app, logRoutes, createLogHandlers(deps))
  mountRoutes(app, userTokenRoutes, createUserTokenHandlers())
  return app
}
