import { type Insertable, type Kysely, sql, type Transaction } from 'kysely'
import type { EvaluationRecord } from '../contract/evaluation-record.ts'
import { insertAudit } from './audit.ts'
import { cleanText } from './clean-text.ts'
import type { Engine } from './engine.ts'
import { answerStore } from './evaluation-answers.ts'
import { comparisonStore } from './evaluation-comparisons.ts'
import { toEvaluation } from './evaluation-columns.ts'
import { runStore } from './evaluation-runs.ts'
import { partPattern } from './part-pattern.ts'
import type { Schema } from './schema.ts'
import type { EvaluationQuery, EvaluationStore } from './store.ts'

export function createEvaluationStore(db: Kysely<Schema>, engine: Engine): EvaluationStore {
  return {
    ...runStore(db, engine),
    ...answerStore(db),
    ...comparisonStore(db),

    page: (query) => readPage(db, query),

    async get(gateway, id) {
      const row = await db
        .selectFrom('evaluations')
        .selectAll()
        .where('gateway', '=', gateway)
        .where('id', '=', cleanText(id))
        .executeTakeFirst()
      return row === undefined ? null : toEvaluation(row)
    },

    async insert(evaluation, audit) {
      try {
        return await insertEvaluation(db, engine, evaluation, audit)
      } catch (error) {
        if (engine.isDuplicate(error)) return 'taken'
        throw error
      }
    },

    remove: (gateway, id, audit) =>
      db.transaction().execute(async (transaction) => {
        const row = await transaction
          .deleteFrom('evaluations')
          .where('gateway', '=', gateway)
          .where('id', '=', cleanText(id))
          .returning('number')
          .executeTakeFirst()
        if (row === undefined) return false
        await transaction.deleteFrom('evaluation_scores').where('evaluation', '=', row.number).execute()
        await transaction.deleteFrom('evaluation_answers').where('evaluation', '=', row.number).execute()
        await insertAudit(transaction, audit)
        return true
      }),
  }
}

/** Those of a gateway that goes, with their results. */
export async function removeEvaluations(transaction: Transaction<Schema>, gateway: number): Promise<void> {
  for (const table of ['evaluation_scores', 'evaluation_answers'] as const) {
    await transaction
      .deleteFrom(table)
      .where('evaluation', 'in', (outer) =>
        outer.selectFrom('evaluations').select('number').where('gateway', '=', gateway),
      )
      .execute()
  }
  await transaction.deleteFrom('evaluations').where('gateway', '=', gateway).execute()
}

async function insertEvaluation(
  db: Kysely<Schema>,
  engine: Engine,
  evaluation: Parameters<EvaluationStore['insert']>[0],
  audit: Parameters<EvaluationStore['insert']>[1],
): Promise<EvaluationRecord | 'gone'> {
  return await db.transaction().execute(async (transaction) => {
    const home = await transaction
      .selectFrom('gateways')
      .select('number')
      .where('number', '=', evaluation.gateway)
      .modifyEnd(engine.locks.keep)
      .executeTakeFirst()
    if (home === undefined) return 'gone'
    const row: Insertable<Schema['evaluations']> = {
      gateway: evaluation.gateway,
      id: cleanText(evaluation.id),
      name: cleanText(evaluation.name),
      status: 'pending',
      error: null,
      spec: JSON.stringify(evaluation.spec),
      folded: null,
      total: evaluation.total,
      completed: 0,
      failed: 0,
      scored: 0,
      score_sum: 0,
      cost_nano_usd: 0,
      schedule: evaluation.scheduleId && cleanText(evaluation.scheduleId),
      lease_owner: null,
      lease_until_ms: 0,
      created_ms: evaluation.createdMs,
      modified_ms: evaluation.createdMs,
    }
    const made = await transaction.insertInto('evaluations').values(row).returningAll().executeTakeFirstOrThrow()
    await insertAudit(transaction, audit)
    return toEvaluation(made)
  })
}

async function readPage(
  db: Kysely<Schema>,
  { gateway, name, processed, scheduleId, search, page, perPage }: EvaluationQuery,
): ReturnType<EvaluationStore['page']> {
  let matching = db.selectFrom('evaluations').where('gateway', '=', gateway)
  if (name !== null) matching = matching.where('name', '=', cleanText(name))
  if (processed !== null) matching = matching.where('status', processed ? 'in' : 'not in', ['complete', 'failed'])
  if (scheduleId !== null) matching = matching.where('schedule', '=', cleanText(scheduleId))
  if (search !== null) {
    const pattern = partPattern(search)
    matching = matching.where(sql<boolean>`(id like ${pattern} escape '\\' or lower(name) like ${pattern} escape '\\')`)
  }
  const { total } = await matching.select(db.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  const rows = await matching
    .selectAll()
    .orderBy('number', 'desc')
    .limit(perPage)
    .offset((page - 1) * perPage)
    .execute()
  return { rows: rows.map(toEvaluation), total }
}
