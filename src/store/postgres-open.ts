import { setTimeout as delay } from 'node:timers/promises'
import { Kysely } from 'kysely'
import { systemClock } from '../kernel/clock.ts'
import { ConfigError, withoutPassword } from '../kernel/config.ts'
import { GatewayError } from '../kernel/errors.ts'
import { deadlinePassed } from './deadline.ts'
import type { Engine } from './engine.ts'
import { migrate } from './migrations.ts'
import { createPostgresEngine } from './postgres-engine.ts'
import { reasonOf } from './postgres-errors.ts'
import type { Schema } from './schema.ts'

/** A database that starts together with this process may come a little later. */
const patienceMs = 10_000
const betweenTriesMs = 500
/** For a write that was given up here: it must not hold its locks for ever. */
const serverWriteMs = 60_000
/** Migrations may take as long as they need. */
const migrationMs = 3_600_000

/**
 * The engine on a PostgreSQL database. The one that writes brings the tables to the newest form first; it throws a
 * `ConfigError` where the database cannot be used for ten seconds. One that reads connects when it is asked.
 */
export async function openPostgres(options: { url: string; readOnly: boolean; deadlineMs: number }): Promise<Engine> {
  const { url, readOnly, deadlineMs } = options
  if (readOnly) {
    const afterDeadline = (): GatewayError => deadlinePassed(deadlineMs)
    return createPostgresEngine({ url, deadlineMs, serverDeadlineMs: deadlineMs, afterDeadline })
  }
  await migrateSoon(url)
  return createPostgresEngine({ url, deadlineMs, serverDeadlineMs: serverWriteMs, afterDeadline: writeTookTooLong })
}

async function migrateSoon(url: string): Promise<void> {
  const deadlines = { deadlineMs: migrationMs, serverDeadlineMs: migrationMs, afterDeadline: writeTookTooLong }
  const engine = createPostgresEngine({ url, ...deadlines })
  const db = new Kysely<Schema>({ dialect: engine.dialect })
  const untilMs = systemClock.tickMs() + patienceMs
  try {
    while (true) {
      try {
        await migrate(db, engine)
        return
      } catch (error) {
        const { cause } = error as Error // `migrate` throws no other.
        if (!(cause instanceof GatewayError && cause.code === 'unavailable')) throw error
        if (systemClock.tickMs() > untilMs) throw cannotStart(url, cause.cause)
        await delay(betweenTriesMs)
      }
    }
  } finally {
    await db.destroy()
  }
}

function cannotStart(url: string, cause: unknown): ConfigError {
  return new ConfigError(
    `TOLLGATE_DATABASE_URL is "${withoutPassword(url)}": this database cannot be used (${reasonOf(cause)}). ` +
      'Start it, or correct the address; without the variable the data is in SQLite.',
    { cause },
  )
}

function writeTookTooLong(): GatewayError {
  return new GatewayError('unavailable', 'The database took too long to write and was stopped. Try again later.')
}
