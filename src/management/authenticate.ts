import type { Caller } from '../contract/permissions.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { ManagementDeps } from './deps.ts'

/**
 * Whose request this is: of the admin or of a token's holder as `Authorization: Bearer`, or of the admin as
 * `X-Auth-Key` beside `X-Auth-Email`, the pair that older clients of Cloudflare send. Rejects with `authentication`.
 */
export async function authenticate(
  header: (name: string) => string | undefined,
  { credentials, adminEmail, catchUpSettings }: Pick<ManagementDeps, 'credentials' | 'adminEmail' | 'catchUpSettings'>,
): Promise<Caller> {
  const bearer = /^bearer +(\S+)\s*$/i.exec(header('authorization') ?? '')?.[1]
  if (bearer !== undefined) {
    const known = credentials.holderOf(bearer)
    if (known) return known
    // Another process may have made it a moment ago.
    if (catchUpSettings && credentials.find(bearer)) {
      await catchUpSettings()
      const made = credentials.holderOf(bearer)
      if (made) return made
    }
  }
  const key = header('x-auth-key')
  const email = header('x-auth-email')?.trim().toLowerCase()
  if (key !== undefined && email === adminEmail.toLowerCase() && credentials.isAdminToken(key.trim())) {
    return { kind: 'admin' }
  }
  throw new GatewayError(
    'authentication',
    'Authentication error: send a token as `Authorization: Bearer TOKEN`, or `X-Auth-Email` and `X-Auth-Key`.',
  )
}
