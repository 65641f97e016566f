import type { StoredAnswer } from './kv.ts'

/**
 * How an answer is written for Redis: the version, the length of its head (32 bits, little-endian), the head as JSON,
 * the body and, where there is one, the log body. The first byte is the version: another one is no answer to this
 * process, which Redis itself sees to (`redis-scripts.ts`).
 */
export const answerVersion = 1

const headAt = 5

interface Head extends Omit<StoredAnswer, 'body' | 'logBody'> {
  bodyBytes: number
  hasLogBody: boolean
}

export function writeStoredAnswer({ body, logBody, ...rest }: StoredAnswer): Buffer {
  const head = Buffer.from(
    JSON.stringify({ ...rest, bodyBytes: body.length, hasLogBody: logBody !== null } satisfies Head),
  )
  const start = Buffer.allocUnsafe(headAt)
  start.writeUInt8(answerVersion, 0)
  start.writeUInt32LE(head.length, 1)
  return Buffer.concat(logBody ? [start, head, body, logBody] : [start, head, body])
}

/** Null where the bytes are not what `writeStoredAnswer` makes. The bodies are views of `bytes`. */
export function readStoredAnswer(bytes: Buffer): StoredAnswer | null {
  try {
    if (bytes[0] !== answerVersion) return null
    const bodyAt = headAt + bytes.readUInt32LE(1)
    // Of this version it is what was written above: nobody else writes such keys.
    const head = JSON.parse(bytes.toString('utf8', headAt, bodyAt)) as Head
    const { bodyBytes, hasLogBody, ...rest } = head
    const logAt = bodyAt + bodyBytes
    if (hasLogBody ? logAt > bytes.length : logAt !== bytes.length) return null
    return { ...rest, body: bytes.subarray(bodyAt, logAt), logBody: hasLogBody ? bytes.subarray(logAt) : null }
  } catch {
    return null
  }
}
