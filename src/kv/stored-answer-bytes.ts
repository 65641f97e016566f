import type { StoredAnswer } from './kv.ts'

/**
 * How an answer is written in one piece of bytes, for Redis and for memory, where its many small objects would cost more
 * than its body: the version, the length of its head (32 bits, little-endian), the head as JSON, the body and, where there
 * is one, the log body. The first byte is the version: another one is no answer to this process, which Redis itself sees to
 * (`redis-scripts.ts`).
 */
export const answerVersion = 2

const headAt = 5

/** A list, for names would take longer to write than all their values. The last is the length of the body. */
type Head = [
  storedMs: number,
  status: number,
  headers: readonly string[],
  model: string | null,
  tokensIn: number | null,
  tokensOut: number | null,
  costNanoUsd: number | null,
  isLogTruncated: boolean,
  hasLogBody: boolean,
  bodyBytes: number,
]

/** `place` gives the bytes that it is written to; null where `place` does. */
export function writeStoredAnswer<Place extends Buffer | null>(
  answer: StoredAnswer,
  place: (length: number) => Place,
): Place {
  const { body, logBody } = answer
  const head = JSON.stringify([
    answer.storedMs,
    answer.status,
    answer.headers,
    answer.model,
    answer.tokensIn,
    answer.tokensOut,
    answer.costNanoUsd,
    answer.isLogTruncated,
    logBody !== null,
    body.length,
  ] satisfies Head)
  const headBytes = Buffer.byteLength(head)
  const bytes = place(headAt + headBytes + body.length + (logBody?.length ?? 0))
  if (bytes === null) return bytes
  bytes.writeUInt8(answerVersion, 0)
  bytes.writeUInt32LE(headBytes, 1)
  bytes.write(head, headAt)
  bytes.set(body, headAt + headBytes)
  if (logBody) bytes.set(logBody, headAt + headBytes + body.length)
  return bytes
}

/** Null where the bytes are not what `writeStoredAnswer` makes. The bodies are views of `bytes`. */
export function readStoredAnswer(bytes: Buffer): StoredAnswer | null {
  try {
    if (bytes[0] !== answerVersion) return null
    const bodyAt = headAt + bytes.readUInt32LE(1)
    // Of this version it is what was written above: nobody else writes such keys.
    const [storedMs, status, headers, model, tokensIn, tokensOut, costNanoUsd, isLogTruncated, hasLogBody, bodyBytes] =
      JSON.parse(bytes.toString('utf8', headAt, bodyAt)) as Head
    const logAt = bodyAt + bodyBytes
    if (hasLogBody ? logAt > bytes.length : logAt !== bytes.length) return null
    const body = bytes.subarray(bodyAt, logAt)
    const logBody = hasLogBody ? bytes.subarray(logAt) : null
    return { storedMs, status, headers, model, tokensIn, tokensOut, costNanoUsd, isLogTruncated, body, logBody }
  } catch {
    return null
  }
}
