/**
 * Where each cached answer stands, by the hash of its key: an open table in one list of numbers. As objects in a Map tens
 * of thousands of them lie all over the memory, and each question costs several looks at places that no cache of the
 * processor holds; here it is one.
 */
export interface AnswerIndex {
  /** The slot of a key, -1: none. Slots change with whatever is set or removed. */
  find(key: string, hash: number): number
  /** The slot of what stands there, -1: nothing does any more. */
  findAt(hash: number, page: number, offset: number): number
  page(slot: number): number
  offset(slot: number): number
  group(slot: number): number
  /** Where it stands now. */
  move(slot: number, page: number, offset: number): void
  /** There must be none of its key. `page` counts from 1. */
  add(hash: number, page: number, offset: number, group: number): void
  remove(slot: number): void
  removeGroup(group: number): void
  clear(): void
}

/** What an answer takes here, in bytes: the table is at most half full. */
export const indexBytes = 32

const width = 4
const pageAt = 1
const offsetAt = 2
const groupAt = 3
const firstSlots = 1024

/** FNV-1a: keys are hashes already, but for their gateway's number. */
export function hashKey(key: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return hash
}

/** `hasKey` tells whether it is the answer to that key which stands there. */
export function createAnswerIndex(hasKey: (page: number, offset: number, key: string) => boolean): AnswerIndex {
  let slots = firstSlots
  /** Each slot is a hash, a page (0: the slot is free), an offset and a group. */
  let table = new Int32Array(slots * width)
  let count = 0

  const at = (slot: number, what: number): number => table[slot * width + what] ?? 0
  const next = (slot: number): number => (slot + 1) & (slots - 1)

  function put(hash: number, page: number, offset: number, group: number): void {
    let slot = hash & (slots - 1)
    while (at(slot, pageAt) !== 0) slot = next(slot)
    table[slot * width] = hash
    table[slot * width + pageAt] = page
    table[slot * width + offsetAt] = offset
    table[slot * width + groupAt] = group
    count++
  }

  /** Puts all into a table of so many slots, but for a group. */
  function rebuild(newSlots: number, leftOut: number | null): void {
    const old = table
    const value = (place: number): number => old[place] ?? 0
    slots = newSlots
    table = new Int32Array(slots * width)
    count = 0
    for (let from = 0; from < old.length; from += width) {
      if (value(from + pageAt) === 0 || value(from + groupAt) === leftOut) continue
      put(value(from), value(from + pageAt), value(from + offsetAt), value(from + groupAt))
    }
  }

  return {
    find(key, hash) {
      for (let slot = hash & (slots - 1); at(slot, pageAt) !== 0; slot = next(slot)) {
        if (at(slot, 0) === hash && hasKey(at(slot, pageAt), at(slot, offsetAt), key)) return slot
      }
      return -1
    },
    findAt(hash, page, offset) {
      for (let slot = hash & (slots - 1); at(slot, pageAt) !== 0; slot = next(slot)) {
        if (at(slot, pageAt) === page && at(slot, offsetAt) === offset) return slot
      }
      return -1
    },
    page: (slot) => at(slot, pageAt),
    offset: (slot) => at(slot, offsetAt),
    group: (slot) => at(slot, groupAt),
    move(slot, page, offset) {
      table[slot * width + pageAt] = page
      table[slot * width + offsetAt] = offset
    },
    add(hash, page, offset, group) {
      if (count * 2 >= slots) rebuild(slots * 2, null)
      put(hash, page, offset, group)
    },
    remove(slot) {
      // What was put behind it for want of its own slot moves up, so that it is still found.
      let hole = slot
      for (let from = next(slot); at(from, pageAt) !== 0; from = next(from)) {
        const home = at(from, 0) & (slots - 1)
        if (((from - home) & (slots - 1)) < ((from - hole) & (slots - 1))) continue
        table.copyWithin(hole * width, from * width, from * width + width)
        hole = from
      }
      table.fill(0, hole * width, hole * width + width)
      count--
    },
    removeGroup: (group) => rebuild(slots, group),
    clear() {
      slots = firstSlots
      table = new Int32Array(slots * width)
      count = 0
    },
  }
}
