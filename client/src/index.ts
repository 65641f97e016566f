export { ApiPromise } from './api-promise.ts'
export { AiGatewayInternalError, AiGatewayLogNotFound, createBinding } from './binding.ts'
export type * from './binding.ts'
export {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  CloudflareError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  PreconditionFailedError,
  RateLimitError,
  UnprocessableEntityError,
} from './errors.ts'
export type { ErrorDetail } from './errors.ts'
export type * from './generated.ts'
export type { RequestOptions } from './operation.ts'
export { Page, type PageInfo, PagePromise } from './page.ts'
export type { ClientOptions } from './settings.ts'
export { Tollgate, Tollgate as Cloudflare, Tollgate as default } from './tollgate.ts'
