import { APIConnectionError, APIConnectionTimeoutError, APIUserAbortError, errorOf } from './errors.ts'
import type { FileContent } from './operation.ts'
import { retryDelayMs } from './retry.ts'

/** One request, whole. */
export interface OutgoingRequest {
  method: string
  url: string
  headers: Record<string, string>
  /** JSON text, or a file. */
  body: FileContent | undefined
  isRepeatable: boolean
  /** The body of a good answer is handed on as it comes. */
  isStream: boolean
  timeoutMs: number
  maxRetries: number
  signal: AbortSignal | undefined
}

/** A good answer. `body` is empty where it is streamed. */
export interface Answered {
  response: Response
  body: Uint8Array<ArrayBuffer>
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Sends a request, again where that helps. Rejects with an `APIError`. */
export async function send(request: OutgoingRequest, fetch: Fetch): Promise<Answered> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await tryOnce(request, fetch)
    if (!(outcome instanceof Error) && outcome.response.ok) return outcome
    if (outcome instanceof APIUserAbortError) throw outcome
    const answer = outcome instanceof Error ? null : outcome.response
    const delayMs = retryDelayMs({ ...request, attempt, answer })
    if (delayMs === null) throw outcome instanceof Error ? outcome : refusalOf(outcome)
    await sleep(delayMs, request.signal)
  }
}

/** One attempt. The time limit holds until the last byte, except for a stream, whose reader has its own patience. */
async function tryOnce(
  request: OutgoingRequest,
  fetch: Fetch,
): Promise<Answered | APIConnectionError | APIUserAbortError> {
  const { method, url, headers, body, signal, timeoutMs } = request
  if (signal?.aborted) return new APIUserAbortError(signal.reason)
  const controller = new AbortController()
  const giveUp = (): void => controller.abort(signal?.reason)
  signal?.addEventListener('abort', giveUp)
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    controller.abort()
  }, timeoutMs)
  let isHandedOn = false
  try {
    const init = { method, headers, signal: controller.signal, ...(body !== undefined && { body }) }
    const response = await fetch(url, init)
    isHandedOn = request.isStream && response.ok
    return { response, body: isHandedOn ? new Uint8Array() : new Uint8Array(await response.arrayBuffer()) }
  } catch (cause) {
    if (signal?.aborted) return new APIUserAbortError(signal.reason)
    if (isLate) return new APIConnectionTimeoutError({ message: `No answer within ${timeoutMs} ms.`, cause })
    return new APIConnectionError({ message: `Connection error: ${reasonOf(cause)}.`, cause })
  } finally {
    clearTimeout(timer)
    // A stream that is still being read can be given up as well.
    if (!isHandedOn) signal?.removeEventListener('abort', giveUp)
  }
}

/** `fetch` tells what happened in the cause of its own error. */
function reasonOf(thrown: unknown): string {
  const inner = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  return inner instanceof Error ? inner.message || inner.name : String(inner)
}

function refusalOf({ response, body }: Answered): Error {
  return errorOf(response.status, parseBody(response, body), response.headers)
}

/** JSON where the answer says that it is, text where that can be shown, else the bytes. */
export function parseBody(response: Response, body: Uint8Array<ArrayBuffer>): unknown {
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!/^text\/|json|javascript|xml|x-www-form-urlencoded/.test(type) && type !== '') return body
  const text = new TextDecoder().decode(body)
  if (!/[/+]json$/.test(type) || text === '') return text
  try {
    return JSON.parse(text)
  } catch {
    // Whoever sent this calls it JSON; the text tells more than an error about it would.
    return text
  }
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', finish)
      if (signal?.aborted) reject(new APIUserAbortError(signal.reason))
      else resolve()
    }
    const timer = setTimeout(finish, ms)
    signal?.addEventListener('abort', finish)
    if (signal?.aborted) finish()
  })
}
