import { type Insertable, type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { AuditEntry } from '../contract/audit-entry.ts'
import type { DatasetItem, DatasetRecord, ItemChange, SavedFilter, TestCase } from '../contract/dataset-record.ts'
import { insertAudit } from './audit.ts'
import { cleanText } from './clean-text.ts'
import type { Engine } from './engine.ts'
import { lowestIdAt } from './id-range.ts'
import { partPattern } from './part-pattern.ts'
import type { Schema } from './schema.ts'
import type { DatasetQuery, DatasetStore } from './store.ts'

/*
 * An item is in the versions from `from_version` on until before `until_version`. A change of version v closes rows at
 * v + 1 and adds rows from v + 1 on: rows are never rewritten, so that older versions stay as they were.
 */

/** Of rows that are in the newest version, and of those that are in none yet. */
const never = Number.MAX_SAFE_INTEGER
const stagedForMs = 24 * 60 * 60 * 1000
/** PostgreSQL takes 65 535 values in a statement. */
const rowsPerInsert = 500

export function createDatasetStore(db: Kysely<Schema>, engine: Engine): DatasetStore {
  return {
    page: (query) => readPage(db, query),

    async get(gateway, id) {
      const row = await db
        .selectFrom('datasets')
        .selectAll()
        .where('gateway', '=', gateway)
        .where('id', '=', cleanText(id))
        .executeTakeFirst()
      return row === undefined ? null : toRecord(row)
    },

    insert: (dataset, items, audit) => orTaken(engine, () => insertDataset(db, engine, { dataset, items, audit })),

    change: (dataset, expectedModifiedMs, items, audit) =>
      orTaken(engine, () => changeDataset(db, { dataset, expectedModifiedMs, items, audit })),

    remove: (gateway, id, audit) => removeDataset(db, { gateway, id, audit }),

    async items({ dataset, version, limit, after, skip = 0 }) {
      let some = itemsOf(db, dataset, version).select(['id', 'body']).orderBy('id').limit(limit)
      if (after !== undefined) some = some.where('id', '>', cleanText(after))
      if (skip > 0) some = some.offset(skip)
      return (await some.execute()).map(toItem)
    },

    count: (dataset, version) => countItems(db, dataset, version),

    async item(dataset, version, id) {
      const row = await itemsOf(db, dataset, version)
        .select(['id', 'body'])
        .where('id', '=', cleanText(id))
        .executeTakeFirst()
      return row === undefined ? null : toItem(row)
    },

    async collecting(most) {
      const rows = await db
        .selectFrom('datasets')
        .selectAll()
        .where('collecting', 'is not', null)
        .where('enable', '=', 1)
        .where('item_count', '<', most)
        .execute()
      return rows.map(toRecord).filter(({ sampleRate }) => sampleRate !== null)
    },

    collect: (query) => collectItems(db, query),

    stage: (query) => stageItems(db, query),

    async unstage(dataset, name) {
      await db
        .deleteFrom('dataset_items')
        .where('dataset', '=', dataset)
        .where('staged', '=', cleanText(name))
        .execute()
    },
  }
}

async function removeDataset(
  db: Kysely<Schema>,
  { gateway, id, audit }: { gateway: number; id: string; audit: AuditEntry },
): Promise<boolean> {
  return await db.transaction().execute(async (transaction) => {
    const row = await transaction
      .deleteFrom('datasets')
      .where('gateway', '=', gateway)
      .where('id', '=', cleanText(id))
      .returning('number')
      .executeTakeFirst()
    if (row === undefined) return false
    await transaction.deleteFrom('dataset_items').where('dataset', '=', row.number).execute()
    await insertAudit(transaction, audit)
    return true
  })
}

/** Those of a gateway that goes, with their items. */
export async function removeDatasets(transaction: Transaction<Schema>, gateway: number): Promise<void> {
  await transaction
    .deleteFrom('dataset_items')
    .where('dataset', 'in', (outer) => outer.selectFrom('datasets').select('number').where('gateway', '=', gateway))
    .execute()
  await transaction.deleteFrom('datasets').where('gateway', '=', gateway).execute()
}

async function insertDataset(
  db: Kysely<Schema>,
  engine: Engine,
  {
    dataset,
    items,
    audit,
  }: { dataset: Omit<DatasetRecord, 'number' | 'version' | 'itemCount'>; items: DatasetItem[]; audit: AuditEntry },
): Promise<DatasetRecord | 'gone'> {
  return await db.transaction().execute(async (transaction) => {
    const home = await transaction
      .selectFrom('gateways')
      .select('number')
      .where('number', '=', dataset.gateway)
      .modifyEnd(engine.locks.keep)
      .executeTakeFirst()
    if (home === undefined) return 'gone'
    const whole = { ...dataset, version: 1, itemCount: items.length }
    const { number } = await transaction
      .insertInto('datasets')
      .values(toColumns(whole))
      .returning('number')
      .executeTakeFirstOrThrow()
    await insertItems(
      transaction,
      items.map((item) => toItemColumns(number, item, { from: 1, staged: null })),
    )
    await insertAudit(transaction, audit)
    return { ...whole, number }
  })
}

async function changeDataset(
  db: Kysely<Schema>,
  {
    dataset,
    expectedModifiedMs,
    items,
    audit,
  }: { dataset: DatasetRecord; expectedModifiedMs: number; items: ItemChange | null; audit: AuditEntry },
): Promise<DatasetRecord | 'changed'> {
  const { number, name, enable, filters, collectedMs, modifiedMs } = dataset
  return await db.transaction().execute(async (transaction) => {
    const row = await transaction
      .updateTable('datasets')
      .set((column) => ({
        name: cleanText(name),
        enable: enable ? 1 : 0,
        filters: JSON.stringify(filters),
        collecting: collectingOf(dataset),
        collected_ms: collectedMs,
        modified_ms: modifiedMs,
        version: items === null ? column.ref('version') : sql<number>`version + 1`,
      }))
      .where('number', '=', number)
      .where('modified_ms', '=', expectedModifiedMs)
      .returningAll()
      .executeTakeFirst()
    if (row === undefined) return 'changed'
    const record = toRecord(row)
    if (items !== null) record.itemCount = await changeItems(transaction, record, items)
    await insertAudit(transaction, audit)
    return record
  })
}

async function readPage(
  db: Kysely<Schema>,
  { gateway, name, enable, search, page, perPage }: DatasetQuery,
): ReturnType<DatasetStore['page']> {
  let matching = db.selectFrom('datasets').where('gateway', '=', gateway)
  if (name !== null) matching = matching.where('name', '=', cleanText(name))
  if (enable !== null) matching = matching.where('enable', '=', enable ? 1 : 0)
  if (search !== null) {
    const pattern = partPattern(search)
    matching = matching.where(sql<boolean>`(lower(id) like ${pattern} escape '\\' or lower(name) like ${pattern} escape
      '\\' or lower(filters) like ${pattern} escape '\\')`)
  }
  const { total } = await matching.select(db.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  const rows = await matching
    .selectAll()
    .orderBy('number', 'desc')
    .limit(perPage)
    .offset((page - 1) * perPage)
    .execute()
  return { rows: rows.map(toRecord), total }
}

async function orTaken<T>(engine: Engine, write: () => Promise<T>): Promise<T | 'taken'> {
  try {
    return await write()
  } catch (error) {
    if (engine.isDuplicate(error)) return 'taken'
    throw error
  }
}

async function stageItems(
  db: Kysely<Schema>,
  { dataset, name, items, nowMs }: Parameters<DatasetStore['stage']>[0],
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction
      .deleteFrom('dataset_items')
      .where('dataset', '=', dataset)
      .where('staged', 'is not', null)
      .where('id', '<', lowestIdAt(nowMs - stagedForMs))
      .execute()
    await insertItems(
      transaction,
      items.map((item) => toItemColumns(dataset, item, { from: never, staged: name })),
    )
  })
}

