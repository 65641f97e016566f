import type { Config } from '../kernel/config.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { GatewaySnapshot } from '../live/live.ts'
import type { Format } from '../formats/format.ts'
import { formats } from '../formats/index.ts'
import { formatOf, rewritePath, upstreamPath } from '../providers/address.ts'
import { providers } from '../providers/index.ts'
import type { Provider } from '../providers/provider.ts'
import { checkPath, type Door, shown } from './door.ts'
import type { RequestOptions } from './request-options.ts'

/** Where one attempt goes: everything the call needs beside the body. */
export interface Target {
  provider: Provider
  format: Format
  origin: string
  /** Path as sent, without query. */
  path: string
  /** Path as the provider has it, for the format to read. */
  endpoint: string
  /** A credential Tollgate adds, because the request brought none; null: nothing is added. */
  added: { name: string; value: string; secret: string } | null
}

/** Finds the target of a request at a native door. Throws `provider_invalid`. */
export type ChooseTarget = (door: Door, options: RequestOptions, gateway: GatewaySnapshot) => Target

interface Base {
  provider: Provider
  url: string
  /** Null where the address depends on the request. */
  fixed: { origin: string; path: string } | null
  apiKey: string | null
  /** By the path a client used: the same few come again and again, and finding their place costs more than knowing it. */
  known: Map<string, Place>
}

/** What a target has of a path alone. */
type Place = Pick<Target, 'format' | 'origin' | 'path' | 'endpoint'>

/** Paths come from clients: what is kept of them is bounded. */
const mostKnown = 500
const longestKnown = 256

const accountPlace = '{workers_ai_account_id}'

/** Compiles the providers' addresses once, with what the configuration says of them. */
export function createChooseTarget(config: Config): ChooseTarget {
  const bases = new Map<string, Base>()
  for (const provider of providers) {
    const override = config.providers.get(provider.slug)
    const url = override?.baseUrl ?? provider.baseUrl.replace(accountPlace, config.workersAiAccountId ?? accountPlace)
    const fixed = url.includes(accountPlace) ? null : split(url)
    bases.set(provider.slug, { provider, url, fixed, apiKey: override?.apiKey ?? null, known: new Map() })
  }

  return (door, options, gateway) => {
    const base = bases.get(door.slug)
    if (!base) throw unknownProvider(door.slug, [...bases.keys()])
    const { provider, apiKey } = base
    const { format, origin, path, endpoint } = placeOf(base, door)
    const added = apiKey !== null && mayAdd(provider, options, gateway) ? credential(provider, apiKey) : null
    return { provider, format, origin, path, endpoint, added }
  }
}

function unknownProvider(slug: string, known: string[]): GatewayError {
  if (slug === '' || slug === 'compat') {
    const door = slug === '' ? 'universal endpoint' : 'compat endpoint'
    return new GatewayError(
      'provider_invalid',
      `Invalid provider: the ${door} is not part of this version. Use /v1/{account_id}/{gateway_id}/{provider}/...`,
    )
  }
  return new GatewayError('provider_invalid', `Invalid provider ${shown(slug)}: the providers are ${known.join(', ')}`)
}

function placeOf(base: Base, door: Door): Place {
  if (!base.fixed) return findPlace(base.provider, split(fillAccount(base.url, door.accountId)), door.path)
  const known = base.known.get(door.path)
  if (known) return known
  const place = findPlace(base.provider, base.fixed, door.path)
  if (door.path.length > longestKnown) return place
  if (base.known.size === mostKnown) base.known.clear()
  base.known.set(door.path, place)
  return place
}

function findPlace(provider: Provider, base: { origin: string; path: string }, clientPath: string): Place {
  const path = checkPath(clientPath)
  return {
    format: formatOf(provider, path) ?? formats.unread,
    origin: base.origin,
    path: upstreamPath(provider, base.path, path),
    endpoint: rewritePath(provider, path),
  }
}

function split(url: string): { origin: string; path: string } {
  const { origin, pathname } = new URL(url)
  return { origin, path: pathname.replace(/\/+$/, '') }
}

function fillAccount(url: string, accountId: string): string {
  if (/^[0-9a-f]{32}$/i.test(accountId)) return url.replace(accountPlace, accountId)
  throw new GatewayError(
    'provider_invalid',
    `This provider needs a Cloudflare account, and ${shown(accountId)} is not one (32 hex digits): ` +
      'set TOLLGATE_PROVIDER_WORKERS_AI_ACCOUNT_ID',
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
  return headers.some((text, at) => at % 2 === 0 && text.toLowerCase() === name)
}

function hasParameter(query: string, name: string): boolean {
  return query.split('&').some((part) => part.startsWith(`${name}=`))
}

function credential(provider: Provider, key: string): Target['added'] {
  const place = provider.auth.find((entry) => entry.in === 'header')
  if (!place) return null
  return { name: place.name, value: place.scheme === null ? key : `${place.scheme} ${key}`, secret: key }
}
