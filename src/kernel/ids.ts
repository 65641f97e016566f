import { randomFillSync } from 'node:crypto'

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * A maker of UUIDv7 (RFC 9562, section 5.7): lower case, sorted by time, and by order of making within one
 * millisecond (`rand_a` counts up from a random start). Random bytes are drawn in blocks, since one draw per id
 * would cost more than the rest of it.
 */
export function createIds(nowMs: () => number): () => string {
  const pool = Buffer.allocUnsafe(8 * 512)
  let used = pool.length
  let lastMs = 0
  let counter = 0

  return () => {
    if (used === pool.length) {
      randomFillSync(pool)
      used = 0
    }
    const at = used
    used += 8
    const now = nowMs()
    if (now > lastMs) {
      lastMs = now
      counter = pool.readUInt16LE(at) & 0x3ff
    } else if (++counter > 0xfff) {
      lastMs++
      counter = 0
    }
    const time = lastMs.toString(16).padStart(12, '0')
    const b = (index: number): string => hex[pool[at + index] ?? 0] ?? '00'
    const variant = hex[((pool[at + 1] ?? 0) & 0x3f) | 0x80] ?? '80'
    return (
      `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-` +
      `${variant}${b(2)}-${b(0)}${b(3)}${b(4)}${b(5)}${b(6)}${b(7)}`
    )
  }
}

/** The UTC millisecond in which a UUIDv7 was made. */
export function idTimeMs(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Whether a text has the form of an id made here. */
export function isId(text: string): boolean {
  return uuidPattern.test(text)
}
