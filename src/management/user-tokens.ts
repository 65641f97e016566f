import type { userTokenRoutes } from '../contract/user-tokens.ts'
import type { Handlers } from './routes.ts'

export function createUserTokenHandlers(): Handlers<typeof userTokenRoutes> {
  return {
    // Whoever gets here has been authenticated, and only the admin token is.
    verify: () =>
      Promise.resolve({ result: { id: 'admin', status: 'active' }, notes: ['This API Token is valid and active'] }),
  }
}
