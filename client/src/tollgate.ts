import { call } from './call.ts'
import * as errors from './errors.ts'
import { type Api, operations } from './generated.ts'
import { type ClientOptions, readSettings, type Settings } from './settings.ts'

/** Has what its constructor hangs into it: the calls of the contract, whichever these are. */
const WithApi = class {} as new () => Api

/**
 * A client of Tollgate's management API, to be used as the official `cloudflare` client is:
 * `new Tollgate({ apiToken, baseURL: 'http://127.0.0.1:8787/client/v4' }).aiGateway.logs.list(...)`.
 */
export class Tollgate extends WithApi {
  static readonly CloudflareError = errors.CloudflareError
  static readonly APIError = errors.APIError
  static readonly APIConnectionError = errors.APIConnectionError
  static readonly APIConnectionTimeoutError = errors.APIConnectionTimeoutError
  static readonly APIUserAbortError = errors.APIUserAbortError
  static readonly BadRequestError = errors.BadRequestError
  static readonly AuthenticationError = errors.AuthenticationError
  static readonly PermissionDeniedError = errors.PermissionDeniedError
  static readonly NotFoundError = errors.NotFoundError
  static readonly ConflictError = errors.ConflictError
  static readonly PreconditionFailedError = errors.PreconditionFailedError
  static readonly UnprocessableEntityError = errors.UnprocessableEntityError
  static readonly RateLimitError = errors.RateLimitError
  static readonly InternalServerError = errors.InternalServerError

  readonly baseURL: string
  readonly #options: ClientOptions

  constructor(options: ClientOptions = {}) {
    super()
    const settings = readSettings(options)
    this.#options = options
    this.baseURL = settings.baseURL
    Object.assign(this, createApi(settings))
  }

  /** Another client that differs in these options. */
  withOptions(options: ClientOptions): Tollgate {
    return new Tollgate({ ...this.#options, ...options })
  }
}

type Branch = { [name: string]: Branch | ((...args: unknown[]) => unknown) }

/** Hangs every call at its place: `aiGateway.logs.get` into `aiGateway`, there into `logs`. */
function createApi(settings: Settings): Api {
  const root: Branch = {}
  for (const [name, operation] of Object.entries(operations)) {
    const words = name.split('.')
    const verb = words.pop() ?? name
    let branch = root
    for (const word of words) branch = (branch[word] ??= {}) as Branch
    branch[verb] = (...args) => call(name, operation, args, settings)
  }
  // The generator writes the type from the same calls as the table.
  return root as unknown as Api
}
