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

/** There is one for every answer that may be cached: as an object of closures it took four times the memory. */
class Held implements HeldBytes {
  pieces: Piece[] = []
  endAt = 0

  append(bytes: Buffer): void {
    const last = this.pieces.at(-1)
    if (last && last.used + bytes.length <= last.bytes.length) {
      last.bytes.set(bytes, last.used)
      last.used += bytes.length
    } else if (bytes.length > packedBytes || !last) this.pieces.push({ start: this.endAt, bytes, used: bytes.length })
    else {
      // The first page is small: most streams are short.
      const page = Buffer.allocUnsafeSlow(this.pieces.length === 1 ? packedBytes : pageBytes)
      page.set(bytes)
      this.pieces.push({ start: this.endAt, bytes: page, used: bytes.length })
    }
    this.endAt += bytes.length
  }

  end(): number {
    return this.endAt
  }

  from(offset: number): Buffer | null {
    let at = this.pieces.length - 1
    while (at > 0 && (this.pieces[at]?.start ?? 0) > offset) at--
    const piece = this.pieces[at]
    if (!piece || offset < piece.start || offset >= piece.start + piece.used) return null
    return offset === piece.start && piece.used === piece.bytes.length
      ? piece.bytes
      : piece.bytes.subarray(offset - piece.start, piece.used)
  }

  drop(offset: number): void {
    const kept = this.pieces.findIndex(({ start, used }) => start + used > offset)
    if (kept > 0) this.pieces.splice(0, kept)
    else if (kept === -1) this.pieces = []
  }

  all(): Buffer {
    const only = this.pieces.length === 1 ? this.pieces[0] : undefined
    if (only) return only.used === only.bytes.length ? only.bytes : only.bytes.subarray(0, only.used)
    return Buffer.concat(this.pieces.map(({ bytes, used }) => bytes.subarray(0, used)))
  }
}

export function createHeldBytes(): HeldBytes {
  return new Held()
}
