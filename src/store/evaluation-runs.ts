import { type Kysely, type RawBuilder, sql, type SqlBool } from 'kysely'
import type { EvaluationRecord } from '../contract/evaluation-record.ts'
import { cleanText } from './clean-text.ts'
import type { Engine } from './engine.ts'
import { toEvaluation } from './evaluation-columns.ts'
import type { Schema } from './schema.ts'
import type { EvaluationEnd, EvaluationStore, Lease } from './store.ts'

type RunMethods = Pick<EvaluationStore, 'cancel' | 'waits' | 'claim' | 'hold' | 'release' | 'finish'>
const open = ['pending', 'running']

/** Who runs an evaluation, and how one ends. */
export function runStore(db: Kysely<Schema>, engine: Engine): RunMethods {
  return {
    async cancel({ gateway, id, error, nowMs }) {
      const { numUpdatedRows } = await db
        .updateTable('evaluations')
        .set({ status: 'failed', error: cleanText(error), lease_owner: null, modified_ms: nowMs })
        .where('gateway', '=', gateway)
        .where('id', '=', cleanText(id))
        .where('status', 'in', open)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },

    async waits(nowMs) {
      const row = await db
        .selectFrom('evaluations')
        .select('number')
        .where('status', 'in', open)
        .where(isFree(nowMs))
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },

    claim: (lease) => claim(db, engine, lease),

    async hold(number, { owner, untilMs }) {
      const { numUpdatedRows } = await db
        .updateTable('evaluations')
        .set({ lease_until_ms: untilMs })
        .where('number', '=', number)
        .where('lease_owner', '=', owner)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },

    async release(number, owner) {
      await db
        .updateTable('evaluations')
        .set({ lease_owner: null, lease_until_ms: 0 })
        .where('number', '=', number)
        .where('lease_owner', '=', owner)
        .execute()
    },

    finish: (number, owner, end) => finish(db, number, owner, end),
  }
}

/** No lease is that long: the clock was ahead when it was taken, and stepped back since. */
const longestLeaseMs = 10 * 60_000

function isFree(nowMs: number): RawBuilder<SqlBool> {
  return sql`(lease_until_ms < ${nowMs} or lease_until_ms > ${nowMs + longestLeaseMs})`
}

async function claim(
  db: Kysely<Schema>,
  engine: Engine,
  { owner, nowMs, untilMs }: Lease,
): Promise<EvaluationRecord | null> {
  return await db.transaction().execute(async (transaction) => {
    const free = await transaction
      .selectFrom('evaluations')
      .select('number')
      .where('status', 'in', open)
      .where(isFree(nowMs))
      .orderBy('number')
      .limit(1)
      .modifyEnd(engine.locks.take)
      .executeTakeFirst()
    if (free === undefined) return null
    const row = await transaction
      .updateTable('evaluations')
      .set({ status: 'running', lease_owner: owner, lease_until_ms: untilMs, modified_ms: nowMs })
      .where('number', '=', free.number)
      .returningAll()
      .executeTakeFirstOrThrow()
    return toEvaluation(row)
  })
}

async function finish(
  db: Kysely<Schema>,
  number: number,
  owner: string,
  { status, error, folded, nowMs }: EvaluationEnd,
): Promise<boolean> {
  const scores = folded.flatMap(({ score }) => (score === null ? [] : [score]))
  const { numUpdatedRows } = await db
    .updateTable('evaluations')
    .set((column) => ({
      status,
      error: error && cleanText(error),
      folded: JSON.stringify(folded),
      lease_owner: null,
      modified_ms: nowMs,
      scored: column('scored', '+', scores.length),
      score_sum: column(
        'score_sum',
        '+',
        scores.reduce((sum, score) => sum + score, 0),
      ),
    }))
    .where('number', '=', number)
    .where('lease_owner', '=', owner)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}
