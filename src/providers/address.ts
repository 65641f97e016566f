import type { Format } from '../formats/format.ts'
import { formats } from '../formats/index.ts'
import { providers } from './index.ts'
import type { Provider } from './provider.ts'

type FindFormat = (path: string) => Format | null

const version = /^v\d\w*\//

const findersBySlug: ReadonlyMap<string, FindFormat> = new Map(
  providers.map((provider) => [provider.slug, compileEndpoints(provider.endpoints)]),
)

/**
 * The path after the provider's slug as the provider has it: its first matching rewrite is applied
 * (`@cf/meta/llama` is `run/@cf/meta/llama`). No leading slash, no query. A rewritten path stays as it is.
 */
export function rewritePath(provider: Provider, path: string): string {
  for (const [from, to] of provider.rewrites) {
    if (path.startsWith(from)) return to + path.slice(from.length)
  }
  return path
}

/**
 * `base` with the rewritten path appended. `base` has no trailing slash and may be a whole URL or only its path; the
 * result begins with it. Where the base ends in the version segment that the path begins with (`/v1` and `v1/`), one
 * of the two is dropped, so that clients may write the version or leave it out.
 */
export function upstreamPath(provider: Provider, base: string, path: string): string {
  const rewritten = rewritePath(provider, path)
  const leading = version.exec(rewritten)?.[0]
  const isDoubled = leading !== undefined && base.endsWith(`/${leading.slice(0, -1)}`)
  return `${base}/${isDoubled ? rewritten.slice(leading.length) : rewritten}`
}

/** The format of an endpoint, null where it is not read. Takes the path as the client or as the provider has it. */
export function formatOf(provider: Provider, path: string): Format | null {
  const find = findersBySlug.get(provider.slug)
  return find ? find(rewritePath(provider, path)) : null
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
