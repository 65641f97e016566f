/** Takes events out of a stream that passes by in chunks. */
export interface EventHider {
  /** Marks an event that must not go on, by its offsets in the chunk that comes next to `pass`. */
  hide(start: number, end: number): void
  /** The bytes that may go on now (null: none): whole events up to `border` in this chunk, without the hidden ones. */
  pass(chunk: Buffer, border: number): Buffer | null
  /** What came and never went on: an event that was not whole yet; null: none. */
  rest(): Buffer | null
}

export function createEventHider(): EventHider {
  const hidden: [start: number, end: number][] = []
  let tail: Buffer | null = null
  return {
    hide: (start, end) => void hidden.push([start, end]),
    rest: () => tail,
    pass(chunk, border) {
      if (!tail && hidden.length === 0 && border === chunk.length) return chunk
      const before = tail?.length ?? 0
      const bytes: Buffer = tail ? Buffer.concat([tail, chunk]) : chunk
      const until = border + before
      tail = until < bytes.length ? bytes.subarray(until) : null
      const parts: Buffer[] = []
      let from = 0
      for (const [start, end] of hidden.splice(0)) {
        parts.push(bytes.subarray(from, start + before))
        from = end + before
      }
      parts.push(bytes.subarray(from, until))
      const passed = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
      return passed.length > 0 ? passed : null
    },
  }
}
