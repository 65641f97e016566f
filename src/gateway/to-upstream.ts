import type { RequestFacts } from '../formats/format.ts'
import { spliceStreamUsage } from '../formats/stream-usage.ts'
import { acceptedEncodings } from './decoding.ts'
import { ClientLeft } from './exchange.ts'
import type { RequestBody } from './request-body.ts'
import type { RequestOptions } from './request-options.ts'
import type { Target } from './target.ts'
import type { UpstreamRequest } from './upstream.ts'

/**
 * The request as it is sent to a target: the client's bytes (of a chat, what they were made into) untouched, but for the
 * one exception that a stream is asked for its usage (`hidesUsage`: the client did not ask, so what that adds is taken out of the answer again). Of a
 * request that its client signed nothing is changed at all.
 */
export function toUpstreamRequest(
  target: Target,
  method: string,
  options: RequestOptions,
  body: RequestBody,
  facts: RequestFacts,
): UpstreamRequest & { hidesUsage: boolean } {
  const { chat } = target
  const bytes = chat?.bytes ?? body.bytes
  const spliced =
    facts.isStream && body.rest === null && mayAskUsage(target) ? spliceStreamUsage(bytes, body.fields) : null
  const headers = options.forwarded
  const { acceptEncoding } = options
  // What is translated is read here, and gains nothing by being unpacked first.
  const wanted = chat?.isTranslated === true ? null : acceptEncoding
  const isKept = target.isSigned && acceptEncoding !== null
  headers.push('accept-encoding', isKept ? acceptEncoding : acceptedEncodings(wanted, facts.isStream))
  if (body.rest !== null && body.lengthBytes !== null) headers.push('content-length', String(body.lengthBytes))
  return {
    origin: target.origin,
    isUserGiven: target.isUserGiven,
    path: target.query === '' ? target.path : `${target.path}?${target.query}`,
    method,
    headers,
    body: body.rest === null ? (spliced ?? bytes) : joined(body.bytes, body.rest),
    hidesUsage: spliced !== null,
    ...(chat && { translate: chat.translate }),
  }
}

function mayAskUsage({ provider, format, path, query, isSigned, chat }: Target): boolean {
  if (!provider.asksStreamUsage || format.name !== 'openai-chat' || isSigned || chat?.isTranslated) return false
  return provider.refusesStreamUsage?.test(`${path}?${query}`) !== true
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
