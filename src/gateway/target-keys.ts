import { credentialHeaders } from '../kernel/header-names.ts'
import type { GatewaySnapshot, Live } from '../live/live.ts'
import type { JsonKeyUse, KeyPlace, Provider } from '../providers/provider.ts'
import type { TokenPlace } from './access-tokens.ts'
import type { Door } from './door.ts'
import { takeOwnAccount } from './own-account.ts'
import { chooseKeys, type ProviderKey } from './provider-keys.ts'
import type { RequestOptions } from './request-options.ts'

/** What a key is where it is a JSON object. */
export type JsonKey = Extract<JsonKeyUse, { form: 'sigv4' }> | ({ form: 'service-account' } & TokenPlace)

/** What is known of a provider's keys before there is a request. */
export interface KeyUse {
  provider: Provider
  /** Stored keys are kept under it: the provider's slug, or the id of a custom one. */
  storedAs: string
  /** A user made the provider: what it takes for a credential is not known. */
  isCustom: boolean
  /** Whether the provider may be one that wants no key, as a server of the operator's own. */
  isKeyless: boolean
  operatorKey: ProviderKey | null
  place: KeyPlace
  /** Null: every key is a text. */
  jsonKey: JsonKey | null
}

export interface KeySettings {
  apiKey: string | null
  tokenUrl: string | null
  isKeyless: boolean
  /** Id of the custom provider; null: it is a built-in one. */
  customId: string | null
}

export function createKeyUse(provider: Provider, settings: KeySettings): KeyUse {
  const { apiKey, tokenUrl, isKeyless, customId } = settings
  const place = provider.auth.find((entry) => entry.in === 'header')
  if (!place) throw new Error(`${provider.name} has no header for a key`)
  return {
    provider,
    storedAs: customId ?? provider.slug,
    isCustom: customId !== null,
    isKeyless,
    operatorKey: apiKey === null ? null : { id: null, alias: null, secret: apiKey, limit: null },
    place,
    jsonKey: jsonKeyOf(provider, tokenUrl),
  }
}

function jsonKeyOf({ jsonKey }: Provider, tokenUrl: string | null): JsonKey | null {
  if (jsonKey?.form !== 'service-account') return jsonKey ?? null
  return { ...jsonKey, audience: jsonKey.tokenUrl, tokenUrl: tokenUrl ?? jsonKey.tokenUrl }
}

const none: readonly ProviderKey[] = []

/**
 * The keys with which a request is tried; empty where it brings its own. Most bring one or may have none, and nothing is looked
 * up for them. Throws what `chooseKeys` throws.
 */
export function keysFor(
  use: KeyUse,
  {
    door,
    options,
    gateway,
    isOpen,
  }: { door: Door; options: RequestOptions; gateway: GatewaySnapshot; isOpen: boolean },
  live: Pick<Live, 'providerKeys'>,
): readonly ProviderKey[] {
  const own = use.jsonKey?.form === 'service-account' ? takeOwnAccount(options.forwarded) : null
  if (own) return [own]
  if (!options.authenticated && !gateway.byokOnly && options.keyAlias === null) return none
  if (use.isCustom ? bringsAny(options) : bringsOne(use.provider, options)) return none
  const { operatorKey, isKeyless, isCustom } = use
  const stored = live.providerKeys(gateway.number, use.storedAs)
  // Whatever a custom provider is called with is the account's own.
  const byokOnly = gateway.byokOnly && !isCustom
  return chooseKeys({ slug: door.slug, stored, operatorKey, isKeyless, isOpen, byokOnly, options })
}

function bringsAny({ forwarded }: RequestOptions): boolean {
  return forwarded.some((text, at) => at % 2 === 0 && credentialHeaders.has(text.toLowerCase()))
}

function bringsOne(provider: Provider, options: RequestOptions): boolean {
  return provider.auth.some((place) =>
    place.in === 'header' ? hasHeader(options.forwarded, place.name) : hasParameter(options.query, place.name),
  )
}

/** A bearer token as the host that is called takes a key. */
export function moveBearer(headers: string[], { name, scheme }: KeyPlace): void {
  if (hasHeader(headers, name)) return
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const token = isNamed(headers[at], 'authorization') ? /^bearer +(.+)$/i.exec(headers[at + 1] ?? '')?.[1] : undefined
    if (token !== undefined) headers.splice(at, 2, name, scheme === null ? token : `${scheme} ${token}`)
  }
}

/** Whether the client signed its request. */
export function hasSignature({ signature }: Provider, { query, forwarded }: RequestOptions): boolean {
  if (!signature) return false
  const { scheme, parameter } = signature
  if (hasParameter(query, parameter)) return true
  return forwarded.some(
    (text, at) => at % 2 === 1 && text.startsWith(`${scheme} `) && isNamed(forwarded[at - 1], 'authorization'),
  )
}

function hasHeader(headers: readonly string[], name: string): boolean {
  return headers.some((text, at) => at % 2 === 0 && isNamed(text, name))
}

function isNamed(header: string | undefined, name: string): boolean {
  return header?.length === name.length && header.toLowerCase() === name
}

function hasParameter(query: string, name: string): boolean {
  return query.split('&').some((part) => part.startsWith(`${name}=`))
}
