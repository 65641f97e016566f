import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createBlockBuilder, findRows, partsFor, type SearchedRow, wantedOf, type WordBlock } from './word-block.ts'
import { wordsAsked, wordsOf } from './words-of.ts'

const some = (of: readonly string[]) => fc.array(fc.constantFrom(...of), { maxLength: 5 })
const rowsOf = fc.array(
  fc.record({
    texts: some(['GPT-4o', 'gpt', 'team', 'ä team', '', '7', 'a\0b']),
    pieces: some(['red fox', 'blue', 'the Fox', '東京 fox', 'x1', '']),
  }),
  { minLength: 1, maxLength: 300 },
)
const searches = fc.constantFrom('fox', 'red fox', '東京', '東', 'gpt', 'ä', '7', 'blue x1', 'nothing', '0', '-', 'B')

test('a block finds what one finds by looking at its rows, also when it was put together from others', () => {
  fc.assert(
    fc.property(rowsOf, searches, fc.nat(), (made, search, seed) => {
      const rows = made.map((row, at): SearchedRow => ({ ...row, id: `id-${(at * 7919) % 100_003}` }))
      const isGone = (at: number): boolean => (at * 31 + seed) % 5 === 0
      const whole = blockOf(rows)
      const half = Math.floor(rows.length / 2)
      const merged = createBlockBuilder()
      for (const [from, until] of [
        [0, half],
        [half, rows.length],
      ] as const) {
        const block = blockOf(rows.slice(from, until))
        const gone = new Set(rows.slice(from, until).flatMap((_, at) => (isGone(from + at) ? [at] : [])))
        if (block !== null) merged.addBlock(block, gone)
      }
      assert.deepEqual(found(whole, rows, search), expected(rows, search))
      const kept = rows.filter((_, at) => !isGone(at))
      assert.deepEqual(found(merged.finish(), kept, search), expected(kept, search))
    }),
    { numRuns: 150 },
  )
})

test('a block of many words has several buckets, and each word is in one of them', () => {
  const rows = Array.from({ length: 2000 }, (_, at): SearchedRow => {
    const words = Array.from({ length: 100 }, (_, nth) => `w${(at * 61 + nth * nth) % 9973}`)
    return { id: `id-${at}`, texts: [`user-${at}`], pieces: [words.join(' ')] }
  })
  const block = blockOf(rows)
  assert.ok(block !== null && block.bits > 3)
  for (const search of ['w0', 'w5', 'w61 w62', 'w9972', 'user-1999', 'w10000', '19']) {
    assert.deepEqual(found(block, rows, search), expected(rows, search), search)
  }
})

function blockOf(rows: readonly SearchedRow[]): WordBlock | null {
  const builder = createBlockBuilder()
  for (const row of rows) builder.add(row)
  return builder.finish()
}

/** The numbers of rows that are found by words, and by a part. */
function found(block: WordBlock | null, rows: readonly SearchedRow[], search: string): [number[], number[]] {
  if (block === null) {
    assert.equal(rows.length, 0)
    return [[], []]
  }
  assert.equal(block.rows, rows.length)
  const wanted = wantedOf(search)
  const parts = new Map(partsFor(wanted, block.bits).map((part) => [part, block.parts[part] ?? new Uint8Array(0)]))
  const { byWords, byPart } = findRows(wanted, block, parts)
  return [[...byWords], [...byPart]]
}

function expected(rows: readonly SearchedRow[], search: string): [number[], number[]] {
  const asked = wordsAsked(search)
  const numbers = (is: (row: SearchedRow) => boolean): number[] => rows.flatMap((row, at) => (is(row) ? [at] : []))
  return [
    numbers(({ pieces }) => asked.length > 0 && asked.every((word) => pieces.flatMap(wordsOf).includes(word))),
    numbers(({ id, texts }) => [id, ...texts].some((text) => text.toLowerCase().includes(search.toLowerCase()))),
  ]
}
