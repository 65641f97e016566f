import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { bucketOf, createWordCollector, eachWord, findWord } from './word-postings.ts'
import { bothOf, noRows, type RowSet } from './word-rows.ts'
import { createTextCollector, eachText, findPart, smallText } from './word-texts.ts'
import { hashWord, wordsAsked } from './words-of.ts'

/*
 * What a search knows of some rows of one gateway, at most 65 536: their words, as hashes, their short texts, and their ids. It is
 * kept in parts, so that a search reads few of them: first the buckets of words, then the texts, then the ids.
 */

/** A block as it is kept. */
export interface WordBlock {
  /** The least and the greatest of its ids. */
  firstId: string
  lastId: string
  rows: number
  /** It has 2 to the power of this many buckets. */
  bits: number
  parts: Uint8Array[]
}

/** What a row is found by. */
export interface SearchedRow {
  id: string
  /** Found by any part. */
  texts: readonly string[]
  /** Found by words. */
  pieces: readonly string[]
}

/** Puts rows and the rows of other blocks together. */
export interface BlockBuilder {
  add(row: SearchedRow): void
  /** Adds the rows of a block but for these numbers. */
  addBlock(block: Pick<WordBlock, 'rows' | 'bits' | 'parts'>, without: ReadonlySet<number>): void
  /** Null: it has no rows. */
  finish(): WordBlock | null
}

export function createBlockBuilder(): BlockBuilder {
  const ids: string[] = []
  const words = createWordCollector()
  const texts = createTextCollector()
  return {
    add({ id, texts: short, pieces }) {
      const row = ids.push(id) - 1
      for (const text of short) texts.add(row, smallText(text))
      for (const piece of pieces) words.addText(row, piece)
    },
    addBlock({ rows, bits, parts }, without) {
      /** By the numbers that rows have there; -1: it is left out. */
      const numbers = readIds(parts[idsPart(bits)]).map((id, row) => (without.has(row) ? -1 : ids.push(id) - 1))
      for (const bucket of parts.slice(0, textsPart(bits))) {
        eachWord(bucket, rows, (low, high, list) => {
          for (const row of list) {
            const number = numbers[row] ?? -1
            if (number !== -1) words.add(number, low, high)
          }
        })
      }
      eachText(parts[textsPart(bits)] ?? new Uint8Array(0), rows, (text, list) => {
        for (const row of list) {
          const number = numbers[row] ?? -1
          if (number !== -1) texts.add(number, text)
        }
      })
    },
    finish() {
      const [one] = ids
      if (one === undefined) return null
      const buckets = words.encode(ids.length)
      return {
        firstId: ids.reduce((least, id) => (id < least ? id : least), one),
        lastId: ids.reduce((most, id) => (id > most ? id : most), one),
        rows: ids.length,
        bits: Math.log2(buckets.length),
        parts: [...buckets, texts.encode(ids.length), zstdCompressSync(ids.join('\0'))],
      }
    },
  }
}

/** What is looked for: rows that have all words, or the part in one of their texts or in their ids. */
export interface Wanted {
  /** None: no row is found by words. */
  words: readonly { low: number; high: number }[]
  /** In small letters. */
  part: string
}

export function wantedOf(search: string): Wanted {
  const words: { low: number; high: number }[] = []
  for (const word of wordsAsked(search)) hashWord(word, (low, high) => words.push({ low, high }))
  return { words, part: smallText(search) }
}

/** The parts of a block that `findRows` needs, by their numbers in it. */
export function partsFor({ words, part }: Wanted, bits: number): number[] {
  const buckets = new Set(words.map(({ low }) => bucketOf(low, bits)))
  return [...buckets, textsPart(bits), ...(mayBeOfId(part) ? [idsPart(bits)] : [])]
}

/** The rows that are found by all the words, and those found by the part. `parts` has those of `partsFor`. */
export function findRows(
  wanted: Wanted,
  { rows, bits }: Pick<WordBlock, 'rows' | 'bits'>,
  parts: ReadonlyMap<number, Uint8Array>,
): { byWords: RowSet; byPart: RowSet } {
  let byWords: RowSet | null = null
  for (const { low, high } of wanted.words) {
    const bucket = parts.get(bucketOf(low, bits))
    const found = (bucket && findWord(bucket, low, high, rows)) ?? noRows
    byWords = byWords === null ? found : bothOf(byWords, found)
    if (byWords.length === 0) break
  }
  const texts = parts.get(textsPart(bits))
  const byPart = texts === undefined ? noRows : findPart(texts, wanted.part, rows)
  if (!mayBeOfId(wanted.part)) return { byWords: byWords ?? noRows, byPart }
  const ids = readIds(parts.get(idsPart(bits)))
  const all = new Set(byPart)
  ids.forEach((id, row) => {
    if (id.includes(wanted.part)) all.add(row)
  })
  return { byWords: byWords ?? noRows, byPart: Uint16Array.from(all).sort() }
}

/** The ids of a block's rows, in the order of their numbers. */
export function readIds(part: Uint8Array | undefined): string[] {
  return part === undefined ? [] : zstdDecompressSync(part).toString().split('\0')
}

/** Behind the buckets. */
function textsPart(bits: number): number {
  return 1 << bits
}

/** The number of the part that has a block's ids. */
export function idsPart(bits: number): number {
  return textsPart(bits) + 1
}

/** Ids are hexadecimal, in groups. */
function mayBeOfId(part: string): boolean {
  return /^[0-9a-f-]+$/.test(part)
}
