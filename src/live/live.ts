import type { DocumentKind, DocumentRecord } from '../contract/document.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import type { TokenBody } from '../contract/tokens.ts'
import type { TokenGrant } from '../contract/permissions.ts'
import type { CompiledRoute } from '../routing/routing.ts'
import { createCustomProviders, type CustomProviderSnapshot } from './custom-providers.ts'
import { createLiveRoutes } from './dynamic-routes.ts'
import type { Vault } from '../kernel/vault.ts'
import { createLiveProviderKeys, type StoredKeys } from './provider-keys.ts'

/**
 * What the request path needs of the stored settings, compiled once and kept in memory: loaded at start, changed by
 * `apply`, which the management API awaits before it answers. No request ever asks the store.
 */
export interface Live {
  gateway(accountId: string, gatewayId: string): GatewaySnapshot | undefined
  all(): GatewaySnapshot[]
  /** The token with this hash. */
  token(hash: string): TokenSnapshot | undefined
  /** The custom provider of an account with this slug, which is without `custom-`. */
  customProvider(accountId: string, slug: string): CustomProviderSnapshot | undefined
  /** All of them, also the disabled ones. */
  customProviders(accountId: string): readonly CustomProviderSnapshot[]
  /** The keys that a gateway has for a provider, by its slug, or by its id where it is a custom one. */
  providerKeys(gateway: number, name: string): StoredKeys | undefined
  /** What is deployed of a gateway's dynamic route with this name. */
  dynamicRoute(gateway: number, name: string): CompiledRoute | undefined
  dynamicRoutes(gateway: number): readonly CompiledRoute[]
  apply(change: LiveChange): void
  /** Every change up to this version of the store's settings is in force here. */
  version(): number
  /** Says that everything up to this version was read from the store and applied. */
  reach(version: number): void
}

/** `version`: of the store's settings once the change is made; null where it is not known. */
export type LiveChange = { version: number | null } & (
  | { type: 'gateway'; record: GatewayRecord }
  | { type: 'gateway-removed'; number: number; accountId: string; id: string }
  | { type: 'documents'; put: readonly DocumentRecord[]; removed: readonly string[] }
  /** All documents of the kinds below, as they were read from the store. */
  | { type: 'all-documents'; documents: readonly DocumentRecord[] }
)

/** The kinds of documents that are kept here. */
export const liveKinds: DocumentKind[] = ['token', 'provider_keys', 'custom_provider', 'provider_cost', 'dynamic_route']

/** A token as it is asked for. */
export interface TokenSnapshot {
  readonly grant: TokenGrant
  /** UTC ms; null: it does not expire. */
  readonly expiresMs: number | null
}

/** One gateway's settings as the request path reads them; never changed, only replaced. */
export interface GatewaySnapshot {
  readonly number: number
  readonly accountId: string
  readonly id: string
  /** Names the version: it rises with every change. */
  readonly modifiedMs: number
  readonly authentication: boolean
  readonly collectLogs: boolean
  /** Stored keys or the client's own only: keys of the environment are not used. */
  readonly byokOnly: boolean
  readonly cacheEpoch: number
  /** 0: answers are cached only where a request asks for it. */
  readonly cacheTtlMs: number
  /** Null: no limit. */
  readonly rateLimit: {
    readonly requests: number
    readonly windowMs: number
    readonly technique: 'fixed' | 'sliding'
  } | null
  readonly retry: RetrySettings
  /** Whether requests pass while the counters cannot be reached. */
  readonly rateLimitFailsOpen: boolean
}

/** How a provider that fails is called again. */
export interface RetrySettings {
  /** Calls at most, 1 to 5. */
  readonly maxAttempts: number
  /** The wait before the second one. */
  readonly delayMs: number
  readonly backoff: 'constant' | 'linear' | 'exponential'
}

