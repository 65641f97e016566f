import { randomInt } from 'node:crypto'

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

/** Of this process alone, so that nobody can choose bodies whose keys all want the same slot. */
const seed = randomInt(2 ** 32)

/** FNV-1a: keys are hashes already, but for their gateway's number. */
export function hashKey(key: string): number {
  let hash = seed
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return hash
}

/** The slots one behind the other, each a hash, a page (0: the slot is free), an offset and a group. */
interface Table {
  values: Int32Array
  /** A power of two. */
  slots: number
  count: number
}

/** `hasKey` tells whether it is the answer to that key which stands there. */
export function createAnswerIndex(hasKey: (page: number, offset: number, key: string) => boolean): AnswerIndex {
  let table = createTable(firstSlots)

  return {
    find(key, hash) {
      for (let slot = homeOf(table, hash); at(table, slot, pageAt) !== 0; slot = after(table, slot)) {
        if (at(table, slot, 0) !== hash) continue
        if (hasKey(at(table, slot, pageAt), at(table, slot, offsetAt), key)) return slot
      }
      return -1
    },
    findAt(hash, page, offset) {
      for (let slot = homeOf(table, hash); at(table, slot, pageAt) !== 0; slot = after(table, slot)) {
        if (at(table, slot, pageAt) === page && at(table, slot, offsetAt) === offset) return slot
      }
      return -1
    },
    page: (slot) => at(table, slot, pageAt),
    offset: (slot) => at(table, slot, offsetAt),
    group: (slot) => at(table, slot, groupAt),
    move(slot, page, offset) {
      table.values[slot * width + pageAt] = page
      table.values[slot * width + offsetAt] = offset
    },
    add(hash, page, offset, group) {
      if (table.count * 2 >= table.slots) table = rebuilt(table, table.slots * 2, null)
      put(table, hash, page, offset, group)
    },
    remove: (slot) => remove(table, slot),
    removeGroup(group) {
      table = rebuilt(table, table.slots, group)
    },
    clear() {
      table = createTable(firstSlots)
    },
  }
}

function createTable(slots: number): Table {
  return { values: new Int32Array(slots * width), slots, count: 0 }
}

function at({ values }: Table, slot: number, what: number): number {
  return values[slot * width + what] ?? 0
}

function homeOf({ slots }: Table, hash: number): number {
  return hash & (slots - 1)
}

function after({ slots }: Table, slot: number): number {
  return (slot + 1) & (slots - 1)
}

function put(table: Table, hash: number, page: number, offset: number, group: number): void {
  let slot = homeOf(table, hash)
  while (at(table, slot, pageAt) !== 0) slot = after(table, slot)
  table.values[slot * width] = hash
  table.values[slot * width + pageAt] = page
  table.values[slot * width + offsetAt] = offset
  table.values[slot * width + groupAt] = group
  table.count++
}

function remove(table: Table, slot: number): void {
  const { values, slots } = table
  // What was put behind it for want of its own slot moves up, so that it is still found.
  let hole = slot
  for (let from = after(table, slot); at(table, from, pageAt) !== 0; from = after(table, from)) {
    const home = homeOf(table, at(table, from, 0))
    if (((from - home) & (slots - 1)) < ((from - hole) & (slots - 1))) continue
    values.copyWithin(hole * width, from * width, from * width + width)
    hole = from
  }
  values.fill(0, hole * width, hole * width + width)
  table.count--
}

/** All in a table of so many slots, but for a group. */
function rebuilt(old: Table, slots: number, leftOut: number | null): Table {
  const table = createTable(slots)
  for (let slot = 0; slot < old.slots; slot++) {
    const page = at(old, slot, pageAt)
    const group = at(old, slot, groupAt)
    if (page !== 0 && group !== leftOut) put(table, at(old, slot, 0), page, at(old, slot, offsetAt), group)
  }
  return table
}
