import { randomFillSync } from 'node:crypto'

const poolBytes = 8 * 512
const hex2 = Array.from({ length: 0x100 }, (_, value) => value.toString(16).padStart(2, '0'))
const hex3 = Array.from({ length: 0x1000 }, (_, value) => value.toString(16).padStart(3, '0'))

/**
 * A maker of UUIDv7 (RFC 9562, section 5.7): lower case, sorted by time, and by order of making within one
 * millisecond (`rand_a` counts up from a random start). Random bytes are drawn in blocks, and what is equal for all ids
 * of a millisecond is made once: one draw per id would cost more than the rest of it.
 */
export function createIds(nowMs: () => number): () => string {
  const pool = Buffer.allocUnsafe(poolBytes)
  let used = poolBytes
  let lastMs = 0
  let counter = 0
  let prefix = ''

  function startMillisecond(ms: number, first: number): void {
    lastMs = ms
    counter = first
    const time = ms.toString(16).padStart(12, '0')
    prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`
  }

  return () => {
    if (used === poolBytes) {
      randomFillSync(pool)
      used = 0
    }
    const at = used
    used += 8
    const now = nowMs()
    if (now > lastMs) startMillisecond(now, pool.readUInt16LE(at) & 0x3ff)
    else if (++counter > 0xfff) startMillisecond(lastMs + 1, 0)
    const pair = (offset: number): string => hex2[pool[at + offset] ?? 0] ?? ''
    const variant = hex2[((pool[at] ?? 0) & 0x3f) | 0x80] ?? ''
    return `${prefix}${hex3[counter]}-${variant}${pair(1)}-${pair(2)}${pair(3)}${pair(4)}${pair(5)}${pair(6)}${pair(7)}`
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
