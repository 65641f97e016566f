import { customPrefix } from '../contract/custom-providers.ts'
import { type ErrorCode, GatewayError } from '../kernel/errors.ts'
import { credentialHeaders } from '../kernel/header-names.ts'
import type { UpstreamPolicy } from '../kernel/public-address.ts'
import type { Vault } from '../kernel/vault.ts'
import type { CustomProviderSnapshot } from '../live/custom-providers.ts'
import type { Live } from '../live/live.ts'
import { createCustomPrices } from '../pricing/custom-costs.ts'
import type { PriceTable } from '../pricing/price-table.ts'
import { customProvider } from '../providers/custom.ts'
import type { Provider } from '../providers/provider.ts'
import { type Door, shown } from './door.ts'
import type { RequestOptions } from './request-options.ts'

/** A custom provider of an account, ready for calls. */
export interface CustomProvider {
  id: string
  provider: Provider
  headers: readonly ExtraHeader[]
  /** Null where no cost is in force. */
  prices: PriceTable | null
}

interface ExtraHeader {
  /** In lower case. */
  name: string
  value: string
  /** It is sent only for those who showed a Tollgate credential, and gives way to one of the client's own. */
  isCredential: boolean
  /** What of it must not stand in a log; null: nothing. */
  secret: string | null
}

/**
 * Finds the custom provider of a door; null where its slug is not one of a custom provider. Throws `provider_unknown` where
 * the account has none, or has it disabled, `upstream_refused` where its address may not be called (any more), and `unavailable`
 * where its headers cannot be opened.
 */
export type FindCustomProvider = (door: Door) => CustomProvider | null

export interface CustomProviderDeps {
  live: Pick<Live, 'customProvider'>
  vault: Pick<Vault, 'open'>
  upstreamPolicy: Pick<UpstreamPolicy, 'faultOf'>
}

type Compiled = { custom: CustomProvider } | { code: ErrorCode; message: string }

/** Each version of a provider is compiled at its first request. */
export function createFindCustomProvider(deps: CustomProviderDeps): FindCustomProvider {
  const compiled = new WeakMap<CustomProviderSnapshot, Compiled>()
  return (door) => {
    if (!door.slug.startsWith(customPrefix)) return null
    const snapshot = deps.live.customProvider(door.accountId, door.slug.slice(customPrefix.length))
    if (!snapshot) throw unknown(door)
    let known = compiled.get(snapshot)
    if (!known) compiled.set(snapshot, (known = compile(snapshot, deps)))
    if ('custom' in known) return known.custom
    throw new GatewayError(known.code, known.message)
  }
}

/**
 * Adds the provider's own headers to those that go out, and their secrets to what is masked. `taken`: where a stored key goes,
 * which comes before a credential of these headers; null: there is none.
 */
export function addExtraHeaders(headers: readonly ExtraHeader[], options: RequestOptions, taken: string | null): void {
  for (const { name, value, isCredential, secret } of headers) {
    const isOwn = (_: string, at: number): boolean => options.forwarded[at - (at % 2)]?.toLowerCase() === name
    if (isCredential && (!options.authenticated || name === taken || options.forwarded.some(isOwn))) continue
    options.forwarded = options.forwarded.filter((text, at) => !isOwn(text, at))
    options.forwarded.push(name, value)
    if (secret !== null) options.secrets.push(secret)
  }
}

function unknown({ accountId, slug }: Door): GatewayError {
  return new GatewayError(
    'provider_unknown',
    `Invalid provider ${shown(slug)}: the account ${accountId} has no custom provider with this slug. Create it with POST ` +
      '/client/v4/accounts/{account_id}/ai-gateway/custom-providers',
  )
}

function compile(snapshot: CustomProviderSnapshot, { vault, upstreamPolicy }: CustomProviderDeps): Compiled {
  const { id, name, baseUrl, sealedHeaders, modifiedMs, costs } = snapshot
  const slug = `${customPrefix}${snapshot.slug}`
  if (!snapshot.isEnabled) {
    const message = `Invalid provider: ${slug} is disabled. Enable it with PATCH .../custom-providers/${id} {"enable": true}`
    return { code: 'provider_unknown', message }
  }
  // It was allowed when it was stored; the operator's list may be another one by now.
  const fault = upstreamPolicy.faultOf(baseUrl)
  if (fault !== null) return { code: 'upstream_refused', message: `The address of ${slug} ${fault}.` }
  const headers = sealedHeaders === null ? '{}' : vault.open(sealedHeaders, id)
  if (headers === null) {
    const message = `The headers of ${slug} were sealed with an encryption key that is not here: store them again, or bring the key back`
    return { code: 'unavailable', message }
  }
  const provider = {
    ...customProvider,
    slug,
    name,
    baseUrl: baseUrl.replace(/\/+$/, ''),
    version: `${id}.${modifiedMs}`,
  }
  return { custom: { id, provider, headers: readExtraHeaders(headers), prices: createCustomPrices(slug, costs) } }
}

/** As `management` checked it before it was stored: an object of texts. */
function readExtraHeaders(text: string): ExtraHeader[] {
  return Object.entries(JSON.parse(text) as Record<string, string>).map(([key, value]) => {
    const name = key.toLowerCase()
    const isCredential = credentialHeaders.has(name) || credentialName.test(name)
    // Of a value with a scheme the secret is what stands behind it.
    const bare = value.slice(value.indexOf(' ') + 1)
    return { name, value, isCredential, secret: isCredential || /^(?=.*\d)\S{16,}$/.test(bare) ? bare : null }
  })
}

const credentialName = /auth|key|token|secret|password|session|credential/
