import { GatewayError } from '../kernel/errors.ts'
import type { RateLimit } from '../kv/kv.ts'
import { isUsable, type StoredKeys } from '../live/provider-keys.ts'
import type { Provider } from '../providers/provider.ts'
import { shown } from './door.ts'
import type { RequestOptions } from './request-options.ts'

/** A credential of a provider's that Tollgate may add to a request which brought none that can be sent as it is. */
export interface ProviderKey {
  /** Of its provider config; null: it is not stored, but the operator's of the environment, or the client's own. */
  readonly id: string | null
  readonly alias: string | null
  /** The request brought it. */
  readonly isClients?: true
  readonly secret: string
  /** Null: no limit. */
  readonly limit: RateLimit | null
}

export interface KeyAsk {
  /** As the client names the provider. */
  slug: string
  stored: StoredKeys | undefined
  /** The operator's key for the provider; null: none. */
  operatorKey: ProviderKey | null
  /** Whether the provider may be one that wants no key, as a server of the operator's own. */
  isKeyless: boolean
  /** The endpoint is one that its provider answers to anybody. */
  isOpen: boolean
  /** The operator's key is kept back, and no request goes without one. */
  byokOnly: boolean
  options: RequestOptions
}

const none: readonly ProviderKey[] = []

/**
 * The keys with which a request that brought none is tried, in this order; empty: it goes as it is. A key that the request
 * names stands alone. Only a request with a good Tollgate credential gets one. Throws `key_unknown`, and `unauthorized`
 * where a key is named without such a credential.
 */
export function chooseKeys(ask: KeyAsk): readonly ProviderKey[] {
  const { stored, operatorKey, options, byokOnly } = ask
  if (options.keyAlias !== null) return [namedKey(ask, options.keyAlias)]
  if (options.authenticated) {
    if (stored && stored.inTurn.length > 0) return stored.inTurn
    if (operatorKey && !byokOnly) return [operatorKey]
    if (!ask.isKeyless && !ask.isOpen) throw noKey(ask)
  }
  if (byokOnly && !ask.isOpen) throw noKey(ask)
  return none
}

function namedKey({ slug, stored, options }: KeyAsk, alias: string): ProviderKey {
  if (!options.authenticated) {
    throw new GatewayError(
      'unauthorized',
      'Unauthorized: cf-aig-byok-alias names a stored key, and those are for requests with a Tollgate token that may ' +
        'run requests here, in the header cf-aig-authorization: Bearer <token>',
    )
  }
  const found = stored?.all.find((key) => key.alias === alias)
  if (found && isUsable(found)) return found
  const start = `Provider '${slug}' has no BYOK credential named ${quoted(alias)}.`
  const rest = found ? 'Its secret is not here or cannot be opened: store it again.' : configured(stored)
  throw new GatewayError('key_unknown', `${start} ${rest}`)
}

function noKey({ slug, stored, byokOnly, operatorKey }: KeyAsk): GatewayError {
  const isHeldBack = operatorKey !== null && byokOnly
  return new GatewayError(
    'key_unknown',
    `Provider '${slug}' has no BYOK credential named 'default'. ${configured(stored)} The request brings no key of the ` +
      "provider's, and none is stored as the default of this gateway: send one, name one of those in cf-aig-byok-alias, or store " +
      `one with default_config: true${isHeldBack ? " (byok_only keeps back the operator's)" : ''}.`,
  )
}

function configured(stored: StoredKeys | undefined): string {
  const aliases = stored?.all.map(({ alias }) => quoted(alias)) ?? []
  return aliases.length > 0 ? `Configured aliases: ${aliases.join(', ')}.` : 'Configured aliases: none.'
}

function quoted(alias: string): string {
  return `'${shown(alias).slice(1, -1)}'`
}

/** Whether an answer says that another key might do: this one is not (or no more) good, or has had its share. */
export function isRefusal(status: number, { refusesKeysWith }: Pick<Provider, 'refusesKeysWith'>): boolean {
  return status === 401 || status === 429 || refusesKeysWith?.includes(status) === true
}
