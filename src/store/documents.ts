import type { Insertable, Kysely, Selectable, Transaction } from 'kysely'
import type { DocumentBodies, DocumentKind, DocumentRecord, DocumentWrite } from '../contract/document.ts'
import { finishChange } from './audit.ts'
import { cleanText, cleanTextOrNull } from './clean-text.ts'
import type { Engine } from './engine.ts'
import type { Schema } from './schema.ts'
import type { DocumentStore } from './store.ts'

type Columns = Selectable<Schema['documents']>

/** Undoes the transaction that it is thrown in. */
class Changed extends Error {}

export function createDocumentStore(db: Kysely<Schema>, engine: Engine): DocumentStore {
  return {
    async all(kinds) {
      const rows = await db.selectFrom('documents').selectAll().where('kind', 'in', kinds).orderBy('number').execute()
      return rows.map((row) => toRecord(row))
    },

    async list<K extends DocumentKind>(kind: K, accountId: string, gateway: number | null, parentId?: string) {
      let matching = db
        .selectFrom('documents')
        .selectAll()
        .where('kind', '=', kind)
        .where('account_id', '=', cleanText(accountId))
        .where('gateway', '=', gateway ?? 0)
      if (parentId !== undefined) matching = matching.where('parent_id', '=', cleanText(parentId))
      const rows = await matching.orderBy('number', 'desc').execute()
      return rows.map((row) => toRecord<K>(row))
    },

    async get<K extends DocumentKind>(kind: K, id: string) {
      const row = await db
        .selectFrom('documents')
        .selectAll()
        .where('kind', '=', kind)
        .where('id', '=', cleanText(id))
        .executeTakeFirst()
      return row === undefined ? null : toRecord<K>(row)
    },

    async write(steps, audit) {
      let index = 0
      try {
        return await db.transaction().execute(async (transaction) => {
          for (const step of steps) {
            if (!(await take(transaction, engine, step))) throw new Changed()
            index++
          }
          return { done: true, version: await finishChange(transaction, audit) }
        })
      } catch (error) {
        if (error instanceof Changed) return { done: false, index, reason: 'changed' }
        if (engine.isDuplicate(error)) return { done: false, index, reason: 'taken' }
        throw error
      }
    },
  }
}

/** Does one step; false where what it is about was changed meanwhile or is gone. */
async function take(transaction: Transaction<Schema>, engine: Engine, step: DocumentWrite): Promise<boolean> {
  if (step.op === 'remove') {
    const { numDeletedRows } = await transaction
      .deleteFrom('documents')
      .where('kind', '=', step.kind)
      .where('id', '=', cleanText(step.id))
      .executeTakeFirstOrThrow()
    await transaction.deleteFrom('documents').where('parent_id', '=', cleanText(step.id)).execute()
    return numDeletedRows === 1n
  }
  const { document } = step
  if (step.op === 'insert') {
    if (!(await hasHome(transaction, engine, document))) return false
    await transaction.insertInto('documents').values(toColumns(document)).execute()
    return true
  }
  const { numUpdatedRows } = await transaction
    .updateTable('documents')
    .set({
      name: cleanText(document.name),
      body: JSON.stringify(document.body),
      modified_ms: document.modifiedMs,
    })
    .where('kind', '=', document.kind)
    .where('id', '=', cleanText(document.id))
    .where('modified_ms', '=', step.expectedModifiedMs)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Whether the gateway and the parent are there; they stay until the transaction ends. */
async function hasHome(
  transaction: Transaction<Schema>,
  engine: Engine,
  { gateway, parentId }: DocumentRecord,
): Promise<boolean> {
  if (gateway !== null) {
    const home = await transaction
      .selectFrom('gateways')
      .select('number')
      .where('number', '=', gateway)
      .modifyEnd(engine.locks.keep)
      .executeTakeFirst()
    if (home === undefined) return false
  }
  if (parentId === null) return true
  const parent = await transaction
    .selectFrom('documents')
    .select('number')
    .where('id', '=', cleanText(parentId))
    .modifyEnd(engine.locks.keep)
    .executeTakeFirst()
  return parent !== undefined
}

function toColumns(document: DocumentRecord): Insertable<Schema['documents']> {
  return {
    kind: document.kind,
    id: cleanText(document.id),
    account_id: cleanText(document.accountId),
    gateway: document.gateway ?? 0,
    parent_id: cleanTextOrNull(document.parentId),
    name: cleanText(document.name),
    body: JSON.stringify(document.body),
    created_ms: document.createdMs,
    modified_ms: document.modifiedMs,
  }
}

/** Written by `toColumns` and by nothing else: the body is that of its kind. */
function toRecord<K extends DocumentKind = DocumentKind>(row: Columns): DocumentRecord<K> {
  return {
    kind: row.kind as K,
    id: row.id,
    accountId: row.account_id,
    gateway: row.gateway === 0 ? null : row.gateway,
    parentId: row.parent_id,
    name: row.name,
    body: JSON.parse(row.body) as DocumentBodies[K],
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
  }
}
