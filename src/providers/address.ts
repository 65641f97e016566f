import type { Format } from '../formats/format.ts'
import { formats } from '../formats/index.ts'
import { customEndpoints } from './custom.ts'
import type { SigningScope } from '../kernel/sigv4.ts'
import { providers } from './index.ts'
import type { HostPattern, KeyPlace, Provider } from './provider.ts'

/** Where a path leads: a base URL without a trailing slash, and the path that it receives, without a leading one. */
export interface Address {
  base: string
  path: string
  /** What a request to it is signed for; absent where nothing is signed. */
  signedFor?: SigningScope
  /** Where it takes a key, if not in the provider's first place. */
  auth?: KeyPlace
}

type FindFormat = (path: string) => Format | null

interface CompiledHost {
  pattern: RegExp
  base: string
  to: string
  service: string | undefined
  auth: KeyPlace | undefined
}

const version = /^v\d\w*\//
const placeholder = /\{(\w+)\}/

const finders: ReadonlyMap<Provider['endpoints'], FindFormat> = new Map(
  [customEndpoints, ...providers.map(({ endpoints }) => endpoints)].map((endpoints) => [
    endpoints,
    compileEndpoints(endpoints),
  ]),
)
const hostsBySlug: ReadonlyMap<string, readonly CompiledHost[]> = new Map(
  providers.map((provider) => [provider.slug, (provider.hosts ?? []).map(compileHost)]),
)

/**
 * Where the path after the provider's slug leads (no leading slash, no query): to the host that its beginning names,
 * else to the provider's base, with its first matching rewrite applied (`@cf/meta/llama` is `run/@cf/meta/llama`).
 * Null where the provider has no address for it.
 */
export function addressOf(provider: Provider, path: string): Address | null {
  for (const { pattern, base, to, service, auth } of hostsBySlug.get(provider.slug) ?? []) {
    const found = pattern.exec(path)
    if (!found) continue
    const region = found.groups?.['region']
    return {
      base: fill(base, found.groups),
      path: fill(to, found.groups) + path.slice(found[0].length),
      ...(service !== undefined && region !== undefined && { signedFor: { region, service } }),
      ...(auth && { auth }),
    }
  }
  return provider.baseUrl === null ? null : { base: provider.baseUrl, path: rewrite(provider, path) }
}

/**
 * `base` with the path of an address appended. `base` has no trailing slash and may be a whole URL or only its path; the
 * result begins with it. Where the base ends in the version segment that the path begins with (`/v1` and `v1/`), one
 * of the two is dropped, so that clients may write the version or leave it out.
 */
export function joinPath(base: string, path: string): string {
  const leading = version.exec(path)?.[0]
  const isDoubled = leading !== undefined && base.endsWith(`/${leading.slice(0, -1)}`)
  return `${base}/${isDoubled ? path.slice(leading.length) : path}`
}

/** The format of an endpoint, null where it is not read. Takes the path of its address. */
export function formatOf(provider: Provider, path: string): Format | null {
  return finders.get(provider.endpoints)?.(path) ?? null
}

/** Whether a provider answers an endpoint to anybody, without a key. Takes the path of its address. */
export function isOpenEndpoint({ openEndpoints = [] }: Provider, path: string): boolean {
  return openEndpoints.length > 0 && isOneOf(openEndpoints, path.replace(version, ''))
}

function isOneOf(patterns: readonly string[], endpoint: string): boolean {
  return patterns.some((pattern) => compilePattern(pattern).test(endpoint))
}

function rewrite(provider: Provider, path: string): string {
  for (const [from, to] of provider.rewrites) {
    if (path.startsWith(from)) return to + path.slice(from.length)
  }
  return path
}

function fill(template: string, values: Record<string, string> | undefined): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values?.[name] ?? whole)
}

function compileHost({ path, base, to, where, service, auth }: HostPattern): CompiledHost {
  // Every second part is a placeholder's name.
  const parts = path.split(placeholder)
  const source = parts.map((part, at) =>
    at % 2 === 0 ? RegExp.escape(part) : `(?<${part}>${where?.[part]?.source ?? '[^/]+'})`,
  )
  return { pattern: new RegExp(`^${source.join('')}${path.endsWith('/') ? '' : '$'}`), base, to, service, auth }
}

/** A function that finds the format of a rewritten path: one Map look-up, then the few patterns with a `*`. */
function compileEndpoints(endpoints: Provider['endpoints']): FindFormat {
  const exact = new Map<string, Format>()
  const wild: { pattern: RegExp; format: Format }[] = []
  for (const [pattern, name] of endpoints) {
    if (pattern.includes('*')) wild.push({ pattern: compilePattern(pattern), format: formats[name] })
    else exact.set(pattern, formats[name])
  }
  return (path) => {
    const endpoint = path.replace(version, '')
    return exact.get(endpoint) ?? wild.find(({ pattern }) => pattern.test(endpoint))?.format ?? null
  }
}

function compilePattern(pattern: string): RegExp {
  const literals = pattern.split('*').map((literal) => RegExp.escape(literal))
  return new RegExp(`^${literals.join('.*')}$`)
}
