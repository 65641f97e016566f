/** The chunks of one stream that are read later than they came. */
export interface WaitingChunks {
  /** Keeps a chunk for later if it is whole events of mere content; else reads what waited, and the chunk is due now. */
  takes(chunk: Buffer): boolean
  /** Told after each chunk that was due: whether it ended where an event ends. */
  setBorder(isAtBorder: boolean): void
  read(): void
}

/** What may wait to be read, per stream. */
const mostWaitingBytes = 16 * 1024
const lf = 10
const cr = 13

/**
 * Content is not read as it comes but many events at a time. Between two events of one stream the processor has done a
 * thousand other things, and reading one alone takes five times as long as reading it among its like.
 */
export function createWaitingChunks(decisive: RegExp | undefined, readNow: (chunk: Buffer) => void): WaitingChunks {
  let chunks: Buffer[] = []
  let bytes = 0
  let isAtBorder = true

  function read(): void {
    const all = chunks
    chunks = []
    bytes = 0
    for (const chunk of all) readNow(chunk)
  }

  return {
    takes(chunk) {
      if (decisive && isAtBorder && endsAtBorder(chunk) && !decisive.test(chunk.toString('latin1'))) {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes > mostWaitingBytes) read()
        return true
      }
      read()
      return false
    },
    setBorder(isNow) {
      isAtBorder = isNow
    },
    read,
  }
}

function endsAtBorder(chunk: Buffer): boolean {
  const end = chunk.length
  if (chunk[end - 1] !== lf) return false
  return chunk[end - 2] === lf || (chunk[end - 2] === cr && chunk[end - 3] === lf)
}
