/** What a token may do, named as Cloudflare names it. */
export const permissions = [
  'AI Gateway Read',
  'AI Gateway Write',
  'AI Gateway Metadata Read',
  'AI Gateway Run',
  'Secrets Store Write',
] as const
export type Permission = (typeof permissions)[number]

/** What a call asks for: a permission, or to be the admin of the instance. */
export type Need = Permission | 'admin'

/** The permissions that satisfy each need; only the admin has `admin`. */
const satisfiedBy: Record<Need, readonly Permission[]> = {
  // Cloudflare lets whoever may write read.
  'AI Gateway Read': ['AI Gateway Read', 'AI Gateway Write'],
  'AI Gateway Write': ['AI Gateway Write'],
  // Rows without bodies, search and export.
  'AI Gateway Metadata Read': ['AI Gateway Metadata Read', 'AI Gateway Read', 'AI Gateway Write'],
  'AI Gateway Run': ['AI Gateway Run'],
  'Secrets Store Write': ['Secrets Store Write'],
  admin: [],
}

/** Who makes a request: the admin of the instance, or whoever holds a token. */
export type Caller = { kind: 'admin' } | ({ kind: 'token' } & TokenGrant)

/** What a token lets its holder do. */
export interface TokenGrant {
  id: string
  accountId: string
  /** Internal numbers of the gateways that it is for; null: all of the account. */
  gateways: readonly number[] | null
  permissions: readonly Permission[]
}

/** What a call touches; `gateway` is null for what belongs to a whole account, undefined for a gateway nobody knows. */
export interface Touched {
  accountId: string
  gateway: number | null | undefined
}

/** Whether a caller may do what needs `need` there. Denied is everything that is not allowed here. */
export function mayUse(caller: Caller, need: Need, { accountId, gateway }: Touched): boolean {
  if (caller.kind === 'admin') return true
  if (caller.accountId !== accountId) return false
  if (!caller.permissions.some((permission) => satisfiedBy[need].includes(permission))) return false
  if (caller.gateways === null) return true
  return typeof gateway === 'number' && caller.gateways.includes(gateway)
}
