import { hashWords } from './words-of.ts'

/*
 * Which of a block's rows have a word. A block's words are spread over buckets by their hashes, so that a search reads one bucket
 * for each word. A bucket is
 *
 *   number of words                       uint32, little endian
 *   per word: hash                        6 bytes: the lower 32 bits, the upper 16
 *   per word: length of its row list      varint
 *   the row lists in the same order       see `word-rows.ts`
 */
import { maxRowListBytes, readRowList, readVarint, type RowSet, writeRowList, writeVarint } from './word-rows.ts'

const hashBytes = 6
const headBytes = 4
/** Of a place in the hash table of words: the lower and upper bits of the hash, the word's number plus 1, its last row. */
const fieldBits = 2
const fields = 1 << fieldBits
const startSlots = 1 << 14
/** A bucket is about so large; it is read whole. */
const bucketBytes = 8192
const maxBucketBits = 8
const mostVarintBytes = 5

/** The words of rows that are put together, each row once and in the order of their numbers. */
export interface WordCollector {
  /** Adds the words of a text to a row. */
  addText(row: number, text: string): void
  /** Adds one word to a row. */
  add: (row: number, low: number, high: number) => void
  /** The buckets for so many rows; their number is a power of two. */
  encode(rows: number): Uint8Array[]
}

export function createWordCollector(): WordCollector {
  /** The hash table. A place has the hash, the word's number and the last of its rows, so that one look finds all of it. */
  let table = new Int32Array(startSlots * fields)
  let words = 0
  /** What was added, in the order in which it was: words by their numbers, and rows. */
  let wordOf = new Int32Array(1 << 16)
  let rowOf = new Uint16Array(1 << 16)
  let postings = 0
  let row = 0
  const addToRow = (low: number, high: number): void => add(row, low, high)

  function add(ofRow: number, low: number, high: number): void {
    const lowBits = low | 0
    const last = table.length - 1
    let at = (lowBits << fieldBits) & last
    while (true) {
      const number = table[at + 2] ?? 0
      if (number === 0) {
        table[at] = lowBits
        table[at + 1] = high
        // 0 is an empty place.
        table[at + 2] = ++words
        table[at + 3] = ofRow
        append(words - 1, ofRow)
        if (words * 2 * fields > table.length) table = twice(table)
        return
      }
      if (table[at] === lowBits && table[at + 1] === high) {
        if (table[at + 3] === ofRow) return
        table[at + 3] = ofRow
        append(number - 1, ofRow)
        return
      }
      at = (at + fields) & last
    }
  }

  function append(word: number, ofRow: number): void {
    if (postings === wordOf.length) {
      const [oldWords, oldRows] = [wordOf, rowOf]
      wordOf = new Int32Array(postings * 2)
      rowOf = new Uint16Array(postings * 2)
      wordOf.set(oldWords)
      rowOf.set(oldRows)
    }
    wordOf[postings] = word
    rowOf[postings++] = ofRow
  }

  return {
    addText(ofRow, text) {
      row = ofRow
      hashWords(text, addToRow)
    },
    add,
    encode: (rows) => encodeBuckets(rows, table, wordOf.subarray(0, postings), rowOf),
  }
}

function twice(table: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(table.length * 2)
  const last = larger.length - 1
  eachEntry(table, (from) => {
    let at = ((table[from] ?? 0) << fieldBits) & last
    while (larger[at + 2] !== 0) at = (at + fields) & last
    larger.set(table.subarray(from, from + fields), at)
  })
  return larger
}

/** Calls `use` with the place of each word in the table. */
function eachEntry(table: Int32Array, use: (at: number) => void): void {
  for (let at = 0; at < table.length; at += fields) if (table[at + 2] !== 0) use(at)
}

