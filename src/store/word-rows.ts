/*
 * Some of a block's rows: the gaps between their numbers as varints, or, where that is not shorter, a bit for each row of the
 * block. A list that is as long as those bits is those bits.
 */

/** Numbers of rows within a block, ascending, each once. */
export type RowSet = Uint16Array

export const noRows: RowSet = new Uint16Array(0)

/** The most that the list of some rows takes, of so many. */
export function maxRowListBytes(rows: number): number {
  return Math.ceil(rows / 8) + 3
}

/** Writes a list of at least one row, and gives its end. There must be room for `maxRowListBytes`. */
export function writeRowList(into: Buffer, at: number, list: RowSet, rows: number): number {
  const bitmapBytes = Math.ceil(rows / 8)
  let end = at
  let least = 0
  for (let index = 0; index < list.length && list.length < bitmapBytes && end - at < bitmapBytes; index++) {
    const row = list[index] ?? 0
    end = writeVarint(into, end, row - least)
    least = row + 1
  }
  if (end > at && end - at < bitmapBytes) return end
  into.fill(0, at, at + bitmapBytes)
  for (let index = 0; index < list.length; index++) {
    const row = list[index] ?? 0
    into[at + (row >> 3)] = (into[at + (row >> 3)] ?? 0) | (1 << (row & 7))
  }
  return at + bitmapBytes
}

export function readRowList(bytes: Uint8Array, rows: number): RowSet {
  const found = new Uint16Array(Math.min(rows, bytes.length * 8))
  let count = 0
  if (bytes.length === Math.ceil(rows / 8)) {
    for (let row = 0; row < rows; row++) {
      if (((bytes[row >> 3] ?? 0) & (1 << (row & 7))) !== 0) found[count++] = row
    }
    return found.subarray(0, count)
  }
  let least = 0
  for (let at = 0; at < bytes.length;) {
    const { value, next } = readVarint(bytes, at)
    found[count++] = least + value
    least += value + 1
    at = next
  }
  return found.subarray(0, count)
}

/** The rows that are in both. */
export function bothOf(one: RowSet, other: RowSet): RowSet {
  const found = new Uint16Array(Math.min(one.length, other.length))
  let count = 0
  let at = 0
  for (const row of one) {
    while (at < other.length && (other[at] ?? 0) < row) at++
    if (other[at] === row) found[count++] = row
  }
  return found.subarray(0, count)
}

/** Seven bits a byte, the lowest first. Gives the end. */
export function writeVarint(into: Uint8Array, at: number, value: number): number {
  let left = value
  while (left > 0x7f) {
    into[at++] = (left & 0x7f) | 0x80
    left >>>= 7
  }
  into[at++] = left
  return at
}

export function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0
  let shift = 0
  let next = at
  while (true) {
    const byte = bytes[next++] ?? 0
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return { value, next }
    shift += 7
  }
}
