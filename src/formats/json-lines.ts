import { createLineSplitter } from './lines.ts'
import type { OnSseEvent, SseScanner } from './sse.ts'

const mebibyte = 1024 * 1024

/** Scans a stream of JSON texts, one a line, giving each at its line's end. A line above `limitBytes` is left out. */
export function createJsonLinesScanner(onEvent: OnSseEvent, limitBytes = mebibyte): SseScanner {
  let hasSkipped = false
  const lines = createLineSplitter(limitBytes, (bytes, from, to, start, next) => {
    if (!bytes) hasSkipped = true
    else if (to > from) onEvent(null, bytes.toString('utf8', from, to), start, next)
  })
  return {
    push(chunk) {
      const unfinishedBytes = lines.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
      return unfinishedBytes > limitBytes ? chunk.length : chunk.length - unfinishedBytes
    },
    end: () => lines.end(),
    hasSkipped: () => hasSkipped,
  }
}
