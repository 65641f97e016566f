/*
 * The short texts of a block's rows (models, names and values of metadata, ...), each once, in small letters A-Z:
 *
 *   number of texts, bytes of all texts                       uint32 each, little endian
 *   the texts in UTF-8, each with a NUL behind it
 *   per text: length of its row list                          varint
 *   the row lists in the same order                           see `word-rows.ts`
 */
import { cleanText } from './clean-text.ts'
import {
  maxRowListBytes,
  noRows,
  readRowList,
  readVarint,
  type RowSet,
  writeRowList,
  writeVarint,
} from './word-rows.ts'

const headBytes = 8
const mostVarintBytes = 5

/** The texts of rows that are put together, each row once and in the order of their numbers. */
export interface TextCollector {
  add(row: number, text: string): void
  encode(rows: number): Uint8Array
}

export function createTextCollector(): TextCollector {
  const rowsOf = new Map<string, number[]>()
  return {
    add(row, text) {
      const known = rowsOf.get(text)
      if (known === undefined) rowsOf.set(text, [row])
      else if (known.at(-1) !== row) known.push(row)
    },
    encode(rows) {
      const texts = Buffer.from([...rowsOf.keys()].map((text) => `${text}\0`).join(''))
      const head = Buffer.alloc(headBytes)
      head.writeUInt32LE(rowsOf.size, 0)
      head.writeUInt32LE(texts.length, 4)
      const lengths = Buffer.allocUnsafe(rowsOf.size * mostVarintBytes)
      const lists = Buffer.allocUnsafe(rowsOf.size * maxRowListBytes(rows))
      let at = 0
      let end = 0
      for (const list of rowsOf.values()) {
        const start = end
        end = writeRowList(lists, start, Uint16Array.from(list), rows)
        at = writeVarint(lengths, at, end - start)
      }
      return Buffer.concat([head, texts, lengths.subarray(0, at), lists.subarray(0, end)])
    },
  }
}

/** A text as it is kept, and as a part is looked for. */
export function smallText(text: string): string {
  return cleanText(text).replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** The rows of which some text has a part; that is small already. */
export function findPart(encoded: Uint8Array, part: string, rows: number): RowSet {
  const bytes = asBuffer(encoded)
  const textsEnd = headBytes + bytes.readUInt32LE(4)
  const texts = bytes.subarray(headBytes, textsEnd)
  const hits: number[] = []
  for (let at = texts.indexOf(part); at !== -1; at = texts.indexOf(part, at)) {
    hits.push(at)
    // On to the next text: this one has it.
    at = texts.indexOf(0, at) + 1
  }
  if (hits.length === 0) return noRows
  const isFound = new Uint8Array(rows)
  let hit = 0
  eachList(bytes, texts, rows, (end, list) => {
    if ((hits[hit] ?? Number.POSITIVE_INFINITY) >= end) return
    hit++
    for (const row of list()) isFound[row] = 1
  })
  return Uint16Array.from(isFound.keys().filter((row) => isFound[row] === 1))
}

/** Calls `use` with each text and its rows. */
export function eachText(encoded: Uint8Array, rows: number, use: (text: string, rows: RowSet) => void): void {
  const bytes = asBuffer(encoded)
  const texts = bytes.subarray(headBytes, headBytes + bytes.readUInt32LE(4))
  let start = 0
  eachList(bytes, texts, rows, (end, list) => {
    use(texts.toString('utf8', start, end), list())
    start = end + 1
  })
}

/** Calls `use` with where each text ends, and a function that reads its rows. */
function eachList(bytes: Buffer, texts: Buffer, rows: number, use: (end: number, list: () => RowSet) => void): void {
  const count = bytes.readUInt32LE(0)
  const lengths: number[] = []
  let at = headBytes + texts.length
  for (let text = 0; text < count; text++) {
    const { value, next } = readVarint(bytes, at)
    lengths.push(value)
    at = next
  }
  let end = -1
  for (const length of lengths) {
    end = texts.indexOf(0, end + 1)
    const start = at
    use(end, () => readRowList(bytes.subarray(start, start + length), rows))
    at += length
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
