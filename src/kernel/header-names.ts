/**
 * Header names that mean something to Tollgate. All lower case.
 * Hop-by-hop: RFC 9110, section 7.6.1.
 */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Through which Tollgates a call has come: their instances, separated by commas. */
export const hopHeader = 'tollgate-hops'

/** What a request carries for Tollgate or for its own hop, and a provider must not see. */
export const notForwarded: ReadonlySet<string> = new Set([
  ...hopByHop,
  'accept-encoding',
  'content-length',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
  'via',
  'x-auth-email',
  'x-auth-key',
  'x-auth-user-service-key',
  'x-real-ip',
])

/** The header names that a `Connection` header lists, in lower case: they belong to the hop too. */
export function namesIn(connection: string): string[] {
  // A pattern with white space around the comma would need quadratic time for a header full of it.
  return connection
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
}

/** Whether a request header belongs to the gateway or to a proxy before it, by its prefix. */
export function hasOwnPrefix(name: string): boolean {
  return name.startsWith('cf-') || name.startsWith('x-forwarded-') || name.startsWith('tollgate-')
}

/** What a provider's answer carries for its own hop or its own cookies, and a client must not see. */
export const notReturned: ReadonlySet<string> = new Set([...hopByHop, 'alt-svc', 'content-length', 'set-cookie'])

/** Request headers that may hold a credential; their values are masked wherever they turn up in a log entry. */
export const credentialHeaders: ReadonlySet<string> = new Set([
  'api-key',
  'authorization',
  'cf-aig-authorization',
  'x-amz-security-token',
  'x-api-key',
  'x-auth-key',
  'x-goog-api-key',
  'xi-api-key',
])

/** Query parameters that may hold a credential. */
export const credentialParameters: ReadonlySet<string> = new Set([
  'access_token',
  'api-key',
  'api_key',
  'apikey',
  'key',
  'token',
  'x-amz-credential',
  'x-amz-security-token',
  'x-amz-signature',
  'xi-api-key',
])
