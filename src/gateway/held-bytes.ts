/** The bytes of an answer that several read, each from where it is. Offsets count from the answer's first byte. */
export interface HeldBytes {
  append(bytes: Buffer): void
  /** Where the next byte will stand. */
  end(): number
  /** Some of the bytes from `offset` on, as many as lie in one piece; null where there are none yet. */
  from(offset: number): Buffer | null
  /** Lets go what lies before `offset`. Whole pieces only, so a little more may stay. */
  drop(offset: number): void
  /** All that is held, in one piece. */
  all(): Buffer
}

/**
 * Smaller pieces are packed, from the second one on: as objects of their own they would cost more than their copies, and
 * live long enough to be moved about.
 */
const packedBytes = 4 * 1024
const pageBytes = 16 * 1024

interface Piece {
  start: number
  bytes: Buffer
  /** How much of `bytes` is filled. */
  used: number
}

export function createHeldBytes(): HeldBytes {
  let pieces: Piece[] = []
  let end = 0

  function append(bytes: Buffer): void {
    const last = pieces.at(-1)
    if (last && last.used + bytes.length <= last.bytes.length) {
      last.bytes.set(bytes, last.used)
      last.used += bytes.length
    } else if (bytes.length > packedBytes || !last) pieces.push({ start: end, bytes, used: bytes.length })
    else {
      // The first page is small: most streams are short.
      const page = Buffer.allocUnsafeSlow(pieces.length === 1 ? packedBytes : pageBytes)
      page.set(bytes)
      pieces.push({ start: end, bytes: page, used: bytes.length })
    }
    end += bytes.length
  }

  return {
    append,
    end: () => end,
    from(offset) {
      const piece = pieces.findLast(({ start }) => start <= offset)
      if (!piece || offset >= piece.start + piece.used) return null
      return piece.bytes.subarray(offset - piece.start, piece.used)
    },
    drop(offset) {
      const kept = pieces.findIndex(({ start, used }) => start + used > offset)
      if (kept > 0) pieces.splice(0, kept)
      else if (kept === -1) pieces = []
    },
    all() {
      const only = pieces.length === 1 ? pieces[0] : undefined
      if (only) return only.bytes.subarray(0, only.used)
      return Buffer.concat(pieces.map(({ bytes, used }) => bytes.subarray(0, used)))
    },
  }
}
