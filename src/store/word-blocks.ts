import type { Generated, Kysely, RawBuilder, SchemaModule, Selectable } from 'kysely'
import { createBlockBuilder, findRows, idsPart, partsFor, readIds, type Wanted, type WordBlock } from './word-block.ts'
import type { IdsBetween, WordsFound } from './word-index.ts'

/*
 * The blocks of all gateways, on any engine. Few rows come at a time, where there is little traffic, so small blocks are put
 * together: sixteen of a level make one of the next. Rows that are gone are only noted, until their block is written anew.
 */

/** The tables; where they are is the engine's. */
export interface WordBlockTables {
  word_blocks: WordBlockTable
  word_parts: WordPartTable
}

interface WordBlockTable {
  number: Generated<number>
  gateway: number
  first_id: string
  last_id: string
  rows: number
  bits: number
  /** How often its rows were put together; `fullLevel`: they are not any more. */
  level: number
  /** The numbers of its rows that are gone, as JSON; null: none is. */
  gone: string | null
}

interface WordPartTable {
  /** Of the block and the part: see `partId`. */
  id: number
  bytes: Uint8Array
}

type Db = Kysely<WordBlockTables>
type Block = Selectable<WordBlockTable>

/** A block has at most 256 buckets and two parts more. */
const partsPerBlock = 512
const blocksPerMerge = 16
/** A block of so many rows is left as it is. */
const fullRows = 1024
const fullLevel = 9
/** Blocks whose parts are read in one statement. */
const blocksPerRead = 100
/** Ten megabytes or so. */
const blocksPerDrop = 20

/** Makes the tables; `text` is the type of those that are compared, `key` of numbers that never come back. */
export async function createBlockTables(
  schema: SchemaModule,
  { text, key, bytes }: Record<'text' | 'key' | 'bytes', RawBuilder<unknown>>,
): Promise<void> {
  await schema
    .createTable('word_blocks')
    .ifNotExists()
    // Else a search that goes on while blocks are put together would read others for those that it knows.
    .addColumn('number', key)
    .addColumn('gateway', 'bigint', (column) => column.notNull())
    .addColumn('first_id', text, (column) => column.notNull())
    .addColumn('last_id', text, (column) => column.notNull())
    .addColumn('rows', 'integer', (column) => column.notNull())
    .addColumn('bits', 'integer', (column) => column.notNull())
    .addColumn('level', 'integer', (column) => column.notNull())
    .addColumn('gone', 'text')
    .execute()
  await schema
    .createIndex('word_blocks_gateway')
    .ifNotExists()
    .on('word_blocks')
    .columns(['gateway', 'last_id'])
    .execute()
  await schema
    .createTable('word_parts')
    .ifNotExists()
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('bytes', bytes, (column) => column.notNull())
    .execute()
}

/** Adds a block, and puts small ones together. */
export async function putBlock(db: Db, gateway: number, block: WordBlock): Promise<void> {
  let level = await insertBlock(db, gateway, block, 0)
  while (level !== fullLevel) {
    const small = await db
      .selectFrom('word_blocks')
      .selectAll()
      .where('gateway', '=', gateway)
      .where('level', '=', level)
      .orderBy('number')
      .limit(blocksPerMerge)
      .execute()
    if (small.length < blocksPerMerge) return
    const merged = await withoutGone(db, small)
    await deleteBlocks(db, small)
    if (merged === null) return
    level = await insertBlock(db, gateway, merged, level + 1)
  }
}

/** Notes that rows of a gateway are gone from its blocks. */
export async function removeFromBlocks(db: Db, gateway: number, ids: readonly string[]): Promise<void> {
  const sorted = ids.toSorted()
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (first === undefined || last === undefined) return
  const wanted = new Set(ids)
  const blocks = await blocksBetween(db, gateway, { lowest: first, highest: last })
  for (const block of blocks) {
    if (!sorted.some((id) => id >= block.first_id && id <= block.last_id)) continue
    const gone = goneOf(block)
    const before = gone.size
    const idsOfRows = readIds((await readParts(db, [partId(block, idsPart(block.bits))])).values().next().value)
    idsOfRows.forEach((id, row) => {
      if (wanted.has(id)) gone.add(row)
    })
    if (gone.size === before) continue
    if (gone.size === block.rows) {
      await deleteBlocks(db, [block])
      continue
    }
    const list = JSON.stringify([...gone])
    await db.updateTable('word_blocks').set({ gone: list }).where('number', '=', block.number).execute()
  }
}

/** Writes one block anew of which rows are gone; false where there is none. */
export async function rewriteNext(db: Db): Promise<boolean> {
  const block = await db.selectFrom('word_blocks').selectAll().where('gone', 'is not', null).limit(1).executeTakeFirst()
  if (block === undefined) return false
  const rewritten = await withoutGone(db, [block])
  await deleteBlocks(db, [block])
  if (rewritten !== null) await insertBlock(db, block.gateway, rewritten, block.level)
  return true
}

