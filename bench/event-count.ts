/** Counts the events of a chunked body: each ends with an empty line, wherever chunks and pieces are cut. */
export interface EventCounter {
  /** Takes the next bytes behind the answer's head. */
  push(bytes: Buffer): void
  count(): number
}

const lineFeed = 10

export function createEventCounter(): EventCounter {
  let events = 0
  /** What came of the line that tells a chunk's size. */
  let size = ''
  /** Bytes of the chunk that are still to come. */
  let left = 0
  /** Whether a line break that belongs to no event yet came last. */
  let isOpen = false

  function read(text: Buffer): void {
    let at = 0
    if (isOpen && text[0] === lineFeed) {
      events++
      at = 1
    }
    for (let end = text.indexOf('\n\n', at); end !== -1; end = text.indexOf('\n\n', at)) {
      events++
      at = end + 2
    }
    isOpen = at < text.length && text.at(-1) === lineFeed
  }

  return {
    count: () => events,
    push(bytes) {
      for (let at = 0; at < bytes.length;) {
        if (left > 0) {
          const end = Math.min(bytes.length, at + left)
          read(bytes.subarray(at, end))
          left -= end - at
          at = end
          continue
        }
        const lineEnd = bytes.indexOf(lineFeed, at)
        size += bytes.toString('latin1', at, lineEnd === -1 ? bytes.length : lineEnd)
        if (lineEnd === -1) return
        at = lineEnd + 1
        // Behind a chunk there is an empty line.
        left = Number.parseInt(size, 16) || 0
        size = ''
      }
    },
  }
}
