import { errorTypeOf, hubError } from '../formats/translate/hub-error.ts'
import type { GatewayError } from '../kernel/errors.ts'

/**
 * The body that tells a client of the door for chats the same: OpenAI's `error`, which its clients read, and beside it what
 * the native doors tell.
 */
export function chatRefusalBody(error: GatewayError): string {
  const param = error.path?.join('.') ?? null
  const told = { code: String(error.number), param: param === '' ? null : param }
  return JSON.stringify({ ...refusal(error), ...hubError(error.message, errorTypeOf(error.status), told) })
}

/**
 * The body that tells a client of a native door that Tollgate itself refused or failed: Cloudflare's shape with both
 * `error` and `errors`, since clients read one or the other.
 */
export function refusalBody(error: GatewayError): string {
  return JSON.stringify(refusal(error))
}

function refusal(error: GatewayError): Record<string, unknown> {
  const entry = { code: error.number, message: error.message, ...(error.path && { path: error.path }) }
  return {
    success: false,
    result: [],
    messages: error.note === undefined ? [] : [{ code: error.number, message: error.note }],
    error: [entry],
    errors: [entry],
    name: 'AiGatewayError',
    httpCode: error.status,
    internalCode: error.number,
    message: error.message,
    description: error.message,
  }
}

/** Rows of requests without a credential are sampled, so that a stranger cannot fill the disk with them. */
export interface RefusalSampler {
  allows(gateway: number): boolean
}

const mostPerSecond = 10

export function createRefusalSampler(tickMs: () => number): RefusalSampler {
  const counts = new Map<number, number>()
  let second = 0
  return {
    allows(gateway) {
      const now = Math.floor(tickMs() / 1000)
      if (now !== second) counts.clear()
      second = now
      const count = (counts.get(gateway) ?? 0) + 1
      counts.set(gateway, count)
      return count <= mostPerSecond
    },
  }
}
