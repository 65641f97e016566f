import type { IncomingMessage, ServerResponse } from 'node:http'

/*
 * The chunked framing of HTTP/1.1 (RFC 9112, 7.1): the length in hexadecimal, the bytes, and an empty frame at the end.
 */

/** The end of an answer that was sent in frames. */
export const lastFrame = '0\r\n\r\n'

/** Beyond this size copying costs more than writing in three parts. */
const oneFrameBytes = 16 * 1024

/** Whether an answer whose length its head does not tell has a body, and a client that understands frames. */
export function needsFrames(req: IncomingMessage, status: number, headers: readonly string[]): boolean {
  if (req.method === 'HEAD' || status === 204 || status === 304) return false
  if (req.httpVersionMajor === 1 && req.httpVersionMinor === 0) return false
  for (let at = 0; at < headers.length; at += 2) if (headers[at] === 'content-length') return false
  return true
}

/** Sends a frame; false where the client is behind. An empty one would end the answer, so nothing is sent for it. */
export function writeFrame(res: ServerResponse, bytes: Buffer): boolean {
  if (bytes.length === 0) return true
  const size = `${bytes.length.toString(16)}\r\n`
  if (bytes.length <= oneFrameBytes) return res.write(framed(size, bytes))
  res.write(size, 'latin1')
  res.write(bytes)
  return res.write('\r\n', 'latin1')
}

function framed(size: string, bytes: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(size.length + bytes.length + 2)
  frame.write(size, 0, 'latin1')
  frame.set(bytes, size.length)
  frame.write('\r\n', size.length + bytes.length, 'latin1')
  return frame
}
