import type { Config } from '../kernel/config.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { SigningScope } from '../kernel/sigv4.ts'
import type { GatewaySnapshot, Live } from '../live/live.ts'
import type { Format } from '../formats/format.ts'
import { formats } from '../formats/index.ts'
import { type Address, addressOf, formatOf, isOpenEndpoint, joinPath } from '../providers/address.ts'
import { providers } from '../providers/index.ts'
import type { KeyPlace, Provider } from '../providers/provider.ts'
import type { PriceTable } from '../pricing/price-table.ts'
import { addExtraHeaders, type CustomProvider, type FindCustomProvider } from './custom-provider.ts'
import { checkPath, type Door, shown } from './door.ts'
import { addHop } from './hops.ts'
import type { ProviderKey } from './provider-keys.ts'
import type { RequestOptions } from './request-options.ts'
import type { UpstreamCall } from './upstream.ts'
import { takeTargetHeader } from './target-header.ts'
import { createKeyUse, hasSignature, type JsonKey, keysFor, type KeyUse, moveBearer } from './target-keys.ts'

/** Where one attempt goes: everything the call needs beside the body. */
export interface Target {
  provider: Provider
  format: Format
  origin: string
  /** Path as sent, without query. */
  path: string
  /** Query as sent, without `?`. */
  query: string
  /** Path as the provider has it, for the format to read. */
  endpoint: string
  /** The client signed the request: nothing of it may change. */
  isSigned: boolean
  /** What is sent in place of the client's body, and how its answer is given back; absent: at native doors. */
  chat?: TargetChat
  /** What Tollgate may add, because the request brought no credential: the first, after a refusal the next. Mostly empty. */
  keys: readonly ProviderKey[]
  /** Where a key goes. */
  keyPlace: KeyPlace
  /** What a key is where it is a JSON object; null: every key is a text. */
  jsonKey: JsonKey | null
  /** What a request is signed for; null: nothing is signed. */
  signedFor: SigningScope | null
  /** A user gave the address: it is dialled only where that is allowed. */
  isUserGiven: boolean
  /** The provider's own prices; null: those of the price table. */
  prices: PriceTable | null
}

/** A chat that came in OpenAI's shape. */
export interface TargetChat {
  bytes: Buffer
  /** What the provider calls the model. */
  model: string
  /** Members of the chat that the provider's format has no word for. */
  dropped: readonly string[]
  /** The provider speaks another format. */
  isTranslated: boolean
  translate: (call: UpstreamCall) => UpstreamCall
}

/** Finds the target of a request at a native door. Throws `provider_invalid`, `key_unknown` and `unauthorized`. */
export type ChooseTarget = (door: Door, options: RequestOptions, gateway: GatewaySnapshot) => Target

interface Base {
  provider: Provider
  /** The operator's base URL; null: the provider's own. */
  override: string | null
  /** Cloudflare's account in the address; null: that of the request. */
  accountId: string | null
  keyUse: KeyUse
  custom: CustomProvider | null
  /**
   * By the path a client used: the same few come again and again, and finding their place costs more than knowing it.
   * Null where the place depends on more than the path.
   */
  known: Map<string, Place> | null
}

/** What a target has of a path alone. */
interface Place extends Pick<Target, 'format' | 'origin' | 'path' | 'endpoint' | 'keyPlace' | 'signedFor'> {
  /** The provider answers it to anybody, without a key. */
  isOpen: boolean
}

/** Paths come from clients: what is kept of them is bounded. */
const mostKnown = 500
const longestKnown = 256

const accountPlace = '{workers_ai_account_id}'

/**
 * Compiles the providers' addresses once, with what the configuration says of them. `instance` names this Tollgate among
 * all that a call may come through.
 */
