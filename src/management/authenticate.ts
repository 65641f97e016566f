import { GatewayError } from '../kernel/errors.ts'
import type { ManagementDeps } from './deps.ts'

/**
 * Lets a request pass whose headers carry the admin token: as `Authorization: Bearer`, or as `X-Auth-Key` beside the
 * admin's `X-Auth-Email`, the pair that older clients of Cloudflare send. Throws `authentication` otherwise.
 */
export function authenticate(
  header: (name: string) => string | undefined,
  { isAdminToken, adminEmail }: Pick<ManagementDeps, 'isAdminToken' | 'adminEmail'>,
): void {
  const bearer = /^bearer +(\S+)\s*$/i.exec(header('authorization') ?? '')?.[1]
  if (bearer !== undefined && isAdminToken(bearer)) return
  const key = header('x-auth-key')
  const email = header('x-auth-email')?.trim().toLowerCase()
  if (key !== undefined && email === adminEmail.toLowerCase() && isAdminToken(key.trim())) return
  throw new GatewayError(
    'authentication',
    'Authentication error: send a token as `Authorization: Bearer TOKEN`, or `X-Auth-Email` and `X-Auth-Key`.',
  )
}
