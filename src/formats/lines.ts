const lf = 10
const cr = 13

/**
 * Takes one line: `bytes[from..to)` without its line end; `bytes` is null where the line was longer than the limit.
 * `start` and `next` are offsets in the chunk just pushed: of the line's first byte (negative: it began in an earlier
 * chunk) and of the first byte behind its end. The bytes must not be kept.
 */
export type OnLine = (bytes: Buffer | null, from: number, to: number, start: number, next: number) => void

export interface LineSplitter {
  /** Takes the next bytes of the stream, cut anywhere; gives how many bytes of an unfinished line have come so far. */
  push(chunk: Buffer): number
  /** The stream is over: what is left is a line too. */
  end(): void
}

/** Splits a stream of bytes into lines that end in LF, CR LF or CR. Keeps at most `limitBytes` of an unfinished line. */
export function createLineSplitter(limitBytes: number, onLine: OnLine): LineSplitter {
  let parts: Buffer[] = []
  let unfinishedBytes = 0
  let lastWasCr = false

  return { push, end: () => finish(Buffer.alloc(0), 0, 0, 0) }

  function push(chunk: Buffer): number {
    if (chunk.length === 0) return unfinishedBytes
    // A CR LF cut in two: the CR has already ended the line.
    let position = lastWasCr && chunk[0] === lf ? 1 : 0
    lastWasCr = chunk[chunk.length - 1] === cr
    let nextLf = chunk.indexOf(lf, position)
    let nextCr = chunk.indexOf(cr, position)
    while (nextLf !== -1 || nextCr !== -1) {
      const isCr = nextCr !== -1 && (nextLf === -1 || nextCr < nextLf)
      const to = isCr ? nextCr : nextLf
      const next = isCr && nextLf === to + 1 ? to + 2 : to + 1
      finish(chunk, position, to, next)
      position = next
      // Blank lines are every second line, and looking is cheaper than searching.
      if (nextLf !== -1 && nextLf < position) nextLf = chunk[position] === lf ? position : chunk.indexOf(lf, position)
      if (nextCr !== -1 && nextCr < position) nextCr = chunk[position] === cr ? position : chunk.indexOf(cr, position)
    }
    keep(chunk, position)
    return unfinishedBytes
  }

  function keep(chunk: Buffer, position: number): void {
    if (position === chunk.length) return
    unfinishedBytes += chunk.length - position
    if (unfinishedBytes > limitBytes) parts = []
    else parts.push(Buffer.from(chunk.subarray(position)))
  }

  function finish(chunk: Buffer, position: number, to: number, next: number): void {
    const earlierBytes = unfinishedBytes
    const earlier = parts
    if (earlierBytes + to - position > limitBytes) {
      forget()
      onLine(null, 0, 0, position - earlierBytes, next)
    } else if (earlierBytes === 0) {
      onLine(chunk, position, to, position, next)
    } else {
      forget()
      const line = Buffer.concat([...earlier, chunk.subarray(position, to)])
      onLine(line, 0, line.length, position - earlierBytes, next)
    }
  }

  function forget(): void {
    parts = []
    unfinishedBytes = 0
  }
}
