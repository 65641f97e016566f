import type { Insertable, Kysely, Selectable, Transaction } from 'kysely'
import type { AuditEntry } from '../contract/audit-entry.ts'
import { cleanText, cleanTextOrNull } from './clean-text.ts'
import type { Schema } from './schema.ts'
import type { AuditQuery, AuditStore } from './store.ts'

export function createAuditStore(db: Kysely<Schema>): AuditStore {
  return {
    async append(entry) {
      await db.insertInto('audit_logs').values(toColumns(entry)).execute()
    },
    page: (query) => readPage(db, query),
  }
}

/**
 * Ends the transaction of a change of settings: its audit entry, and the next version, which it gives. Last of all,
 * for from here to the commit all other changes wait.
 */
export async function finishChange(transaction: Transaction<Schema>, audit: AuditEntry): Promise<number> {
  await insertAudit(transaction, audit)
  const { version } = await transaction
    .updateTable('settings_version')
    .set((row) => ({ version: row('version', '+', 1) }))
    .returning('version')
    .executeTakeFirstOrThrow()
  return version
}

/** The entry of a change that no process has in memory: it makes no version of the settings. */
export async function insertAudit(transaction: Transaction<Schema>, audit: AuditEntry): Promise<void> {
  await transaction.insertInto('audit_logs').values(toColumns(audit)).execute()
}

async function readPage(
  db: Kysely<Schema>,
  { accountId, gatewayId, resource, resourceId, actor, page, perPage }: AuditQuery,
): ReturnType<AuditStore['page']> {
  let matching = db.selectFrom('audit_logs').where('account_id', '=', cleanText(accountId))
  if (gatewayId !== null) matching = matching.where('gateway_id', '=', cleanText(gatewayId))
  if (resource !== null) matching = matching.where('resource', '=', cleanText(resource))
  if (resourceId !== null) matching = matching.where('resource_id', '=', cleanText(resourceId))
  if (actor !== null) matching = matching.where('actor', '=', cleanText(actor))
  const { total } = await matching.select(db.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  const rows = await matching
    .selectAll()
    .orderBy('id', 'desc')
    .limit(perPage)
    .offset((page - 1) * perPage)
    .execute()
  return { rows: rows.map(toEntry), total }
}

function toColumns(entry: AuditEntry): Insertable<Schema['audit_logs']> {
  return {
    id: entry.id,
    account_id: cleanText(entry.accountId),
    gateway_id: cleanTextOrNull(entry.gatewayId),
    actor: entry.actor,
    action: entry.action,
    resource: entry.resource,
    resource_id: cleanText(entry.resourceId),
    before: JSON.stringify(entry.before ?? null),
    after: JSON.stringify(entry.after ?? null),
    at_ms: entry.atMs,
  }
}

function toEntry(row: Selectable<Schema['audit_logs']>): AuditEntry {
  return {
    id: row.id,
    accountId: row.account_id,
    gatewayId: row.gateway_id,
    actor: row.actor,
    // Written by `toColumns` and by nothing else.
    action: row.action as AuditEntry['action'],
    resource: row.resource,
    resourceId: row.resource_id,
    before: JSON.parse(row.before) as unknown,
    after: JSON.parse(row.after) as unknown,
    atMs: row.at_ms,
  }
}
