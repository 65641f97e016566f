import { randomUUID } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Engine } from './engine.ts'
import type { Schema } from './schema.ts'

/** Brings the tables to the newest form. Rejects with the first failure; a second run goes on from there. */
export async function migrate(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const migrations: Record<string, Migration> = {
    '0001_gateways_and_logs': { up: (untyped) => createFirstTables(untyped, engine) },
    '0002_cache_epoch': { up: addCacheEpoch },
    '0003_settings_version': { up: addSettingsVersion },
    '0004_store_id': { up: addStoreId },
    '0005_documents': { up: (untyped) => addDocuments(untyped, engine) },
    '0006_log_counts_and_orders': { up: (untyped) => addLogCounts(untyped, engine) },
    '0007_datasets': { up: (untyped) => addDatasets(untyped, engine) },
    '0008_evaluations': { up: (untyped) => addEvaluations(untyped, engine) },
    '0009_words': { up: (untyped) => addWords(untyped, engine) },
    '0010_word_blocks': { up: (untyped) => addWordBlocks(untyped, engine) },
    '0011_log_values': { up: (untyped) => addLogValues(untyped, engine) },
    // One column each: where SQLite stopped half-way, the rest is still to be done.
    '0012_dataset_collecting': {
      up: (untyped) => untyped.schema.alterTable('datasets').addColumn('collecting', 'text').execute(),
    },
    '0013_dataset_collected': { up: addCollected },
    '0014_evaluation_schedule': {
      up: (untyped) =>
        untyped.schema.alterTable('evaluations').addColumn('schedule', engine.columnTypes.text).execute(),
    },
  }
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw new Error('The tables could not be brought to the newest form.', { cause: error })
}