async function collectItems(
  db: Kysely<Schema>,
  { dataset, items, most, untilMs }: Parameters<DatasetStore['collect']>[0],
): Promise<number> {
  return await db.transaction().execute(async (transaction) => {
    // Takes the row for this transaction: two that collect the same wait for each other.
    const row = await transaction
      .updateTable('datasets')
      .set((column) => ({
        collected_ms:
          untilMs === null
            ? column.ref('collected_ms')
            : sql<number>`case when collected_ms < ${untilMs} then ${untilMs} else collected_ms end`,
      }))
      .where('number', '=', dataset)
      .returning(['version', 'item_count'])
      .executeTakeFirst()
    if (row === undefined || items.length === 0) return 0
    const known = await transaction
      .selectFrom('dataset_items')
      .select('id')
      .where('dataset', '=', dataset)
      .where(
        'id',
        'in',
        items.map(({ id }) => cleanText(id)),
      )
      .execute()
    const ids = new Set(known.map(({ id }) => id))
    const fresh = items.filter(({ id }) => !ids.has(id)).slice(0, Math.max(0, most - row.item_count))
    if (fresh.length === 0) return 0
    const version = row.version + 1
    await insertItems(
      transaction,
      fresh.map((item) => toItemColumns(dataset, item, { from: version, staged: null })),
    )
    const counted = { version, item_count: row.item_count + fresh.length }
    await transaction.updateTable('datasets').set(counted).where('number', '=', dataset).execute()
    return fresh.length
  })
}

