import { mayUse } from '../contract/permissions.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { Credentials } from '../live/credentials.ts'
import type { GatewaySnapshot, Live } from '../live/live.ts'
import { checkDoor, type Door } from './door.ts'
import type { Exchange } from './exchange.ts'
import { readOptions, type RequestOptions, restoreOptions } from './request-options.ts'

export interface EntryDeps {
  live: Live
  credentials: Credentials
  /** Resolves when what other processes changed before is in force here; null where there is no other process. */
  catchUpSettings: (() => Promise<void>) | null
  /** Makes the gateway `default` of an account at its first authenticated request. */
  createDefaultGateway: (accountId: string) => Promise<GatewaySnapshot>
}

/** What the headers say, and who asks. A token that is unknown here may have been made by another process a moment ago. */
export function readHeaders(
  { rawHeaders, caller }: Exchange,
  { query }: Door,
  { credentials, catchUpSettings }: EntryDeps,
): RequestOptions | Promise<RequestOptions> {
  const read = (): RequestOptions => {
    const options = readOptions(rawHeaders, query, credentials)
    if (caller) options.caller = caller
    return options
  }
  const options = read()
  return options.hasUnknownToken && catchUpSettings ? catchUpSettings().then(read) : options
}

/** Brings in what other processes changed, for a key or a provider that is unknown here; null where there is no other process. */
export function createCatchUp(
  { rawHeaders }: Exchange,
  { query }: Door,
  options: RequestOptions,
  { catchUpSettings, credentials }: EntryDeps,
): (() => Promise<void>) | null {
  if (!catchUpSettings) return null
  return async () => {
    await catchUpSettings()
    restoreOptions(options, readOptions(rawHeaders, query, credentials))
  }
}

export function mayRun({ caller }: RequestOptions, accountId: string, gateway: number | undefined): boolean {
  return caller !== null && mayUse(caller, 'AI Gateway Run', { accountId, gateway })
}

/** Whoever shows a token wants it to be looked at, also where none is asked for. */
export function showsToken({ caller, hasUnknownToken }: RequestOptions): boolean {
  return caller !== null || hasUnknownToken
}

/**
 * A gateway that is not in the snapshots: another process may have made it a moment ago; `default` is made for whoever
 * may; everything else is unknown.
 */
export async function comeIntoBeing(door: Door, options: RequestOptions, deps: EntryDeps): Promise<GatewaySnapshot> {
  checkDoor(door)
  if (deps.catchUpSettings) {
    await deps.catchUpSettings()
    const made = deps.live.gateway(door.accountId, door.gatewayId)
    if (made) return made
  }
  if (door.gatewayId !== 'default') {
    throw new GatewayError(
      'gateway_unknown',
      `Please configure AI Gateway: account "${door.accountId}" has no gateway "${door.gatewayId}". ` +
        'Create it with POST /client/v4/accounts/{account_id}/ai-gateway/gateways',
    )
  }
  if (!mayRun(options, door.accountId, undefined)) throw unauthorized(options)
  return deps.createDefaultGateway(door.accountId)
}

/** Says what is wrong with the token that was shown, or that one is needed. */
export function unauthorized(options: RequestOptions): GatewayError {
  return new GatewayError('unauthorized', `Unauthorized: ${whyUnauthorized(options)}`)
}

function whyUnauthorized({ caller, hasUnknownToken }: RequestOptions): string {
  if (caller !== null)
    return 'the token may not run requests here: it needs the permission "AI Gateway Run" for this account and gateway'
  if (hasUnknownToken) return 'the Tollgate token that was shown is mistyped, unknown, expired or revoked'
  return 'this gateway needs a Tollgate token that may run requests here, in the header cf-aig-authorization: Bearer <token>'
}
