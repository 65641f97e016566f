import { Kysely, sql } from 'kysely'
import { GatewayError } from '../kernel/errors.ts'
import { createAuditStore } from './audit.ts'
import { createDatasetStore } from './datasets.ts'
import { createDocumentStore } from './documents.ts'
import type { Engine, StorePlace } from './engine.ts'
import { createEvaluationStore } from './evaluations.ts'
import { createGatewayStore } from './gateways.ts'
import { createLogStore } from './logs.ts'
import { migrate } from './migrations.ts'
import type { Schema } from './schema.ts'
import { createSqliteEngine } from './sqlite-engine.ts'
import type { Store } from './store.ts'
import { createWordStore } from './words.ts'

/** Statements may take longer; who asks whether the database is there does not wait for them. */
const pingMs = 3000

/**
 * Opens the store in this thread. The one that writes makes the tables and brings them to their newest form, so it must
 * have resolved before one that only reads is opened. Never on the main thread: statements of SQLite block.
 */
export async function openSqlStore({
  place,
  readOnly,
  deadlineMs = 10_000,
}: {
  place: StorePlace
  readOnly: boolean
  /** How long one statement may look at rows. */
  deadlineMs?: number
}): Promise<Store> {
  if ('url' in place) {
    // Whoever keeps the data in SQLite does not load it.
    const { openPostgres } = await import('./postgres-open.ts')
    const engine = await openPostgres({ url: place.url, readOnly, deadlineMs })
    return createSqlStore(new Kysely<Schema>({ dialect: engine.dialect }), engine)
  }
  const engine = createSqliteEngine({ file: place.file, readOnly, deadlineMs })
  const db = new Kysely<Schema>({ dialect: engine.dialect })
  if (!readOnly) {
    await migrate(db, engine)
    // A process that died may have left some behind.
    engine.forgetRemoved(db)
  }
  const store = createSqlStore(db, engine)
  await store.ping()
  return store
}

/** The port over any SQL engine whose tables are there. */
function createSqlStore(db: Kysely<Schema>, engine: Engine): Store {
  return {
    gateways: createGatewayStore(db),
    documents: createDocumentStore(db, engine),
    datasets: createDatasetStore(db, engine),
    evaluations: createEvaluationStore(db, engine),
    audit: createAuditStore(db),
    logs: createLogStore(db, engine),
    words: createWordStore(db, engine),
    async ping() {
      const answer = sql`select 1`.execute(db)
      if ((await unlessLate(pingMs, answer)) === 'late') {
        throw new GatewayError('unavailable', `The database did not answer within ${pingMs} ms.`)
      }
    },
    close: () => db.destroy(),
  }
}

/** The promise's value, or `late` after so many milliseconds; then nobody hears of it any more. */
async function unlessLate<Value>(limitMs: number, promise: Promise<Value>): Promise<Value | 'late'> {
  const limit = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => limit.resolve('late'), limitMs)
  try {
    return await Promise.race([promise, limit.promise])
  } finally {
    clearTimeout(timer)
  }
}
