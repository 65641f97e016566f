/** What a table holds is a link of its chain itself. */
export interface Keyed<T> {
  readonly key: string
  /** The table's own. */
  next: T | null
}

/**
 * Things by key that come and go by the thousand, a few thousand at a time. Not a Map: V8 links each table that a Map
 * outgrew to the next one, and a dead table that is old keeps alive what was in it until the next full collection. And
 * not an object: every new name of a property is copied into V8's table of names.
 */
export interface KeyTable<T> {
  find(key: string): T | null
  /** There must be none of its key. */
  add(value: T): void
  /** Nothing, where it is not there. */
  remove(value: T): void
}

const bucketCount = 1024

/** The last characters of the keys must be as good as random. */
export function createKeyTable<T extends Keyed<T>>(): KeyTable<T> {
  const buckets = Array.from({ length: bucketCount }, (): T | null => null)

  return {
    find(key) {
      let value = buckets[bucketOf(key)] ?? null
      while (value && value.key !== key) value = value.next
      return value
    },
    add(value) {
      const bucket = bucketOf(value.key)
      value.next = buckets[bucket] ?? null
      buckets[bucket] = value
    },
    remove(value) {
      const bucket = bucketOf(value.key)
      let before: T | null = null
      let at = buckets[bucket] ?? null
      while (at && at !== value) {
        before = at
        at = at.next
      }
      if (!at) return
      if (before) before.next = at.next
      else buckets[bucket] = at.next
      at.next = null
    },
  }
}

/** The last character of a hash in base64 has fewer bits than the others. */
function bucketOf(key: string): number {
  const end = key.length
  return (key.charCodeAt(end - 2) * 31 + key.charCodeAt(end - 3)) % bucketCount
}