export function createChooseTarget(
  config: Config,
  {
    findCustomProvider,
    instance,
    live,
  }: { findCustomProvider: FindCustomProvider; instance: string; live: Pick<Live, 'providerKeys'> },
): ChooseTarget {
  const bases = new Map<string, Base>()
  for (const provider of providers) {
    const { baseUrl: override = null, apiKey = null, tokenUrl = null } = config.providers.get(provider.slug) ?? {}
    const accountId = config.workersAiAccountId
    const needsAccount = override === null && accountId === null && provider.baseUrl?.includes(accountPlace)
    const keyUse = createKeyUse(provider, { apiKey, tokenUrl, isKeyless: override !== null, customId: null })
    const base = { provider, override, accountId, keyUse, custom: null, known: needsAccount ? null : new Map() }
    for (const slug of [provider.slug, ...(provider.aliases ?? [])]) bases.set(slug, base)
  }

  const findCustomBase = createFindCustomBase(findCustomProvider)

  return (door, options, gateway) => {
    const base = bases.get(door.slug) ?? findCustomBase(door)
    if (!base) throw unknownProvider(door.slug)
    const { provider, keyUse, custom } = base
    const named = takeTargetHeader(provider, options)
    const place = named ? namedPlace(base, named) : placeOf(base, door)
    const query = named ? named.search.slice(1) : options.query
    const isSigned = hasSignature(provider, options)
    const keys = keysFor(keyUse, { door, options, gateway, isOpen: place.isOpen }, live)
    if (place.keyPlace !== keyUse.place && !isSigned) moveBearer(options.forwarded, place.keyPlace)
    if (custom) addExtraHeaders(custom.headers, options, keys.length > 0 ? place.keyPlace.name : null)
    // A request that its client signed is not changed, and leads to where that is looked at.
    if (!isSigned) addHop(options, instance)
    const isUserGiven = custom !== null
    const prices = custom?.prices ?? null
    return { ...place, provider, query, isSigned, keys, jsonKey: keyUse.jsonKey, isUserGiven, prices }
  }
}

function createFindCustomBase(findCustomProvider: FindCustomProvider): (door: Door) => Base | null {
  const bases = new WeakMap<CustomProvider, Base>()
  return (door) => {
    const custom = findCustomProvider(door)
    if (!custom) return null
    const known = bases.get(custom)
    if (known) return known
    const { id, provider } = custom
    const keyUse = createKeyUse(provider, { apiKey: null, tokenUrl: null, isKeyless: true, customId: id })
    const base: Base = { provider, override: null, accountId: null, keyUse, custom, known: new Map() }
    bases.set(custom, base)
    return base
  }
}

function unknownProvider(slug: string): GatewayError {
  const known = providers.map((provider) => provider.slug).join(', ')
  return new GatewayError(
    'provider_invalid',
    `Invalid provider ${shown(slug)}: none has this slug; one of the account's own is called custom-{slug}`,
    { note: `The providers are ${known}` },
  )
}

function placeOf(base: Base, door: Door): Place {
  const known = base.known?.get(door.path)
  if (known) return known
  const path = checkPath(door.path)
  const address = addressOf(base.provider, path)
  if (!address) throw noAddress(base.provider, path)
  const place = toPlace(base, address, door.accountId)
  if (!base.known || door.path.length > longestKnown) return place
  if (base.known.size === mostKnown) base.known.clear()
  base.known.set(door.path, place)
  return place
}

function toPlace(base: Base, { base: url, path, signedFor, auth }: Address, accountId: string): Place {
  const to = split(base.override ?? fillAccount(url, base.accountId ?? accountId))
  const format = formatOf(base.provider, path) ?? formats.unread
  const place = { format, origin: to.origin, path: joinPath(to.path, path), endpoint: path }
  const isOpen = isOpenEndpoint(base.provider, path)
  return { ...place, isOpen, keyPlace: auth ?? base.keyUse.place, signedFor: signedFor ?? null }
}

/** The place of an address that the request names. What it reaches beside the provider's base is not read. */
function namedPlace(base: Base, url: URL): Place {
  const path = checkPath(url.pathname.slice(1))
  const place = toPlace(base, { base: url.origin, path }, '')
  return url.origin === base.provider.baseUrl ? place : { ...place, format: formats.unread }
}

function noAddress(provider: Provider, path: string): GatewayError {
  const allowed = (provider.hosts ?? []).map((host) => `${provider.slug}/${host.path}`).join(', ')
  return new GatewayError(
    'provider_invalid',
    `Invalid provider: ${provider.name} has no address for the path ${shown(path)}. Paths begin with ${allowed}`,
  )
}

function split(url: string): { origin: string; path: string } {
  const { origin, pathname } = new URL(url)
  return { origin, path: pathname.replace(/\/+$/, '') }
}

function fillAccount(url: string, accountId: string): string {
  if (!url.includes(accountPlace)) return url
  if (/^[0-9a-f]{32}$/i.test(accountId)) return url.replace(accountPlace, accountId)
  throw new GatewayError(
    'provider_invalid',
    `This provider needs a Cloudflare account, and ${shown(accountId)} is not one (32 hex digits): ` +
      'set TOLLGATE_PROVIDER_WORKERS_AI_ACCOUNT_ID',
  )
}
