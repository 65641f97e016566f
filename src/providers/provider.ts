import type { formats } from '../formats/index.ts'

export type FormatName = keyof typeof formats

/**
 * A provider: data only, never control flow. To add one: a file here, one line in `index.ts`, a recorded answer in
 * `../formats/fixtures/`.
 */
export interface Provider {
  /** The path segment at the gateway: `/v1/{account}/{gateway}/{slug}/...`. */
  slug: string
  name: string
  /**
   * Where the path after the slug is appended, without a trailing slash. `{workers_ai_account_id}` is filled in from
   * the configuration. Replaced by `TOLLGATE_PROVIDER_<SLUG>_BASE_URL`.
   */
  baseUrl: string
  /**
   * Prefixes of the path that are rewritten before it is appended, first match wins: `['@cf/', 'run/@cf/']`.
   * Beside these, one of a path's leading `v1/` and the base's trailing `/v1` is dropped for every provider.
   */
  rewrites: readonly (readonly [from: string, to: string])[]
  /** Where a client puts its credential; the first is where Tollgate puts a key it adds itself. */
  auth: readonly ProviderAuth[]
  /**
   * The format of each endpoint, first match wins. Patterns are matched against the rewritten path without its
   * leading version segment (`v1/`, `v1beta/`, ...); `*` stands for any characters, also none. What matches nothing is passed
   * through and logged, but not read.
   */
  endpoints: readonly (readonly [pattern: string, format: FormatName])[]
  /** Whether `stream_options.include_usage` is asked of streams in the `openai-chat` format. */
  asksStreamUsage: boolean
  /** The provider's id in the price table, null where it has none. */
  priceId: string | null
  /** Where these facts come from. */
  sources: readonly { url: string; checked: string }[]
}

export type ProviderAuth = { in: 'header'; name: string; scheme: string | null } | { in: 'query'; name: string }
