import type { Clock } from '../kernel/clock.ts'
import { type AnswerIndex, createAnswerIndex, hashKey, indexBytes } from './answer-index.ts'
import { createPageRing, type Page, type PageRing } from './page-ring.ts'

/**
 * Bytes by key, for a time, in a bounded number of bytes. They stand one behind the other in a few large pages, which are
 * used again in turn: as objects of their own, thousands would be moved about by the garbage collector, and those that
 * have gone would take memory until its next run. The oldest page makes room; what was asked for since it was kept
 * moves on to the newest.
 */
export interface AnswerPages {
  /** A copy, for its place may be given to others while it is still being sent. */
  get(key: string): Buffer | null
  /** The place where `length` bytes are to be written, at once; null where they are too many to be kept. */
  reserve(key: string, length: number, options: { group: number; ttlMs: number }): Buffer | null
  /** Forgets all of a group. */
  deleteGroup(group: number): void
  clear(): void
}

/**
 * What stands before the bytes of an entry in its page: their length, the hash of the key, the tick at which its time is
 * over, the length of the key, whether it was asked for, and the key.
 */
const hashAt = 4
const endTickAt = 8
const keyLengthAt = 16
const wasAskedAt = 18
const keyAt = 20

interface Pages {
  ring: PageRing
  index: AnswerIndex
  clock: Clock
}

export function createAnswerPages({ clock, maxBytes }: { clock: Clock; maxBytes: number }): AnswerPages {
  const ring = createPageRing(maxBytes)
  const index = createAnswerIndex((number, offset, key) => {
    const page = ring.page(number)
    return page !== undefined && keyOf(page.bytes, offset) === key
  })
  const pages: Pages = { ring, index, clock }

  return {
    get(key) {
      const slot = index.find(key, hashKey(key))
      const page = slot === -1 ? undefined : ring.page(index.page(slot))
      if (!page) return null
      const { bytes } = page
      const offset = index.offset(slot)
      if (bytes.readDoubleLE(offset + endTickAt) <= clock.tickMs()) {
        index.remove(slot)
        return null
      }
      bytes[offset + wasAskedAt] = 1
      return Buffer.from(bytes.subarray(beginOf(bytes, offset), endOf(bytes, offset)))
    },
    reserve(key, length, { group, ttlMs }) {
      const keyBytes = Buffer.byteLength(key)
      const allBytes = keyAt + keyBytes + length
      if (allBytes + indexBytes > maxBytes / 8) return null
      const hash = hashKey(key)
      const old = index.find(key, hash)
      if (old !== -1) index.remove(old)
      const { page, offset } = take(pages, allBytes)
      const { bytes } = page
      bytes.writeUInt32LE(length, offset)
      bytes.writeInt32LE(hash, offset + hashAt)
      bytes.writeDoubleLE(clock.tickMs() + ttlMs, offset + endTickAt)
      bytes.writeUInt16LE(keyBytes, offset + keyLengthAt)
      bytes.writeUInt16LE(0, offset + wasAskedAt)
      bytes.write(key, offset + keyAt)
      index.add(hash, page.number, offset, group)
      return bytes.subarray(offset + allBytes - length, offset + allBytes)
    },
    deleteGroup: index.removeGroup,
    clear() {
      index.clear()
      ring.clear()
    },
  }
}

/** Takes so many bytes of a page; older pages go where it is a new one. */
function take(pages: Pages, length: number): { page: Page; offset: number } {
  const { ring } = pages
  for (;;) {
    const page = ring.newest()
    if (page && page.charged + length + indexBytes <= page.bytes.length) {
      const offset = page.used
      page.used += length
      page.charged += length + indexBytes
      return { page, offset }
    }
    if (!ring.add(length + indexBytes)) recycle(pages)
  }
}

/** Gives the oldest page up. What was asked for moves on, up to half a page: if it were all, nothing would be freed. */
function recycle(pages: Pages): void {
  const { ring, index } = pages
  const oldest = ring.takeOldest()
  if (!oldest || keepOne(pages, oldest)) return
  const asked: { hash: number; group: number; entry: Buffer }[] = []
  let askedBytes = 0
  const { bytes } = oldest
  for (let offset = 0; offset < oldest.used; offset = endOf(bytes, offset)) {
    const hash = bytes.readInt32LE(offset + hashAt)
    const slot = index.findAt(hash, oldest.number, offset)
    if (slot === -1) continue
    const group = index.group(slot)
    index.remove(slot)
    if (!isWanted(pages, bytes, offset)) continue
    askedBytes += endOf(bytes, offset) - offset + indexBytes
    if (askedBytes > bytes.length / 2) continue
    asked.push({ hash, group, entry: Buffer.from(bytes.subarray(offset, endOf(bytes, offset))) })
  }
  ring.free(oldest)
  for (const { hash, group, entry } of asked) {
    const { page, offset } = take(pages, entry.length)
    page.bytes.set(entry, offset)
    page.bytes[offset + wasAskedAt] = 0
    index.add(hash, page.number, offset, group)
  }
}

/** A page that holds one large answer alone, which was asked for since it was last looked at here, is simply the newest again. */
function keepOne(pages: Pages, oldest: Page): boolean {
  const { bytes, used, number } = oldest
  if (used === 0 || endOf(bytes, 0) !== used || !isWanted(pages, bytes, 0)) return false
  const slot = pages.index.findAt(bytes.readInt32LE(hashAt), number, 0)
  if (slot === -1) return false
  bytes[wasAskedAt] = 0
  pages.ring.putBack(oldest)
  pages.index.move(slot, oldest.number, 0)
  return true
}

function isWanted({ clock }: Pages, bytes: Buffer, offset: number): boolean {
  return bytes[offset + wasAskedAt] === 1 && bytes.readDoubleLE(offset + endTickAt) > clock.tickMs()
}

function keyOf(bytes: Buffer, offset: number): string {
  return bytes.toString('utf8', offset + keyAt, beginOf(bytes, offset))
}

/** Where the bytes of an entry begin, and where they end. */
function beginOf(bytes: Buffer, offset: number): number {
  return offset + keyAt + bytes.readUInt16LE(offset + keyLengthAt)
}

function endOf(bytes: Buffer, offset: number): number {
  return beginOf(bytes, offset) + bytes.readUInt32LE(offset)
}
