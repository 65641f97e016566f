import type { RequestFields } from './format.ts'
import { asObject } from './json.ts'
import { scanTopLevel } from './scan.ts'

const closeBrace = 0x7d

/**
 * Asks an OpenAI-shaped stream for its usage: the body with `stream_options.include_usage` set and every other byte
 * as it was, or null where nothing is to be done (no stream, already asked, not a JSON object). An explicit `false`
 * is overridden too; whoever calls this takes the additional chunk out again.
 */
export function spliceStreamUsage(body: Buffer, fields: RequestFields): Buffer | null {
  if (fields.stream !== true) return null
  if (asObject(fields.stream_options)?.['include_usage'] === true) return null

  const known = scanTopLevel(body, ['stream_options'])['stream_options']
  if (known) {
    const options = known.value === null ? {} : asObject(known.value)
    if (!options || options['include_usage'] === true) return null
    return splice(body, known.start, known.end, JSON.stringify({ ...options, include_usage: true }))
  }
  const last = lastByte(body)
  if (body[last] !== closeBrace) return null
  return splice(body, last, last, ',"stream_options":{"include_usage":true}')
}

function lastByte(body: Buffer): number {
  let last = body.length - 1
  // JSON's white space, and everything else below the space, which would make the body malformed anyway.
  while (last >= 0 && (body[last] ?? 0) <= 0x20) last--
  return last
}

function splice(body: Buffer, start: number, end: number, text: string): Buffer {
  return Buffer.concat([body.subarray(0, start), Buffer.from(text), body.subarray(end)])
}
