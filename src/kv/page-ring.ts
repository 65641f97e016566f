/** A page of bytes. */
export interface Page {
  /** From 1 on, in the order in which they became the newest. */
  number: number
  bytes: Buffer
  /** How much is taken, and how much that counts for, which is never more than there is. */
  used: number
  charged: number
}

/** Pages in the order of their numbers, in a bounded number of bytes altogether. */
export interface PageRing {
  page(number: number): Page | undefined
  newest(): Page | undefined
  takeOldest(): Page | undefined
  /** As the newest, with another number. */
  putBack(page: Page): void
  /** Adds a page with room for so much; false where an older one must go first. */
  add(atLeastBytes: number): boolean
  /** Its bytes may be used for another page. */
  free(page: Page): void
  clear(): void
}

const largestPageBytes = 1024 * 1024

export function createPageRing(maxBytes: number): PageRing {
  const pageBytes = Math.max(1, Math.min(largestPageBytes, Math.floor(maxBytes / 16)))
  const pages: Page[] = []
  let nextNumber = 1
  let spare: Buffer | null = null
  let takenBytes = 0

  function putBack(page: Page): void {
    page.number = nextNumber++
    pages.push(page)
    takenBytes += page.bytes.length
  }
  return {
    // Only the oldest ever goes, so that the numbers have no gap.
    page: (number) => pages[number - (pages[0]?.number ?? 0)],
    newest: () => pages.at(-1),
    takeOldest() {
      const oldest = pages.shift()
      takenBytes -= oldest?.bytes.length ?? 0
      return oldest
    },
    putBack,
    add(atLeastBytes) {
      const size = Math.max(pageBytes, atLeastBytes)
      if (pages.length > 0 && takenBytes + size > maxBytes) return false
      const bytes = spare?.length === size ? spare : Buffer.allocUnsafeSlow(size)
      spare = null
      putBack({ number: 0, bytes, used: 0, charged: 0 })
      return true
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