/** `vault` opens what is stored sealed; without one there are no secrets here. */
export function createLive(records: readonly GatewayRecord[], vault: Pick<Vault, 'open'> = { open: () => null }): Live {
  const accounts = new Map<string, Map<string, GatewaySnapshot>>()
  const tokens = createTokens()
  const customProviders = createCustomProviders()
  const providerKeys = createLiveProviderKeys(vault)
  const dynamicRoutes = createLiveRoutes()
  const all = [tokens, customProviders, providerKeys, dynamicRoutes]
  let reached = 0

  function apply(change: LiveChange): void {
    if (change.type === 'documents') {
      for (const kept of all) kept.change(change.put, change.removed)
    } else if (change.type === 'all-documents') {
      for (const kept of all) kept.replace(change.documents)
    } else applyToGateways(change)
    // A gap stays visible, until somebody reads what is missing.
    if (change.version === reached + 1) reached++
  }

  function applyToGateways(change: LiveChange & { type: 'gateway' | 'gateway-removed' }): void {
    const { accountId, id } = change.type === 'gateway' ? change.record : change
    const gateways = accounts.get(accountId) ?? new Map<string, GatewaySnapshot>()
    const known = gateways.get(id)
    if (change.type === 'gateway-removed') {
      // Under the same name there may be a newer gateway by now.
      if (known?.number === change.number) gateways.delete(id)
      providerKeys.forget(change.number)
      dynamicRoutes.forget(change.number)
    } else if (!known || !isOlder(change.record, known)) {
      accounts.set(accountId, gateways.set(id, compile(change.record)))
    }
  }

  for (const record of records) apply({ type: 'gateway', record, version: null })
  return {
    gateway: (accountId, gatewayId) => accounts.get(accountId)?.get(gatewayId),
    all: () => [...accounts.values()].flatMap((gateways) => [...gateways.values()]),
    token: (hash) => tokens.find(hash),
    customProvider: (accountId, slug) => customProviders.find(accountId, slug),
    customProviders: (accountId) => customProviders.all(accountId),
    providerKeys: (gateway, name) => providerKeys.of(gateway, name),
    dynamicRoute: (gateway, name) => dynamicRoutes.find(gateway, name),
    dynamicRoutes: (gateway) => dynamicRoutes.all(gateway),
    apply,
    version: () => reached,
    reach(version) {
      reached = version
    },
  }
}

/** Tokens by their hashes, and by their ids, under which they are changed. */
function createTokens(): {
  find(hash: string): TokenSnapshot | undefined
  change(put: readonly DocumentRecord[], removed: readonly string[]): void
  replace(all: readonly DocumentRecord[]): void
} {
  const byHash = new Map<string, TokenSnapshot>()
  const hashes = new Map<string, string>()
  const remove = (id: string): void => {
    byHash.delete(hashes.get(id) ?? '')
    hashes.delete(id)
  }
  const put = ({ kind, id, accountId, body }: DocumentRecord): void => {
    if (kind !== 'token') return
    const { hash, gateways, permissions, expiresMs } = body as TokenBody // Its kind says so.
    remove(id)
    hashes.set(id, hash)
    byHash.set(hash, Object.freeze({ grant: { id, accountId, gateways, permissions }, expiresMs }))
  }
  return {
    find: (hash) => byHash.get(hash),
    change(documents, removed) {
      for (const id of removed) remove(id)
      for (const document of documents) put(document)
    },
    replace(documents) {
      byHash.clear()
      hashes.clear()
      for (const document of documents) put(document)
    },
  }
}

/** Changes may arrive in another order than they were made in. */
function isOlder(record: GatewayRecord, known: GatewaySnapshot): boolean {
  if (record.number !== known.number) return record.number < known.number
  if (record.modifiedMs !== known.modifiedMs) return record.modifiedMs < known.modifiedMs
  return record.cacheEpoch < known.cacheEpoch
}

function compile({ number, accountId, id, settings, cacheEpoch, modifiedMs }: GatewayRecord): GatewaySnapshot {
  return Object.freeze({
    number,
    accountId,
    id,
    modifiedMs,
    authentication: settings['authentication'] === true,
    collectLogs: settings['collect_logs'] !== false,
    byokOnly: settings['byok_only'] === true,
    cacheEpoch,
    cacheTtlMs: seconds(settings['cache_ttl']),
    rateLimit: compileRateLimit(settings),
    retry: compileRetry(settings),
    rateLimitFailsOpen: settings['rate_limiting_failure'] !== 'closed',
  })
}

function compileRateLimit(settings: Record<string, unknown>): GatewaySnapshot['rateLimit'] {
  const requests = settings['rate_limiting_limit']
  const windowMs = seconds(settings['rate_limiting_interval'])
  if (typeof requests !== 'number' || requests <= 0 || windowMs === 0) return null
  const technique = settings['rate_limiting_technique'] === 'sliding' ? 'sliding' : 'fixed'
  return Object.freeze({ requests, windowMs, technique })
}

function compileRetry(settings: Record<string, unknown>): RetrySettings {
  const maxAttempts = settings['retry_max_attempts']
  const delayMs = settings['retry_delay']
  const backoff = settings['retry_backoff']
  return Object.freeze({
    maxAttempts: typeof maxAttempts === 'number' ? maxAttempts : 1,
    delayMs: typeof delayMs === 'number' ? delayMs : 500,
    backoff: backoff === 'constant' || backoff === 'linear' ? backoff : 'exponential',
  })
}

/** A setting in seconds as milliseconds; 0 where it is off. */
function seconds(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value * 1000 : 0
}
