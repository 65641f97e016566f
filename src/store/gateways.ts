import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import { cleanText } from './clean-text.ts'
import type { Schema } from './schema.ts'
import type { GatewayStore } from './store.ts'

export function createGatewayStore(db: Kysely<Schema>): GatewayStore {
  return {
    async all() {
      const rows = await db.selectFrom('gateways').selectAll().orderBy('number').execute()
      return rows.map(toRecord)
    },

    page: (query) => readPage(db, query),

    insert: (gateway) =>
      db.transaction().execute(async (transaction) => {
        const inserted = await transaction
          .insertInto('gateways')
          .values(toColumns(gateway))
          .onConflict((conflict) => conflict.columns(['account_id', 'id']).doNothing())
          .returning('number')
          .executeTakeFirst()
        if (inserted === undefined) return null
        return { record: { ...gateway, number: inserted.number }, version: await raiseVersion(transaction) }
      }),

    update: (gateway, expectedModifiedMs) =>
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
        return numUpdatedRows === 1n ? await raiseVersion(transaction) : null
      }),

    remove: (number) =>
      db.transaction().execute(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('gateways')
          .where('number', '=', number)
          .executeTakeFirstOrThrow()
        return numDeletedRows === 1n ? await raiseVersion(transaction) : null
      }),

    async version() {
      return (await db.selectFrom('settings_version').select('version').executeTakeFirstOrThrow()).version
    },
  }
}

async function readPage(
  db: Kysely<Schema>,
  { accountId, search, id, page, perPage }: Parameters<GatewayStore['page']>[0],
): ReturnType<GatewayStore['page']> {
  let matching = db.selectFrom('gateways').where('account_id', '=', cleanText(accountId))
  if (id !== null) matching = matching.where('id', '=', cleanText(id))
  if (search !== null) {
    const pattern = `%${cleanText(search)
      .toLowerCase()
      .replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
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

/** Last in its transaction: from here to the commit all other changes of settings wait. */
async function raiseVersion(transaction: Transaction<Schema>): Promise<number> {
  const { version } = await transaction
    .updateTable('settings_version')
    .set((row) => ({ version: row('version', '+', 1) }))
    .returning('version')
    .executeTakeFirstOrThrow()
  return version
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
