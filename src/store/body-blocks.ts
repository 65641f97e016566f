import type { Kysely, Transaction } from 'kysely'
import type { LogEntry } from '../contract/log-record.ts'
import { type Bodies, decodeBlock, encodeBlock } from './body-block.ts'
import type { Engine, NewBlock } from './engine.ts'
import type { Schema } from './schema.ts'

const maxSlots = 100
const maxBlockBytes = 1024 * 1024
/** A row with more than this has a block of its own, so that small neighbours are read without it. */
const maxSharedBytes = 64 * 1024

/** Where the bodies of a row are. */
export interface BodyPlace {
  block: number
  slot: number
}

/** Stores the entries' bodies in blocks, one gateway per block. The place of each entry; null where it has none. */
export async function insertBodies(
  transaction: Transaction<Schema>,
  engine: Engine,
  entries: readonly LogEntry[],
): Promise<(BodyPlace | null)[]> {
  const places: (BodyPlace | null)[] = entries.map(() => null)
  const blocks = planBlocks(entries)
  if (blocks.length === 0) return places
  const ids = await engine.insertBlocks(
    transaction,
    blocks.map((indexes) => toBlock(indexes.flatMap((index) => entries[index] ?? []))),
  )
  blocks.forEach((indexes, nth) => {
    const block = ids[nth]
    if (block === undefined) return
    indexes.forEach((index, slot) => {
      places[index] = { block, slot }
    })
  })
  return places
}

function toBlock(entries: readonly LogEntry[]): NewBlock {
  return { firstLogId: entries[0]?.summary.id ?? '', live: entries.length, bytes: encodeBlock(entries) }
}

/** The bodies of rows, in their order, as bytes of their own. Each block is read and decompressed once. */
export async function readBodies(
  db: Kysely<Schema>,
  places: readonly { block: number | null; slot: number | null }[],
): Promise<Bodies[]> {
  const found = places.map((): Bodies => ({ request: null, response: null }))
  await forBodies(db, places, (at, { request, response }) => {
    found[at] = { request: own(request), response: own(response) }
  })
  return found
}

/** Calls `use` with the bodies of each row that has some, block by block; they are views, good until it returns. */
export async function forBodies(
  db: Kysely<Schema>,
  places: readonly { block: number | null; slot: number | null }[],
  use: (at: number, bodies: Bodies) => void,
): Promise<void> {
  const byBlock = Map.groupBy(places.entries(), ([, { block }]) => block)
  for (const [id, inside] of byBlock) {
    if (id === null) continue
    const row = await db.selectFrom('body_blocks').select('bytes').where('id', '=', id).executeTakeFirst()
    const slots = row === undefined ? [] : decodeBlock(row.bytes)
    for (const [at, { slot }] of inside) {
      const bodies = slot === null ? undefined : slots[slot]
      if (bodies !== undefined) use(at, bodies)
    }
  }
}

/** A copy, so that a body can be handed to another thread without the rest of its block. */
function own(body: Uint8Array | null): Uint8Array | null {
  return body === null ? null : new Uint8Array(body)
}

/** Removes bodies for good: a block goes with its last row, until then it is written anew without them. */
export async function removeBodies(
  transaction: Transaction<Schema>,
  engine: Engine,
  places: readonly BodyPlace[],
): Promise<void> {
  const slotsByBlock = new Map<number, Set<number>>()
  for (const { block, slot } of places) {
    const slots = slotsByBlock.get(block)
    if (slots === undefined) slotsByBlock.set(block, new Set([slot]))
    else slots.add(slot)
  }
  // Two transactions that need the same blocks take them in the same order, so that neither waits for ever.
  for (const [block, removed] of [...slotsByBlock].toSorted(([a], [b]) => a - b)) {
    const row = await transaction
      .selectFrom('body_blocks')
      .selectAll()
      .where('id', '=', block)
      .modifyEnd(engine.locks.rewrite)
      .executeTakeFirst()
    if (row === undefined) continue
    if (row.live <= removed.size) {
      await transaction.deleteFrom('body_blocks').where('id', '=', block).execute()
      continue
    }
    const slots = decodeBlock(row.bytes).map((bodies, slot) =>
      removed.has(slot) ? { request: null, response: null } : bodies,
    )
    await transaction
      .updateTable('body_blocks')
      .set({ live: row.live - removed.size, bytes: encodeBlock(slots) })
      .where('id', '=', block)
      .execute()
  }
}

/** Which entries share a block, as their indexes. */
function planBlocks(entries: readonly LogEntry[]): number[][] {
  const blocks: number[][] = []
  const openByGateway = new Map<number, { indexes: number[]; bytes: number }>()
  entries.forEach((entry, index) => {
    if (entry.request === null && entry.response === null) return
    const bytes = (entry.request?.byteLength ?? 0) + (entry.response?.byteLength ?? 0)
    if (bytes > maxSharedBytes) {
      blocks.push([index])
      return
    }
    const open = openByGateway.get(entry.summary.gateway)
    if (open !== undefined && open.indexes.length < maxSlots && open.bytes + bytes <= maxBlockBytes) {
      open.indexes.push(index)
      open.bytes += bytes
      return
    }
    const indexes = [index]
    blocks.push(indexes)
    openByGateway.set(entry.summary.gateway, { indexes, bytes })
  })
  return blocks
}