/** Makes the version of the record; how many items it has. */
async function changeItems(
  transaction: Transaction<Schema>,
  { number: dataset, version }: DatasetRecord,
  { clear, remove, put, staged }: ItemChange,
): Promise<number> {
  const gone = [...remove, ...put.map(({ id }) => id)]
  for (let at = 0; at < (clear ? 1 : gone.length); at += rowsPerInsert) {
    let closing = transaction
      .updateTable('dataset_items')
      .set({ until_version: version })
      .where('dataset', '=', dataset)
      .where('until_version', '=', never)
      .where('staged', 'is', null)
    if (!clear) closing = closing.where('id', 'in', gone.slice(at, at + rowsPerInsert).map(cleanText))
    await closing.execute()
  }
  await insertItems(
    transaction,
    put.map((item) => toItemColumns(dataset, item, { from: version, staged: null })),
  )
  if (staged !== null) {
    await transaction
      .updateTable('dataset_items')
      .set({ from_version: version, staged: null })
      .where('dataset', '=', dataset)
      .where('staged', '=', cleanText(staged))
      .execute()
  }
  const itemCount = await countItems(transaction, dataset, version)
  await transaction.updateTable('datasets').set({ item_count: itemCount }).where('number', '=', dataset).execute()
  return itemCount
}

async function insertItems(
  transaction: Transaction<Schema>,
  rows: readonly Insertable<Schema['dataset_items']>[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsPerInsert) {
    await transaction
      .insertInto('dataset_items')
      .values(rows.slice(at, at + rowsPerInsert))
      .execute()
  }
}

function itemsOf(db: Kysely<Schema>, dataset: number, version: number) {
  return db
    .selectFrom('dataset_items')
    .where('dataset', '=', dataset)
    .where('from_version', '<=', version)
    .where('until_version', '>', version)
}

async function countItems(db: Kysely<Schema>, dataset: number, version: number): Promise<number> {
  const { total } = await itemsOf(db, dataset, version)
    .select(db.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return total
}

function toItemColumns(
  dataset: number,
  { id, body }: DatasetItem,
  { from, staged }: { from: number; staged: string | null },
): Insertable<Schema['dataset_items']> {
  return {
    dataset,
    id: cleanText(id),
    from_version: from,
    until_version: never,
    staged: staged && cleanText(staged),
    body: JSON.stringify(body),
  }
}

/** Written by `toItemColumns` and by nothing else. */
function toItem({ id, body }: { id: string; body: string }): DatasetItem {
  return { id, body: JSON.parse(body) as TestCase }
}

function toColumns(dataset: Omit<DatasetRecord, 'number'>): Insertable<Schema['datasets']> {
  return {
    gateway: dataset.gateway,
    id: cleanText(dataset.id),
    name: cleanText(dataset.name),
    enable: dataset.enable ? 1 : 0,
    filters: JSON.stringify(dataset.filters),
    collecting: collectingOf(dataset),
    collected_ms: dataset.collectedMs,
    version: dataset.version,
    item_count: dataset.itemCount,
    created_ms: dataset.createdMs,
    modified_ms: dataset.modifiedMs,
  }
}

type Collecting = Pick<DatasetRecord, 'sampleRate' | 'usesAnswers'>
const collectsNothing: Collecting = { sampleRate: null, usesAnswers: false }

function collectingOf({ sampleRate, usesAnswers }: Collecting): string | null {
  return sampleRate === null && !usesAnswers ? null : JSON.stringify({ sampleRate, usesAnswers })
}

/** Written by `toColumns` and by nothing else. */
function toRecord(row: Selectable<Schema['datasets']>): DatasetRecord {
  return {
    number: row.number,
    gateway: row.gateway,
    id: row.id,
    name: row.name,
    enable: row.enable === 1,
    filters: JSON.parse(row.filters) as SavedFilter[],
    ...((JSON.parse(row.collecting ?? 'null') ?? collectsNothing) as Collecting),
    collectedMs: row.collected_ms,
    version: row.version,
    itemCount: row.item_count,
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
  }
}
