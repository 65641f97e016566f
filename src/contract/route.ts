import type { z } from 'zod'
import type { Need } from './permissions.ts'

/**
 * One call of the management API as data: validation, documentation and clients follow from it, and `management/`
 * has exactly one handler for it.
 */
export interface Route {
  /** As the official SDKs name it, e.g. `gateways.create`. */
  name: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/client/v4`, with parameters in braces. */
  path: string
  /** One sentence for the reader of the API's documentation. */
  summary: string
  /** What the credential must allow; null where any good credential will do. */
  permission: Need | null
  /** It is of the account, and shows the holder of a token for some gateways only what is theirs. */
  showsOwnOnly?: true
  params: z.ZodObject
  query: z.ZodObject
  /** The body is a file, which the handler reads as it comes; `body` is null then. */
  takesFile?: true
  /** Null where no body is read. */
  body: z.ZodType | null
  /** What `result` of the envelope holds; null where the answer is a stored body as it is, without an envelope. */
  result: z.ZodType | null
  /** The member of the envelope that holds it, where it is not `result`: Cloudflare's routes of dynamic routing. */
  resultKey?: 'data' | 'route'
}

/** Lets the compiler see every part of a route's own type. */
export function defineRoute<const R extends Route>(route: R): R {
  return route
}
