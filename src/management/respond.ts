import type { CursorInfo, Envelope, Notice, ResultInfo } from '../contract/envelope.ts'
import { GatewayError } from '../kernel/errors.ts'
import { InvalidInput } from './invalid-input.ts'

/** What a handler answers: the `result` of the envelope and what stands beside it. */
export interface Reply<T> {
  result: T
  /** Told to the caller in `messages`. */
  notes?: string[]
  resultInfo?: ResultInfo | CursorInfo
}

/** An answer without an envelope: a stored body as it is, or a file that is made while it is sent. */
export interface RawReply {
  body: Uint8Array | ReadableStream<Uint8Array>
  contentType: string
  /** Browsers save it under this name. */
  fileName?: string
}

/** Cloudflare numbers its messages too; clients only read their text. */
const noteCode = 1000

export function respond(reply: Reply<unknown>, resultKey: 'result' | 'data' | 'route' = 'result'): Response {
  const envelope: Omit<Envelope, 'result'> = {
    success: true,
    errors: [],
    messages: (reply.notes ?? []).map((message) => ({ code: noteCode, message })),
    [resultKey]: reply.result,
    ...(reply.resultInfo !== undefined && { result_info: reply.resultInfo }),
  }
  return Response.json(envelope)
}

/** A stored body is somebody else's text: no browser may take it for a page of ours. */
export function respondRaw({ body, contentType, fileName }: RawReply): Response {
  return new Response(body instanceof Uint8Array ? Uint8Array.from(body) : body, {
    headers: {
      'content-type': contentType,
      ...(fileName !== undefined && { 'content-disposition': `attachment; filename="${fileName}"` }),
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
    },
  })
}

export function respondError(error: GatewayError): Response {
  const errors: Notice[] =
    error instanceof InvalidInput
      ? [...error.notices]
      : [
          {
            code: error.number,
            message: error.message,
            ...(error.path !== undefined && { path: [...error.path] }),
          },
        ]
  const envelope: Envelope = { success: false, errors, messages: [], result: null }
  // Cloudflare's clients repeat a 408, 409, 429 and 5xx by themselves; this stops them where that is of no use.
  const headers: Record<string, string> = error.retryable ? {} : { 'x-should-retry': 'false' }
  return Response.json(envelope, { status: error.status, headers })
}
