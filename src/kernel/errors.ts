/**
 * The closed table of everything that can go wrong in a way a caller is told about.
 * Numbers and statuses follow Cloudflare AI Gateway where it has one (its data-plane codes 2xxx, its
 * management codes 1xxx, 7xxx and 10000); where it answers 400 for an upstream failure, Tollgate answers 502 or 504,
 * because clients retry those.
 */
const table = {
  topup_unknown: { number: 1000, status: 404, retryable: false },
  custom_provider_address: { number: 1002, status: 400, retryable: false },
  custom_provider_taken: { number: 1003, status: 409, retryable: false },
  custom_provider_unknown: { number: 1004, status: 404, retryable: false },
  gateway_unknown: { number: 2001, status: 400, retryable: false },
  answer_unreadable: { number: 2002, status: 502, retryable: true },
  rate_limited: { number: 2003, status: 429, retryable: true },
  upstream_failed: { number: 2005, status: 502, retryable: true },
  upstream_refused: { number: 2005, status: 400, retryable: false },
  upstream_timeout: { number: 2005, status: 504, retryable: true },
  provider_invalid: { number: 2008, status: 400, retryable: false },
  provider_unknown: { number: 2008, status: 400, retryable: false },
  loop: { number: 2008, status: 508, retryable: false },
  unauthorized: { number: 2009, status: 401, retryable: false },
  chat_invalid: { number: 2019, status: 400, retryable: false },
  key_unknown: { number: 2040, status: 400, retryable: false },
  input_invalid: { number: 7001, status: 400, retryable: false },
  body_too_large: { number: 7001, status: 413, retryable: false },
  client_too_slow: { number: 7001, status: 408, retryable: true },
  headers_too_large: { number: 7001, status: 431, retryable: false },
  method_unsupported: { number: 7001, status: 405, retryable: false },
  precondition_failed: { number: 7001, status: 412, retryable: false },
  not_found: { number: 7002, status: 404, retryable: false },
  no_route: { number: 7003, status: 404, retryable: false },
  route_taken: { number: 7005, status: 400, retryable: false },
  route_unknown: { number: 7005, status: 404, retryable: false },
  internal: { number: 7000, status: 500, retryable: true },
  unavailable: { number: 7000, status: 503, retryable: true },
  authentication: { number: 10000, status: 401, retryable: false },
  forbidden: { number: 10000, status: 403, retryable: false },
} as const satisfies Record<string, { number: number; status: number; retryable: boolean }>

export type ErrorCode = keyof typeof table

/**
 * An error that a caller may see: `message` says what was wrong, with the value, and what to do; it never holds a
 * secret. `path` names the offending field (`["body", "cache_ttl"]`) for `input_invalid`. `note` says what is too long for a
 * message, which bodies repeat.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: ErrorCode
  readonly number: number
  readonly status: number
  readonly retryable: boolean
  readonly path: readonly (string | number)[] | undefined
  readonly note: string | undefined
  /** What the answer's head says of it, names and values in turn. */
  readonly headers: readonly string[]

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; path?: readonly (string | number)[]; note?: string; headers?: readonly string[] } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.number = table[code].number
    this.status = table[code].status
    this.retryable = table[code].retryable
    this.path = options.path
    this.note = options.note
    this.headers = options.headers ?? []
  }
}

/** Any thrown value as a `GatewayError`; what is not one becomes `internal`, with a message that tells nothing. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  return new GatewayError('internal', 'Internal error. The server log has the details.', { cause: error })
}
