import { type Kysely, type Selectable, sql } from 'kysely'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import { finishChange } from './audit.ts'
import { cleanText } from './clean-text.ts'
import { removeDatasets } from './datasets.ts'
import { removeEvaluations } from './evaluations.ts'
import { partPattern } from './part-pattern.ts'
import type { Schema } from './schema.ts'
import type { GatewayStore } from './store.ts'

export function createGatewayStore(db: Kysely<Schema>): GatewayStore {
  return {
    async all() {
      const rows = await db.selectFrom('gateways').selectAll().orderBy('number').execute()
      return rows.map(toRecord)
    },

    page: (query) => readPage(db, query),

    insert: (gateway, audit) =>
      db.transaction().execute(async (transaction) => {
        const inserted = await transaction
          .insertInto('gateways')
          .values(toColumns(gateway))
          .onConflict((conflict) => conflict.columns(['account_id', 'id']).doNothing())
          .returning('number')
          .executeTakeFirst()
        if (inserted === undefined) return null
        return { record: { ...gateway, number: inserted.number }, version: await finishChange(transaction, audit) }
      }),

    update: (gateway, expectedModifiedMs, audit) =>
      db.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('gateways')
          .set({
            settings: JSON.stringify(gateway.settings),
            cache_epoch: gateway.cacheEpoch,
            modified_ms: gateway.modifiedMs,
          })
          .where('number', '=', gateway.number)
          .where('modified_ms', '=', expectedModifiedMs)
          .executeTakeFirstOrThrow()
        return numUpdatedRows === 1n ? await finishChange(transaction, audit) : null
      }),

    remove: (number, audit) =>
      db.transaction().execute(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('gateways')
          .where('number', '=', number)
          .executeTakeFirstOrThrow()
        if (numDeletedRows === 0n) return null
        await transaction.deleteFrom('documents').where('gateway', '=', number).execute()
        await removeDatasets(transaction, number)
        await removeEvaluations(transaction, number)
        await transaction.deleteFrom('log_counts').where('gateway', '=', number).execute()
        return await finishChange(transaction, audit)
      }),

    async version() {
      return (await db.selectFrom('settings_version').select('version').executeTakeFirstOrThrow()).version
    },
  }
}

async function readPage(
  db: Kysely<Schema>,
  { accountId, search, id, numbers, page, perPage }: Parameters<GatewayStore['page']>[0],
): ReturnType<GatewayStore['page']> {
  let matching = db.selectFrom('gateways').where('account_id', '=', cleanText(accountId))
  if (id !== null) matching = matching.where('id', '=', cleanText(id))
  if (numbers !== null) matching = matching.where('number', 'in', numbers)
  if (search !== null) {
    const pattern = partPattern(search)
    matching = matching.where(sql<boolean>`lower(id) like ${pattern} escape '\\'`)
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

function toColumns(gateway: Omit<GatewayRecord, 'number'>): Omit<Selectable<Schema['gateways']>, 'number'> {
  return {
    account_id: cleanText(gateway.accountId),
    id: cleanText(gateway.id),
    settings: JSON.stringify(gateway.settings),
    cache_epoch: gateway.cacheEpoch,
    created_ms: gateway.createdMs,
    modified_ms: gateway.modifiedMs,
  }
}

function toRecord(row: Selectable<Schema['gateways']>): GatewayRecord {
  return {
    number: row.number,
    accountId: row.account_id,
    id: row.id,
    // Written by `toColumns` and by nothing else: always an object.
    settings: JSON.parse(row.settings) as Record<string, unknown>,
    cacheEpoch: row.cache_epoch,
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
  }
}