/** `ifNotExists`, because SQLite's schema changes are not in one transaction here and may have stopped half-way. */
async function createFirstTables(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { text, neverReusedKey } = engine.columnTypes
  await db.schema
    .createTable('gateways')
    .ifNotExists()
    .addColumn('number', neverReusedKey)
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('settings', 'text', (column) => column.notNull())
    .addColumn('created_ms', 'bigint', (column) => column.notNull())
    .addColumn('modified_ms', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('gateways_account_id', ['account_id', 'id'])
    .execute()
  await engine.createLogTables(db)
  await db.schema.createIndex('logs_gateway_id').ifNotExists().unique().on('logs').columns(['gateway', 'id']).execute()
  await db.schema
    .createTable('journal_positions')
    .ifNotExists()
    .addColumn('lane', text, (column) => column.primaryKey())
    .addColumn('segment', 'bigint', (column) => column.notNull())
    .addColumn('byte_offset', 'bigint', (column) => column.notNull())
    .execute()
}

async function addCacheEpoch(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('gateways')
    .addColumn('cache_epoch', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()
}

async function addCollected(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('datasets')
    .addColumn('collected_ms', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()
}

async function addSettingsVersion(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('settings_version')
    .ifNotExists()
    // Always 1: a second row, by a start that stopped half-way, is refused.
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .execute()
  await (db as Kysely<{ settings_version: { id: number; version: number } }>)
    .insertInto('settings_version')
    .values({ id: 1, version: 0 })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

async function addStoreId(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('store_id')
    .ifNotExists()
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('id', 'text', (column) => column.notNull())
    .execute()
  await (db as Kysely<{ store_id: { number: number; id: string } }>)
    .insertInto('store_id')
    .values({ number: 1, id: randomUUID() })
    .onConflict((conflict) => conflict.column('number').doNothing())
    .execute()
}

async function addDocuments(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { text, neverReusedKey } = engine.columnTypes
  await db.schema
    .createTable('documents')
    .ifNotExists()
    .addColumn('number', neverReusedKey)
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('gateway', 'bigint', (column) => column.notNull())
    .addColumn('parent_id', text)
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('created_ms', 'bigint', (column) => column.notNull())
    .addColumn('modified_ms', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('documents_id', ['kind', 'id'])
    .addUniqueConstraint('documents_name', ['kind', 'account_id', 'gateway', 'name'])
    .execute()
  await db.schema.createIndex('documents_gateway').ifNotExists().on('documents').column('gateway').execute()
  await db.schema.createIndex('documents_parent').ifNotExists().on('documents').column('parent_id').execute()
  await db.schema
    .createTable('audit_logs')
    .ifNotExists()
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('gateway_id', text)
    .addColumn('actor', text, (column) => column.notNull())
    .addColumn('action', text, (column) => column.notNull())
    .addColumn('resource', text, (column) => column.notNull())
    .addColumn('resource_id', text, (column) => column.notNull())
    .addColumn('before', 'text', (column) => column.notNull())
    .addColumn('after', 'text', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('audit_logs_account')
    .ifNotExists()
    .on('audit_logs')
    .columns(['account_id', 'id'])
    .execute()
}

async function addLogCounts(db: Kysely<unknown>, engine: Engine): Promise<void> {
  // Of the orders of lists the only one with an index: each costs 2 microseconds a row as it comes in.
  await sql`create index if not exists logs_gateway_model on logs (gateway, model ${engine.nullsLeast}, id)`.execute(db)
  await db.schema
    .createTable('log_counts')
    .ifNotExists()
    .addColumn('gateway', 'bigint', (column) => column.notNull())
    .addColumn('lane', engine.columnTypes.text, (column) => column.notNull())
    .addColumn('rows', 'bigint', (column) => column.notNull())
    .addColumn('refused', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('log_counts_gateway_lane', ['gateway', 'lane'])
    .execute()
  await sql`insert into log_counts (gateway, lane, "rows", refused)
    select gateway, 'before', count(*), 0 from logs where true group by gateway on conflict do nothing`.execute(db)
}

async function addDatasets(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { text, neverReusedKey } = engine.columnTypes
  await db.schema
    .createTable('datasets')
    .ifNotExists()
    .addColumn('number', neverReusedKey)
    .addColumn('gateway', 'bigint', (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull().unique())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('enable', 'integer', (column) => column.notNull())
    .addColumn('filters', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('item_count', 'bigint', (column) => column.notNull())
    .addColumn('created_ms', 'bigint', (column) => column.notNull())
    .addColumn('modified_ms', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('datasets_name', ['gateway', 'name'])
    .execute()
  await db.schema
    .createTable('dataset_items')
    .ifNotExists()
    .addColumn('dataset', 'bigint', (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('from_version', 'bigint', (column) => column.notNull())
    .addColumn('until_version', 'bigint', (column) => column.notNull())
    .addColumn('staged', text)
    .addColumn('body', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('dataset_items_id', ['dataset', 'id', 'from_version'])
    .execute()
}

async function addEvaluations(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { text, neverReusedKey } = engine.columnTypes
  await db.schema
    .createTable('evaluations')
    .ifNotExists()
    .addColumn('number', neverReusedKey)
    .addColumn('gateway', 'bigint', (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull().unique())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('spec', 'text', (column) => column.notNull())
    .addColumn('folded', 'text')
    .addColumn('total', 'bigint', (column) => column.notNull())
    .addColumn('completed', 'bigint', (column) => column.notNull())
    .addColumn('failed', 'bigint', (column) => column.notNull())
    .addColumn('scored', 'bigint', (column) => column.notNull())
    .addColumn('score_sum', 'double precision', (column) => column.notNull())
    .addColumn('cost_nano_usd', 'bigint', (column) => column.notNull())
    .addColumn('lease_owner', text)
    .addColumn('lease_until_ms', 'bigint', (column) => column.notNull())
    .addColumn('created_ms', 'bigint', (column) => column.notNull())
    .addColumn('modified_ms', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('evaluations_name', ['gateway', 'name'])
    .execute()
  await db.schema.createIndex('evaluations_status').ifNotExists().on('evaluations').column('status').execute()
  await db.schema
    .createTable('evaluation_answers')
    .ifNotExists()
    .addColumn('evaluation', 'bigint', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('model', text)
    .addColumn('item_id', text, (column) => column.notNull())
    .addColumn('cost_nano_usd', 'bigint')
    .addColumn('duration_ms', 'bigint')
    .addColumn('has_answer', 'integer', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('evaluation_answers_position', ['evaluation', 'position'])
    .execute()
  await db.schema
    .createTable('evaluation_scores')
    .ifNotExists()
    .addColumn('evaluation', 'bigint', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('evaluator', text, (column) => column.notNull())
    .addColumn('score', 'double precision')
    .addColumn('body', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('evaluation_scores_position', ['evaluation', 'position', 'evaluator'])
    .execute()
}

async function addWords(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { text, neverReusedKey } = engine.columnTypes
  await db.schema
    .createTable('word_gateways')
    .ifNotExists()
    .addColumn('gateway', 'bigint', (column) => column.primaryKey())
    .addColumn('before_id', text)
    .execute()
  await db.schema
    .createTable('word_queue')
    .ifNotExists()
    .addColumn('number', neverReusedKey)
    .addColumn('gateway', 'bigint', (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('place', 'bigint')
    .addColumn('is_gone', 'integer', (column) => column.notNull())
    .addColumn('queued_ms', 'bigint', (column) => column.notNull())
    .execute()
}

/** What was known of words is read anew: it has another form now. */
async function addWordBlocks(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { text, neverReusedKey } = engine.columnTypes
  for (const table of ['log_words', 'word_queue']) await db.schema.dropTable(table).ifExists().execute()
  await db.schema
    .createTable('word_queue')
    .addColumn('number', neverReusedKey)
    .addColumn('gateway', 'bigint', (column) => column.notNull())
    .addColumn('first_id', text, (column) => column.notNull())
    .addColumn('last_id', text, (column) => column.notNull())
    .addColumn('rows', 'integer', (column) => column.notNull())
    .addColumn('ids', 'text', (column) => column.notNull())
    .addColumn('is_gone', 'integer', (column) => column.notNull())
    .addColumn('queued_ms', 'bigint', (column) => column.notNull())
    .execute()
  await sql`delete from word_gateways`.execute(db)
  await engine.words.createTables(db)
}

async function addLogValues(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { text } = engine.columnTypes
  await db.schema
    .createTable('log_values')
    .ifNotExists()
    .addColumn('gateway', 'bigint', (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('value', text, (column) => column.notNull())
    .addColumn('stretch', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('log_values_value', ['gateway', 'name', 'value', 'stretch'])
    .execute()
  for (const name of ['provider', 'model_type', 'success', 'cached']) {
    await sql`insert into log_values (gateway, name, value, stretch)
      select distinct gateway, cast(${sql.lit(name)} as text), coalesce(cast(${sql.ref(name)} as text), ''), substr(id, 1, 7)
      from logs where true on conflict do nothing`.execute(db)
  }
}
