import type { Clock } from '../kernel/clock.ts'

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

interface Page {
  bytes: Buffer
  /** How much is taken, and how much that counts for, which is never more than there is. */
  used: number
  charged: number
  keys: string[]
}

interface Place {
  page: Page
  start: number
  length: number
  group: number
  /** On the monotonic clock. */
  endTick: number
  wasAsked: boolean
}

/** What an entry takes beside its bytes, roughly. */
const entryBytes = 256
const largestPageBytes = 1024 * 1024

export function createAnswerPages({ clock, maxBytes }: { clock: Clock; maxBytes: number }): AnswerPages {
  const places = new Map<string, Place>()
  const ring = createRing(maxBytes)

  /** The page to write so much to; older ones go where it is a new one. */
  function pageFor(length: number): Page {
    for (;;) {
      const last = ring.newest()
      if (last && last.charged + length + entryBytes <= last.bytes.length) return last
      const added = ring.add(length + entryBytes)
      if (added) return added
      recycle()
    }
  }

  /** Gives the oldest page up. */
  function recycle(): void {
    const oldest = ring.takeOldest()
    if (!oldest) return
    if (isOneAsked(oldest, places, clock.tickMs())) {
      ring.putBack(oldest)
      return
    }
    const asked = takeOut(oldest, places, clock.tickMs())
    ring.free(oldest)
    for (const { key, place, bytes } of asked) put(key, bytes.length, place).set(bytes)
  }

  function put(key: string, length: number, { group, endTick }: Pick<Place, 'group' | 'endTick'>): Buffer {
    const page = pageFor(length)
    const place = { page, start: page.used, length, group, endTick, wasAsked: false }
    page.used += length
    page.charged += length + entryBytes
    page.keys.push(key)
    places.set(key, place)
    return bytesAt(place)
  }

  return {
    get(key) {
      const place = places.get(key)
      if (!place) return null
      if (place.endTick <= clock.tickMs()) {
        places.delete(key)
        return null
      }
      place.wasAsked = true
      return Buffer.from(bytesAt(place))
    },
    reserve(key, length, { group, ttlMs }) {
      if (length + entryBytes > maxBytes / 8) return null
      return put(key, length, { group, endTick: clock.tickMs() + ttlMs })
    },
    deleteGroup(group) {
      for (const [key, place] of places) if (place.group === group) places.delete(key)
    },
    clear() {
      places.clear()
      ring.clear()
    },
  }
}

/** Pages in the order in which they were added, in `maxBytes` altogether. */
function createRing(maxBytes: number): {
  newest(): Page | undefined
  takeOldest(): Page | undefined
  putBack(page: Page): void
  /** A new page with room for so much; null where an older one must go first. */
  add(atLeastBytes: number): Page | null
  /** Its bytes may be used for another page. */
  free(page: Page): void
  clear(): void
} {
  const pageBytes = Math.max(1, Math.min(largestPageBytes, Math.floor(maxBytes / 16)))
  const pages: Page[] = []
  let spare: Buffer | null = null
  let takenBytes = 0

  function putBack(page: Page): void {
    pages.push(page)
    takenBytes += page.bytes.length
  }
  return {
    newest: () => pages.at(-1),
    takeOldest() {
      const oldest = pages.shift()
      takenBytes -= oldest?.bytes.length ?? 0
      return oldest
    },
    putBack,
    add(atLeastBytes) {
      const size = Math.max(pageBytes, atLeastBytes)
      if (pages.length > 0 && takenBytes + size > maxBytes) return null
      const bytes = spare?.length === size ? spare : Buffer.allocUnsafeSlow(size)
      spare = null
      const page = { bytes, used: 0, charged: 0, keys: [] }
      putBack(page)
      return page
    },
    free({ bytes }) {
      if (bytes.length === pageBytes) spare = bytes
    },
    clear() {
      pages.length = 0
      spare = null
      takenBytes = 0
    },
  }
}

/** Whether a page holds one large answer alone, which was asked for since it was last looked at here. */
function isOneAsked(page: Page, places: ReadonlyMap<string, Place>, tick: number): boolean {
  const place = page.keys.length === 1 ? places.get(page.keys[0] ?? '') : undefined
  if (place?.page !== page || !place.wasAsked || place.endTick <= tick) return false
  place.wasAsked = false
  return true
}

/** Takes all of a page out. What was asked for is given back, up to half a page: if it were all, nothing would be freed. */
function takeOut(page: Page, places: Map<string, Place>, tick: number): { key: string; place: Place; bytes: Buffer }[] {
  const asked: { key: string; place: Place; bytes: Buffer }[] = []
  let askedBytes = 0
  for (const key of page.keys) {
    const place = places.get(key)
    if (place?.page !== page) continue
    places.delete(key)
    if (!place.wasAsked || place.endTick <= tick) continue
    askedBytes += place.length + entryBytes
    if (askedBytes > page.bytes.length / 2) continue
    asked.push({ key, place, bytes: Buffer.from(bytesAt(place)) })
  }
  return asked
}

function bytesAt({ page, start, length }: Place): Buffer {
  return page.bytes.subarray(start, start + length)
}