/** Removes some blocks of a gateway; true when none is left. */
export async function dropBlocks(db: Db, gateway: number): Promise<boolean> {
  const some = await db
    .selectFrom('word_blocks')
    .selectAll()
    .where('gateway', '=', gateway)
    .limit(blocksPerDrop)
    .execute()
  await deleteBlocks(db, some)
  return some.length < blocksPerDrop
}

/** The ids of a gateway's rows that are found, between the bounds. */
export async function findInBlocks(
  db: Db,
  gateway: number,
  wanted: Wanted,
  between: IdsBetween | null,
): Promise<WordsFound> {
  while (true) {
    const found = await findOnce(db, await blocksBetween(db, gateway, between), wanted, between)
    if (found !== 'changed') return found
  }
}

/** `changed`: a block was put together with others meanwhile. */
async function findOnce(
  db: Db,
  blocks: readonly Block[],
  wanted: Wanted,
  between: IdsBetween | null,
): Promise<WordsFound | 'changed'> {
  const { lowest, highest } = between ?? { lowest: null, highest: null }
  const isBetween = (id: string): boolean => (lowest === null || id >= lowest) && (highest === null || id <= highest)
  const result: WordsFound = { byWords: [], byPart: [] }
  for (let from = 0; from < blocks.length; from += blocksPerRead) {
    const some = blocks.slice(from, from + blocksPerRead)
    const wantedParts = some.map((block) => partsFor(wanted, block.bits))
    const parts = await readParts(
      db,
      some.flatMap((block, at) => (wantedParts[at] ?? []).map((part) => partId(block, part))),
    )
    for (const [at, block] of some.entries()) {
      const own = new Map<number, Uint8Array>()
      for (const part of wantedParts[at] ?? []) {
        const bytes = parts.get(partId(block, part))
        if (bytes === undefined) return 'changed'
        own.set(part, bytes)
      }
      const { byWords, byPart } = findRows(wanted, block, own)
      if (byWords.length === 0 && byPart.length === 0) continue
      const [idBytes] = (await readParts(db, [partId(block, idsPart(block.bits))])).values()
      if (idBytes === undefined) return 'changed'
      const ids = readIds(idBytes)
      const gone = goneOf(block)
      for (const [rows, into] of [
        [byWords, result.byWords],
        [byPart, result.byPart],
      ] as const) {
        for (const row of rows) {
          const id = ids[row]
          if (id !== undefined && !gone.has(row) && isBetween(id)) into.push(id)
        }
      }
    }
  }
  return result
}

async function blocksBetween(db: Db, gateway: number, between: IdsBetween | null): Promise<Block[]> {
  let blocks = db.selectFrom('word_blocks').selectAll().where('gateway', '=', gateway)
  const { lowest, highest } = between ?? { lowest: null, highest: null }
  if (lowest !== null) blocks = blocks.where('last_id', '>=', lowest)
  if (highest !== null) blocks = blocks.where('first_id', '<=', highest)
  return await blocks.execute()
}

/** The rows of blocks that are not gone, as one block; null: there is none. */
async function withoutGone(db: Db, blocks: readonly Block[]): Promise<WordBlock | null> {
  const builder = createBlockBuilder()
  for (const block of blocks) {
    const { rows, bits } = block
    const parts = await db
      .selectFrom('word_parts')
      .selectAll()
      .where('id', '>=', partId(block, 0))
      .where('id', '<=', partId(block, idsPart(bits)))
      .orderBy('id')
      .execute()
    builder.addBlock({ rows, bits, parts: parts.map(({ bytes }) => bytes) }, goneOf(block))
  }
  return builder.finish()
}

/** The level that the block has. */
async function insertBlock(db: Db, gateway: number, block: WordBlock, level: number): Promise<number> {
  const { rows, bits, parts } = block
  const reached = rows >= fullRows ? fullLevel : Math.min(level, fullLevel - 1)
  const { firstId, lastId } = block
  const { number } = await db
    .insertInto('word_blocks')
    .values({ gateway, first_id: firstId, last_id: lastId, rows, bits, level: reached, gone: null })
    .returning('number')
    .executeTakeFirstOrThrow()
  const values = parts.map((bytes, part) => ({ id: partId({ number }, part), bytes }))
  await db.insertInto('word_parts').values(values).execute()
  return reached
}

async function deleteBlocks(db: Db, blocks: readonly Block[]): Promise<void> {
  for (const block of blocks) {
    await db
      .deleteFrom('word_parts')
      .where('id', '>=', partId(block, 0))
      .where('id', '<', partId(block, partsPerBlock))
      .execute()
    await db.deleteFrom('word_blocks').where('number', '=', block.number).execute()
  }
}

async function readParts(db: Db, ids: readonly number[]): Promise<Map<number, Uint8Array>> {
  const rows = await db.selectFrom('word_parts').selectAll().where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, bytes }) => [id, bytes]))
}

function partId({ number }: Pick<Block, 'number'>, part: number): number {
  return number * partsPerBlock + part
}

function goneOf({ gone }: Block): Set<number> {
  return new Set(gone === null ? [] : (JSON.parse(gone) as number[]))
}
