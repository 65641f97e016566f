import type { Config } from '../kernel/config.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { GatewaySnapshot } from '../live/live.ts'
import type { Format } from '../formats/format.ts'
import { formats } from '../formats/index.ts'
import { type Address, addressOf, formatOf, joinPath } from '../providers/address.ts'
import { providers } from '../providers/index.ts'
import type { Provider } from '../providers/provider.ts'
import type { PriceTable } from '../pricing/price-table.ts'
import { addExtraHeaders, type CustomProvider, type FindCustomProvider } from './custom-provider.ts'
import { checkPath, type Door, shown } from './door.ts'
import { addHop } from './hops.ts'
import type { RequestOptions } from './request-options.ts'
import type { UpstreamCall } from './upstream.ts'
import { takeTargetHeader } from './target-header.ts'

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
  /** A credential Tollgate adds, because the request brought none; null: nothing is added. */
  added: { name: string; value: string; secret: string } | null
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

/** Finds the target of a request at a native door. Throws `provider_invalid`. */
export type ChooseTarget = (door: Door, options: RequestOptions, gateway: GatewaySnapshot) => Target

interface Base {
  provider: Provider
  /** The operator's base URL; null: the provider's own. */
  override: string | null
  /** Cloudflare's account in the address; null: that of the request. */
  accountId: string | null
  apiKey: string | null
  custom: CustomProvider | null
  /**
   * By the path a client used: the same few come again and again, and finding their place costs more than knowing it.
   * Null where the place depends on more than the path.
   */
  known: Map<string, Place> | null
}

/** What a target has of a path alone. */
type Place = Pick<Target, 'format' | 'origin' | 'path' | 'endpoint'>

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
  { findCustomProvider, instance }: { findCustomProvider: FindCustomProvider; instance: string },
): ChooseTarget {
  const bases = new Map<string, Base>()
  for (const provider of providers) {
    const { baseUrl: override = null, apiKey = null } = config.providers.get(provider.slug) ?? {}
    const accountId = config.workersAiAccountId
    const needsAccount = override === null && accountId === null && provider.baseUrl?.includes(accountPlace)
    const base = { provider, override, accountId, apiKey, custom: null, known: needsAccount ? null : new Map() }
    for (const slug of [provider.slug, ...(provider.aliases ?? [])]) bases.set(slug, base)
  }

  const findCustomBase = createFindCustomBase(findCustomProvider)

  return (door, options, gateway) => {
    const base = bases.get(door.slug) ?? findCustomBase(door)
    if (!base) throw unknownProvider(door.slug)
    const { provider, apiKey, custom } = base
    const named = takeTargetHeader(provider, options)
    const { format, origin, path, endpoint } = named ? namedPlace(base, named) : placeOf(base, door)
    const query = named ? named.search.slice(1) : options.query
    const isSigned = provider.signature !== undefined && hasSignature(provider.signature, options)
    if (custom) addExtraHeaders(custom.headers, options)
    const added = apiKey !== null && mayAdd(provider, options, gateway) ? credential(provider, apiKey) : null
    // A request that its client signed is not changed, and leads to where that is looked at.
    if (!isSigned) addHop(options, instance)
    const isUserGiven = custom !== null
    const prices = custom?.prices ?? null
    return { provider, format, origin, path, query, endpoint, isSigned, added, isUserGiven, prices }
  }
}

function createFindCustomBase(findCustomProvider: FindCustomProvider): (door: Door) => Base | null {
  const bases = new WeakMap<CustomProvider, Base>()
  return (door) => {
    const custom = findCustomProvider(door)
    if (!custom) return null
    const known = bases.get(custom)
    if (known) return known
    const base: Base = { ...ofUsers, provider: custom.provider, custom, known: new Map() }
    bases.set(custom, base)
    return base
  }
}

/** What the configuration says of providers that users made: nothing. */
const ofUsers = { override: null, accountId: null, apiKey: null }

function unknownProvider(slug: string): GatewayError {
  const known = providers.map((provider) => provider.slug).join(', ')
  return new GatewayError(
    'provider_invalid',
    `Invalid provider ${shown(slug)}: the providers are ${known}, and custom-{slug}`,
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

function toPlace(base: Base, { base: url, path }: Address, accountId: string): Place {
  const to = split(base.override ?? fillAccount(url, base.accountId ?? accountId))
  const format = formatOf(base.provider, path) ?? formats.unread
  return { format, origin: to.origin, path: joinPath(to.path, path), endpoint: path }
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

function hasSignature({ scheme, parameter }: { scheme: string; parameter: string }, options: RequestOptions): boolean {
  if (hasParameter(options.query, parameter)) return true
  const { forwarded } = options
  return forwarded.some(
    (text, at) => at % 2 === 1 && text.startsWith(`${scheme} `) && isNamed(forwarded[at - 1], 'authorization'),
  )
}

/** A key of the environment is for requests that showed a Tollgate credential and bring no key of their own. */
function mayAdd(provider: Provider, options: RequestOptions, gateway: GatewaySnapshot): boolean {
  if (!options.authenticated || gateway.byokOnly) return false
  return !provider.auth.some((place) =>
    place.in === 'header' ? hasHeader(options.forwarded, place.name) : hasParameter(options.query, place.name),
  )
}

function hasHeader(headers: readonly string[], name: string): boolean {
  return headers.some((text, at) => at % 2 === 0 && isNamed(text, name))
}

function isNamed(header: string | undefined, name: string): boolean {
  return header?.toLowerCase() === name
}

function hasParameter(query: string, name: string): boolean {
  return query.split('&').some((part) => part.startsWith(`${name}=`))
}

function credential(provider: Provider, key: string): Target['added'] {
  const place = provider.auth.find((entry) => entry.in === 'header')
  if (!place) return null
  return { name: place.name, value: place.scheme === null ? key : `${place.scheme} ${key}`, secret: key }
}
