import type { JsonKeyForm } from '../contract/json-keys.ts'
import type { formats } from '../formats/index.ts'

export type FormatName = keyof typeof formats

/**
 * A provider: data only, never control flow. To add one: a file here, one line in `index.ts`, a recorded answer in
 * `fixtures/`.
 */
export interface Provider {
  /** The path segment at the gateway: `/v1/{account}/{gateway}/{slug}/...`. */
  slug: string
  /** Other slugs that clients use for it; rows show `slug`. */
  aliases?: readonly string[]
  name: string
  /**
   * Where the path after the slug is appended, without a trailing slash. `{workers_ai_account_id}` is filled in from
   * the configuration. Replaced by `TOLLGATE_PROVIDER_<SLUG>_BASE_URL`. Null: only what `hosts` lists has an address.
   */
  baseUrl: string | null
  /** Paths that lead to another host than `baseUrl`, first match wins. */
  hosts?: readonly HostPattern[]
  /** A request header whose value is the whole address of the call, and the hosts (and those below them) it may name. */
  targetHeader?: { name: string; hosts: readonly string[] }
  /**
   * Prefixes of the path that are rewritten before it is appended, first match wins: `['@cf/', 'run/@cf/']`.
   * Beside these, one of a path's leading `v1/` and the base's trailing `/v1` is dropped for every provider.
   */
  rewrites: readonly (readonly [from: string, to: string])[]
  /** Where a client puts its credential; the first is where Tollgate puts a key it adds itself. */
  auth: readonly ProviderAuth[]
  /** How a request is told that its client signed as a whole: by the scheme in `authorization`, or a query parameter. */
  signature?: { scheme: string; parameter: string }
  /** Statuses, beside 401 and 429, with which it refuses a key, so that another one may do. */
  refusesKeysWith?: readonly number[]
  /** What a stored key is where it is a JSON object; any other is a text that is sent as it is. */
  jsonKey?: JsonKeyUse
  /**
   * The format of each endpoint, first match wins. Patterns are matched against the rewritten path without its
   * leading version segment (`v1/`, `v1beta/`, ...); `*` stands for any characters, also none. What matches nothing is passed
   * through and logged, but not read.
   */
  endpoints: readonly (readonly [pattern: string, format: FormatName])[]
  /** Endpoints that it answers to anybody, without a key; patterns as in `endpoints`. */
  openEndpoints?: readonly string[]
  /**
   * How a chat in OpenAI's shape reaches it, by the model's name: first match wins. The path's format says whether it is
   * translated. Absent: it takes no chats.
   */
  chats?: readonly ChatRoute[]
  /** Beginnings of models' names that are its alone: such a model needs no slug before it. */
  ownModels?: readonly string[]
  /** Whether `stream_options.include_usage` is asked of streams in the `openai-chat` format. */
  asksStreamUsage: boolean
  /** Matches the addresses (path and query at the provider) that refuse `stream_options`. */
  refusesStreamUsage?: RegExp
  /** The provider's id in the price table, null where it has none. */
  priceId: string | null
  /** Of a provider that may change: names what it is now, so that nothing cached outlives it. */
  version?: string
  /** The price is that of the model asked for: answers name it without the part of its id that decides the price. */
  pricesRequestedModel?: true
  /** Where these facts come from. */
  sources: readonly { url: string; checked: string }[]
}

/**
 * A beginning of the path that decides the host: `bedrock-runtime/{region}/`. Where it has no trailing slash it is the
 * whole path. A placeholder stands for one segment, or for what `where` says; in a host only for what `where` says.
 */
export interface HostPattern {
  path: string
  /** Scheme and host, without a path: `https://bedrock-runtime.{region}.amazonaws.com`. */
  base: string
  /** What takes the place of the matched beginning: the path that the base receives. */
  to: string
  where?: Readonly<Record<string, RegExp>>
  /** What requests to it are signed for, by a key of the form `sigv4`; the region is what `{region}` stands for. */
  service?: string
  /** Where it takes a key, if not in the provider's first place. A bearer token of the client's is moved there too. */
  auth?: KeyPlace
}

/** One address for chats. */
export interface ChatRoute {
  /**
   * What the model is called at Tollgate, behind the provider's slug. A placeholder stands for one segment, or for what
   * `where` says; `{model}` for all that is left, and for what the provider calls the model.
   */
  model: string
  where?: Readonly<Record<string, RegExp>>
  /** Behind the slug, as at a native address. */
  path: string
  /** The same for streams, where it is another one; with its query. */
  streamPath?: string
  /** Members that the body must have there, and such as it must not have. */
  adds?: Readonly<Record<string, unknown>>
  omits?: readonly string[]
  /** Members that have another name than OpenAI's there: `seed` is `random_seed`. */
  renames?: Readonly<Record<string, string>>
}

/** `sigv4`: requests are signed with it. `service-account`: it is exchanged for an access token at `tokenUrl`. */
export type JsonKeyUse =
  | { form: Extract<JsonKeyForm, 'sigv4'> }
  | { form: Extract<JsonKeyForm, 'service-account'>; tokenUrl: string; scope: string }

export type ProviderAuth = KeyPlace | { in: 'query'; name: string }

/** A header with a key: its value is the key, after the scheme where there is one. */
export interface KeyPlace {
  in: 'header'
  name: string
  scheme: string | null
}
