import { errorMessage } from '../error-message.ts'
import { asObject, asText } from '../json.ts'
import type { JsonObject } from '../json.ts'

/** OpenAI's types of errors, by the status that comes with them. */
const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  429: 'rate_limit_error',
  504: 'timeout_error',
}

/** The type of an OpenAI error with this status. */
export function errorTypeOf(status: number): string {
  return types[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error')
}

/** OpenAI's error object, in the body that its clients look for it in. */
export function hubError(
  message: string,
  type: string,
  more: { code?: string | number | null; param?: string | null } = {},
): JsonObject {
  return { error: { message, type, param: more.param ?? null, code: more.code ?? null } }
}

/**
 * A provider's error body, or what it sent in place of one, as OpenAI's: its message, and its own name for the error as
 * the code. A body that is OpenAI's already stays as it is.
 */
export function toHubError(body: unknown, status: number): JsonObject {
  const told = Array.isArray(body) ? asObject(body[0]) : asObject(body)
  const error = asObject(told?.['error'])
  if (told && error && typeof error['message'] === 'string' && typeof error['type'] === 'string' && 'code' in error) {
    return told
  }
  const message = errorMessage(told) ?? `The provider answered with status ${status}.`
  return hubError(message, errorTypeOf(status), { code: codeOf(told, error) })
}

/** `overloaded_error`, `RESOURCE_EXHAUSTED`, `ThrottlingException`: whatever the family calls it. */
function codeOf(told: JsonObject | null, error: JsonObject | null): string | null {
  return (
    asText(error?.['status']) ??
    asText(error?.['type']) ??
    asText(error?.['code']) ??
    asText(told?.['__type'])?.split('#').at(-1) ??
    asText(told?.['type']) ??
    asText(told?.['code']) ??
    null
  )
}

/** What a stream tells whose provider ended it without saying that it was complete. */
export const incomplete = 'The provider ended its answer before it was complete.'
