import type { Step } from './fault-server.ts'

export interface AnswerParts {
  /** Default 200. */
  status?: number
  /** Sent in this order and spelling; a `content-length` here replaces the true one. */
  headers?: Readonly<Record<string, string>>
  /** Null: no body and no `content-length`, as in 204 and 304. Default empty. */
  body?: string | Uint8Array | null
}

/** The exact bytes of an HTTP/1.1 answer with its `content-length`. */
export function answer({ status = 200, headers = {}, body = '' }: AnswerParts): Buffer {
  const bytes = body === null ? null : Buffer.from(body)
  const hasLength = Object.keys(headers).some((name) => name.toLowerCase() === 'content-length')
  const length = bytes === null || hasLength ? {} : { 'content-length': String(bytes.length) }
  return Buffer.concat([head(status, { ...headers, ...length }), bytes ?? Buffer.alloc(0)])
}

/** A status line with headers; also the whole of an informational answer (100, 103). */
export function head(status: number, headers: Readonly<Record<string, string>> = {}): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  // latin1, as HTTP headers are: a test may send any byte from 0x80 on.
  return Buffer.from(`HTTP/1.1 ${status} Scripted\r\n${lines.join('')}\r\n`, 'latin1')
}

/** The head of an event stream whose events follow as `chunk`s and end with `lastChunk`. */
export const streamHead = head(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' })

/** One chunk of a chunked body. */
export function chunk(body: string | Uint8Array): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}

/** The end of a chunked body. */
export const lastChunk = Buffer.from('0\r\n\r\n')

/** A whole event stream: each text becomes one chunk, `pauseMs` lies between them. */
export function stream(events: readonly string[], pauseMs = 0): Step[] {
  const paced = events.flatMap((event): Step[] => (pauseMs > 0 ? [{ pauseMs }, chunk(event)] : [chunk(event)]))
  return [streamHead, ...paced, lastChunk]
}

/** The same bytes, `size` at a time with `everyMs` between. */
export function drip(bytes: Uint8Array, size: number, everyMs: number): Step[] {
  const count = Math.ceil(bytes.length / size)
  return Array.from({ length: count }, (_, index): Step[] => [
    bytes.subarray(index * size, (index + 1) * size),
    { pauseMs: everyMs },
  ]).flat()
}

/** The first `count` bytes, then the given end: every cut of an answer is one `count` from 0 to its length. */
export function cutAt(bytes: Uint8Array, count: number, end: Step): Step[] {
  return [bytes.subarray(0, count), end]
}

/** Workers AI's own answer to a text model (`POST /accounts/{id}/ai/run/@cf/...`), which aimock does not speak. */
export function workersAiAnswer(text: string, usage: { prompt_tokens: number; completion_tokens: number }): Buffer {
  const total = { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens }
  return answer({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ result: { response: text, usage: total }, success: true, errors: [], messages: [] }),
  })
}

/** The same as an event stream: one event for each text, then the usage, then `[DONE]`. */
export function workersAiStream(
  texts: readonly string[],
  usage: { prompt_tokens: number; completion_tokens: number },
): Step[] {
  const total = { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens }
  const events = [...texts.map((text) => ({ response: text, p: 'abc' })), { response: '', usage: total }]
  return stream([...events.map((event) => `data: ${JSON.stringify(event)}\n\n`), 'data: [DONE]\n\n'])
}
