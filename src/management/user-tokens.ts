import type { userTokenRoutes } from '../contract/user-tokens.ts'
import type { ManagementDeps } from './deps.ts'
import { toIso } from './present.ts'
import type { Handlers } from './routes.ts'

export function createUserTokenHandlers({ store }: Pick<ManagementDeps, 'store'>): Handlers<typeof userTokenRoutes> {
  return {
    // Whoever gets here has been authenticated.
    async verify({ caller }) {
      const id = caller.kind === 'admin' ? 'admin' : caller.id
      const expiresMs = (await store.documents.get('token', id))?.body.expiresMs ?? null
      return {
        result: { id, status: 'active', ...(expiresMs !== null && { expires_on: toIso(expiresMs) }) },
        notes: ['This API Token is valid and active'],
      }
    },
  }
}
