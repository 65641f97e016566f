import { CloudflareError } from './errors.ts'
import type { Fetch } from './transport.ts'

export interface ClientOptions {
  /** A token; null to send no credential, where something between adds it. Else `CLOUDFLARE_API_TOKEN`. */
  apiToken?: string | null | undefined
  /** With `apiKey`, the address and token of the instance admin. Else `CLOUDFLARE_EMAIL`. */
  apiEmail?: string | null | undefined
  /** Else `CLOUDFLARE_API_KEY`. */
  apiKey?: string | null | undefined
  /** Where the API is, `/client/v4` included. Else `CLOUDFLARE_BASE_URL`, else a Tollgate on this machine. */
  baseURL?: string | null | undefined
  /** Milliseconds for one attempt, 60 000 if not given. */
  timeout?: number | undefined
  /** Attempts after the first, 2 if not given. */
  maxRetries?: number | undefined
  /** Instead of the global `fetch`. */
  fetch?: Fetch | undefined
  /** Sent with every request. */
  defaultHeaders?: Record<string, string | null | undefined> | undefined
  /** In the query of every request. */
  defaultQuery?: Record<string, string | undefined> | undefined
}

/** The options with all that they leave open. */
export interface Settings {
  /** Without a slash at its end. */
  baseURL: string
  headers: Record<string, string | null | undefined>
  defaultQuery: Record<string, string | undefined>
  timeout: number
  maxRetries: number
  fetch: Fetch
}

const usualBaseURL = 'http://127.0.0.1:8787/client/v4'

/** Throws where there is no credential, or the address is none. */
export function readSettings(options: ClientOptions): Settings {
  const { timeout = 60_000, maxRetries = 2, defaultHeaders = {}, defaultQuery = {} } = options
  const baseURL = (options.baseURL ?? environment('CLOUDFLARE_BASE_URL') ?? usualBaseURL).replace(/\/+$/, '')
  if (!URL.canParse(baseURL)) {
    throw new CloudflareError(`baseURL must be an address such as ${usualBaseURL}, but was ${baseURL}.`)
  }
  return {
    baseURL,
    headers: { ...credentialOf(options), ...defaultHeaders },
    defaultQuery,
    timeout,
    maxRetries,
    // Looked up at each call, and called as the global's own: browsers insist on that.
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
  }
}

function credentialOf(options: ClientOptions): Record<string, string> {
  const token = options.apiToken === undefined ? environment('CLOUDFLARE_API_TOKEN') : options.apiToken
  const email = options.apiEmail ?? environment('CLOUDFLARE_EMAIL')
  const key = options.apiKey ?? environment('CLOUDFLARE_API_KEY')
  if (token) return { authorization: `Bearer ${token}` }
  if (email && key) return { 'x-auth-email': email, 'x-auth-key': key }
  if (token === null) return {}
  throw new CloudflareError(
    'There is no credential: give apiToken, or apiEmail and apiKey, or set CLOUDFLARE_API_TOKEN; apiToken: null sends none.',
  )
}

/** A variable of the environment, where there is one: browsers have none. */
function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  return process?.env?.[name]?.trim() || undefined
}
