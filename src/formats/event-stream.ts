import { crc32 } from 'node:zlib'
import { asText, parseObject } from './json.ts'
import type { OnSseEvent, SseScanner } from './sse.ts'

const mebibyte = 1024 * 1024
/** Total length, length of the headers, checksum of both. */
const preludeBytes = 12
const checksumBytes = 4
const textType = 7
/** What follows a header's name and type, by type; the two types with a length before their value are not listed. */
const valueBytes: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 }

/**
 * Scans a stream of `application/vnd.amazon.eventstream` messages
 * (https://smithy.io/2.0/aws/amazon-eventstream.html, checked 2026-11-26), giving each as soon as it is whole, under
 * its event's name and with its payload. Two are unpacked, so that formats see plain JSON: a `chunk` gives the model's
 * own event that it wraps in base64, and an exception gives `{ error: { type, message } }`.
 *
 * A message above `limitBytes` is left out. The lengths' checksum is checked, because behind a wrong length nothing can
 * be read; the message's is not: its bytes go on as they are, and the client checks them.
 */
export function createEventStreamScanner(onEvent: OnSseEvent, limitBytes = mebibyte): SseScanner {
  /** The current message as far as it has come; of one that is left out, nothing. */
  let parts: Buffer[] = []
  let gotBytes = 0
  /** Of the current message; null while its prelude is not whole. */
  let totalBytes: number | null = null
  let hasSkipped = false
  /** A prelude was wrong: nothing behind it can be read. */
  let isLost = false

  return {
    push(chunk) {
      let at = 0
      let start = 0 - gotBytes
      while (at < chunk.length && !isLost) {
        const wanted = (totalBytes ?? preludeBytes) - gotBytes
        const piece = Buffer.from(chunk.buffer, chunk.byteOffset + at, Math.min(wanted, chunk.length - at))
        if (totalBytes === null || totalBytes <= limitBytes) parts.push(Buffer.from(piece))
        gotBytes += piece.length
        at += piece.length
        if (totalBytes === null && gotBytes === preludeBytes) readPrelude()
        else if (gotBytes === totalBytes) {
          finish(start, at)
          start = at
        }
      }
      return isLost || (totalBytes ?? 0) > limitBytes || gotBytes === 0 ? chunk.length : start
    },
    end: () => {},
    hasSkipped: () => hasSkipped,
  }

  function readPrelude(): void {
    const prelude = Buffer.concat(parts)
    const total = prelude.readUInt32BE(0)
    const headersBytes = prelude.readUInt32BE(4)
    const isRight = crc32(prelude.subarray(0, 8)) === prelude.readUInt32BE(8)
    if (!isRight || total < preludeBytes + headersBytes + checksumBytes) {
      isLost = hasSkipped = true
      parts = []
      return
    }
    totalBytes = total
    if (total <= limitBytes) return
    hasSkipped = true
    parts = []
  }

  function finish(start: number, next: number): void {
    const message = Buffer.concat(parts)
    parts = []
    gotBytes = 0
    totalBytes = null
    if (message.length === 0) return
    const { name, data } = readMessage(message)
    onEvent(name, data, start, next)
  }
}

/** What a whole message tells: its name, and its payload as formats read it. */
function readMessage(message: Buffer): { name: string | null; data: string } {
  const headersEnd = preludeBytes + message.readUInt32BE(4)
  const headers = readHeaders(message.subarray(preludeBytes, headersEnd))
  const payload = message.toString('utf8', headersEnd, message.length - checksumBytes)
  if (headers.get(':message-type') === 'event') {
    const name = headers.get(':event-type') ?? null
    return { name, data: name === 'chunk' ? unwrap(payload) : payload }
  }
  const type = headers.get(':exception-type') ?? headers.get(':error-code') ?? 'error'
  const told = asText(parseObject(payload)?.['message']) ?? headers.get(':error-message') ?? type
  return { name: type, data: JSON.stringify({ error: { type, message: told } }) }
}

function unwrap(payload: string): string {
  const bytes = parseObject(payload)?.['bytes']
  return typeof bytes === 'string' ? Buffer.from(bytes, 'base64').toString('utf8') : payload
}

/** The headers that are texts; of headers that cannot be read, those before the fault. */
function readHeaders(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>()
  let at = 0
  while (at + 2 <= bytes.length) {
    const nameEnd = at + 1 + (bytes[at] ?? 0)
    const type = bytes[nameEnd] ?? 0
    const hasLength = type === 6 || type === textType
    if (hasLength && nameEnd + 3 > bytes.length) break
    const start = nameEnd + (hasLength ? 3 : 1)
    const length = hasLength ? bytes.readUInt16BE(nameEnd + 1) : valueBytes[type]
    if (length === undefined) break
    if (type === textType)
      headers.set(bytes.toString('utf8', at + 1, nameEnd), bytes.toString('utf8', start, start + length))
    at = start + length
  }
  return headers
}
