import { Kysely, sql } from 'kysely'
import type { Engine } from './engine.ts'
import { createGatewayStore } from './gateways.ts'
import { createLogStore } from './logs.ts'
import { migrate } from './migrations.ts'
import type { Schema } from './schema.ts'
import { createSqliteEngine } from './sqlite-engine.ts'
import type { Store } from './store.ts'

/**
 * Opens the SQLite file in this thread. The one that writes creates the file and brings its tables to the newest
 * form, so it must have resolved before one that only reads is opened. Never on the main thread: statements block.
 */
export async function openSqlStore({
  file,
  readOnly,
  deadlineMs = 10_000,
}: {
  file: string
  readOnly: boolean
  deadlineMs?: number
}): Promise<Store> {
  const engine = createSqliteEngine({ file, readOnly, deadlineMs })
  const db = new Kysely<Schema>({ dialect: engine.dialect })
  if (!readOnly) await migrate(db, engine)
  const store = createSqlStore(db, engine)
  await store.ping()
  return store
}

/** The port over any SQL engine whose tables are there. */
function createSqlStore(db: Kysely<Schema>, engine: Engine): Store {
  return {
    gateways: createGatewayStore(db),
    logs: createLogStore(db, engine),
    async ping() {
      await sql`select 1`.execute(db)
    },
    close: () => db.destroy(),
  }
}
