/** An entry of `errors` in an answer. */
export interface ErrorDetail {
  code: number
  message: string
  /** The offending part of the request, e.g. `['body', 'cache_ttl']`. */
  path?: (string | number)[]
}

/** Everything that this client throws. */
export class CloudflareError extends Error {
  override name = 'CloudflareError'
}

/** An answer that is not a success. */
export class APIError extends CloudflareError {
  override name = 'APIError'
  /** Undefined where no answer came. */
  readonly status: number | undefined
  readonly headers: Headers | undefined
  /** The body: parsed where it is JSON, else its text. */
  readonly error: unknown
  readonly errors: readonly ErrorDetail[]

  constructor(
    status: number | undefined,
    error: unknown,
    message: string | undefined,
    headers: Headers | undefined,
    options?: ErrorOptions,
  ) {
    const errors = errorsOf(error)
    super(message ?? describe(status, error, errors), options)
    this.status = status
    this.headers = headers
    this.error = error
    this.errors = errors
  }
}

export class BadRequestError extends APIError {
  override name = 'BadRequestError'
}
export class AuthenticationError extends APIError {
  override name = 'AuthenticationError'
}
export class PermissionDeniedError extends APIError {
  override name = 'PermissionDeniedError'
}
export class NotFoundError extends APIError {
  override name = 'NotFoundError'
}
export class ConflictError extends APIError {
  override name = 'ConflictError'
}
/** What was to be changed has changed since the version that `ifMatch` names. */
export class PreconditionFailedError extends APIError {
  override name = 'PreconditionFailedError'
}
export class UnprocessableEntityError extends APIError {
  override name = 'UnprocessableEntityError'
}
export class RateLimitError extends APIError {
  override name = 'RateLimitError'
}
export class InternalServerError extends APIError {
  override name = 'InternalServerError'
}

/** No answer came: the server is not there, or the connection broke. */
export class APIConnectionError extends APIError {
  override name = 'APIConnectionError'

  constructor({ message = 'Connection error.', cause }: { message?: string; cause?: unknown } = {}) {
    super(undefined, undefined, message, undefined, { cause })
  }
}

/** No answer came in time. */
export class APIConnectionTimeoutError extends APIConnectionError {
  override name = 'APIConnectionTimeoutError'
}

/** The caller's signal gave the call up. */
export class APIUserAbortError extends APIError {
  override name = 'APIUserAbortError'

  constructor(cause?: unknown) {
    super(undefined, undefined, 'Request was aborted.', undefined, { cause })
  }
}

const byStatus: Readonly<Record<number, typeof APIError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  412: PreconditionFailedError,
  422: UnprocessableEntityError,
  429: RateLimitError,
}

/** The error for an answer, of the class that belongs to its status. */
export function errorOf(status: number, body: unknown, headers: Headers): APIError {
  const Class = byStatus[status] ?? (status >= 500 ? InternalServerError : APIError)
  return new Class(status, body, undefined, headers)
}

function errorsOf(body: unknown): ErrorDetail[] {
  const errors = typeof body === 'object' && body !== null && 'errors' in body ? body.errors : []
  // The envelope's own shape; a stranger's answer that has such a member is shown as it is.
  return Array.isArray(errors) ? (errors as ErrorDetail[]) : []
}

function describe(status: number | undefined, body: unknown, errors: readonly ErrorDetail[]): string {
  const said = errors.map(({ message }) => message).join('; ')
  if (said !== '') return `${status} ${said}`
  return typeof body === 'string' && body !== '' ? `${status} ${body.slice(0, 200)}` : `${status} status code`
}
