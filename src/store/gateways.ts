import { type Kysely, type Selectable, sql } from 'kysely'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import type { Schema } from './schema.ts'
import type { GatewayStore } from './store.ts'

export function createGatewayStore(db: Kysely<Schema>): GatewayStore {
  return {
    async all() {
      const rows = await db.selectFrom('gateways').selectAll().orderBy('number').execute()
      return rows.map(toRecord)
    },

    async page({ accountId, search, id, page, perPage }) {
      let matching = db.selectFrom('gateways').where('account_id', '=', accountId)
      if (id !== null) matching = matching.where('id', '=', id)
      if (search !== null) {
        const pattern = `%${search.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
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
    },

    async insert(gateway) {
      const inserted = await db
        .insertInto('gateways')
        .values(toColumns(gateway))
        .onConflict((conflict) => conflict.columns(['account_id', 'id']).doNothing())
        .returning('number')
        .executeTakeFirst()
      return inserted === undefined ? null : { ...gateway, number: inserted.number }
    },

    async update(gateway, expectedModifiedMs) {
      const { numUpdatedRows } = await db
        .updateTable('gateways')
        .set({
          settings: JSON.stringify(gateway.settings),
          cache_epoch: gateway.cacheEpoch,
          modified_ms: gateway.modifiedMs,
        })
        .where('number', '=', gateway.number)
        .where('modified_ms', '=', expectedModifiedMs)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },

    async remove(number) {
      const { numDeletedRows } = await db.deleteFrom('gateways').where('number', '=', number).executeTakeFirstOrThrow()
      return numDeletedRows === 1n
    },
  }
}

function toColumns(gateway: Omit<GatewayRecord, 'number'>): Omit<Selectable<Schema['gateways']>, 'number'> {
  return {
    account_id: gateway.accountId,
    id: gateway.id,
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