function encodeBuckets(rows: number, table: Int32Array, wordOf: Int32Array, rowOf: Uint16Array): Uint8Array[] {
  // The rows of each word side by side, in the order in which they came.
  const ends = new Int32Array(wordOf.reduce((most, word) => Math.max(most, word), -1) + 1)
  for (const word of wordOf) ends[word] = (ends[word] ?? 0) + 1
  let total = 0
  ends.forEach((count, word) => {
    ends[word] = total
    total += count
  })
  const sorted = new Uint16Array(total)
  for (let posting = 0; posting < total; posting++) {
    const word = wordOf[posting] ?? 0
    const at = ends[word] ?? 0
    sorted[at] = rowOf[posting] ?? 0
    ends[word] = at + 1
  }
  const bits = bitsFor(ends.length * (hashBytes + 2) + total)
  const byBucket: number[][] = Array.from({ length: 1 << bits }, () => [])
  eachEntry(table, (at) => byBucket[bucketOf((table[at] ?? 0) >>> 0, bits)]?.push(at))
  return byBucket.map((entries) => {
    const head = Buffer.allocUnsafe(headBytes + entries.length * (hashBytes + mostVarintBytes))
    const lists = Buffer.allocUnsafe(entries.length * maxRowListBytes(rows))
    head.writeUInt32LE(entries.length, 0)
    let at = headBytes
    for (const entry of entries) {
      at = head.writeInt32LE(table[entry] ?? 0, at)
      at = head.writeUInt16LE(table[entry + 1] ?? 0, at)
    }
    let end = 0
    for (const entry of entries) {
      const word = (table[entry + 2] ?? 0) - 1
      const start = end
      end = writeRowList(lists, start, sorted.subarray(word === 0 ? 0 : ends[word - 1], ends[word]), rows)
      at = writeVarint(head, at, end - start)
    }
    return Buffer.concat([head.subarray(0, at), lists.subarray(0, end)])
  })
}

/** Adds the rows of a bucket's one word to `found`; none where it does not have it. */
export function findWord(bucket: Uint8Array, low: number, high: number, rows: number): RowSet | null {
  const bytes = asBuffer(bucket)
  const wanted = Buffer.allocUnsafe(hashBytes)
  wanted.writeUInt32LE(low, 0)
  wanted.writeUInt16LE(high, 4)
  const count = bytes.readUInt32LE(0)
  const hashesEnd = headBytes + count * hashBytes
  const hashes = bytes.subarray(headBytes, hashesEnd)
  let found = hashes.indexOf(wanted)
  // The same bytes may lie across two hashes.
  while (found !== -1 && found % hashBytes !== 0) found = hashes.indexOf(wanted, found + 1)
  if (found === -1) return null
  const { start, length } = listAt(bytes, hashesEnd, count, found / hashBytes)
  return readRowList(bytes.subarray(start, start + length), rows)
}

/** Calls `use` with each word of a bucket and the rows that have it. */
export function eachWord(
  bucket: Uint8Array,
  rows: number,
  use: (low: number, high: number, rows: RowSet) => void,
): void {
  const bytes = asBuffer(bucket)
  const count = bytes.readUInt32LE(0)
  let lengthAt = headBytes + count * hashBytes
  let { start } = listAt(bytes, lengthAt, count, 0)
  for (let word = 0; word < count; word++) {
    const length = readVarint(bytes, lengthAt)
    lengthAt = length.next
    const at = headBytes + word * hashBytes
    use(
      bytes.readUInt32LE(at),
      bytes.readUInt16LE(at + 4),
      readRowList(bytes.subarray(start, start + length.value), rows),
    )
    start += length.value
  }
}

/** In which of 2 to the power of `bits` buckets a word is. */
export function bucketOf(low: number, bits: number): number {
  return bits === 0 ? 0 : low >>> (32 - bits)
}

function bitsFor(bytes: number): number {
  return Math.min(Math.max(Math.ceil(Math.log2(bytes / bucketBytes)), 0), maxBucketBits)
}

/** Where the row list of a word is. */
function listAt(bytes: Buffer, lengthsAt: number, count: number, nth: number): { start: number; length: number } {
  let at = lengthsAt
  let before = 0
  let own = 0
  for (let word = 0; word < count; word++) {
    const { value, next } = readVarint(bytes, at)
    if (word < nth) before += value
    if (word === nth) own = value
    at = next
  }
  return { start: at + before, length: own }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
