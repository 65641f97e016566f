import type { RequestFacts } from '../formats/format.ts'
import { spliceStreamUsage } from '../formats/stream-usage.ts'
import { acceptedEncodings } from './decoding.ts'
import { ClientLeft } from './exchange.ts'
import type { RequestBody } from './request-body.ts'
import type { RequestOptions } from './request-options.ts'
import type { Target } from './target.ts'
import type { UpstreamRequest } from './upstream.ts'

/**
 * The request as it is sent to a target: the client's bytes untouched, but for the one exception that a stream is
 * asked for its usage (`hidesUsage`: the client did not ask, so what that adds is taken out of the answer again).
 */
export function toUpstreamRequest(
  target: Target,
  method: string,
  options: RequestOptions,
  body: RequestBody,
  facts: RequestFacts,
): UpstreamRequest & { hidesUsage: boolean } {
  const spliced =
    facts.isStream && target.provider.asksStreamUsage && target.format.name === 'openai-chat' && body.rest === null
      ? spliceStreamUsage(body.bytes, body.fields)
      : null
  const headers = options.forwarded
  headers.push('accept-encoding', acceptedEncodings(options.acceptEncoding, facts.isStream))
  if (target.added) headers.push(target.added.name, target.added.value)
  if (body.rest !== null && body.lengthBytes !== null) headers.push('content-length', String(body.lengthBytes))
  return {
    origin: target.origin,
    path: options.query === '' ? target.path : `${target.path}?${options.query}`,
    method,
    headers,
    body: body.rest === null ? (spliced ?? body.bytes) : joined(body.bytes, body.rest),
    hidesUsage: spliced !== null,
  }
}

async function* joined(first: Buffer, rest: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  yield first
  try {
    yield* rest
  } catch (error) {
    // The sink is told as well: the row is written, and then the call is given up. Failing here would close the
    // provider's connection before there is a row.
    if (error instanceof ClientLeft) await new Promise<never>(() => {})
    throw error
  }
}
