import { type Insertable, type Kysely, sql } from 'kysely'
import type { CaseScore, EvaluationAnswer } from '../contract/evaluation-record.ts'
import { cleanText, cleanTextOrNull } from './clean-text.ts'
import { toNumbers } from './log-fold.ts'
import type { Schema } from './schema.ts'
import type { EvaluationStore } from './store.ts'

type AnswerMethods = Pick<EvaluationStore, 'answered' | 'append' | 'scores' | 'countScores' | 'foldAnswers'>

/** What models answered, and what evaluators say of it. */
export function answerStore(db: Kysely<Schema>): AnswerMethods {
  return {
    async answered(number, from, until) {
      const rows = await db
        .selectFrom('evaluation_answers')
        .select('position')
        .where('evaluation', '=', number)
        .where('position', '>=', from)
        .where('position', '<', until)
        .execute()
      return rows.map(({ position }) => position)
    },

    append: (number, owner, answers) => append(db, number, owner, answers),

    async scores({ number, skip, limit }) {
      const rows = await db
        .selectFrom('evaluation_scores as scores')
        .innerJoin('evaluation_answers as answers', (join) =>
          join.onRef('answers.evaluation', '=', 'scores.evaluation').onRef('answers.position', '=', 'scores.position'),
        )
        .select(['answers.body as answer', 'scores.body as score'])
        .where('scores.evaluation', '=', number)
        .orderBy('scores.position')
        .orderBy('scores.evaluator')
        .limit(limit)
        .offset(skip)
        .execute()
      // Written by `append` and by nothing else.
      return rows.map(({ answer, score }) => ({
        answer: JSON.parse(answer) as EvaluationAnswer,
        score: JSON.parse(score) as CaseScore,
      }))
    },

    async countScores(number) {
      const { total } = await db
        .selectFrom('evaluation_scores')
        .select(db.fn.countAll<number>().as('total'))
        .where('evaluation', '=', number)
        .executeTakeFirstOrThrow()
      return total
    },

    async foldAnswers(number, model) {
      const sums = await db
        .selectFrom('evaluation_answers')
        .select([
          sql<number>`count(*)`.as('rows'),
          sql<number>`count(cost_nano_usd)`.as('priced'),
          sql<number>`coalesce(sum(cost_nano_usd), 0)`.as('costNanoUsd'),
          sql<number>`coalesce(sum(duration_ms), 0)`.as('durationMs'),
          sql<number>`0`.as('rated'),
          sql<number>`0`.as('liked'),
        ])
        .where('evaluation', '=', number)
        .where('has_answer', '=', 1)
        .where('model', model === null ? 'is' : '=', cleanTextOrNull(model))
        .executeTakeFirstOrThrow()
      return toNumbers(sums)
    },
  }
}

async function append(
  db: Kysely<Schema>,
  number: number,
  owner: string,
  answers: readonly EvaluationAnswer[],
): Promise<boolean> {
  return await db.transaction().execute(async (transaction) => {
    const held = await transaction
      .updateTable('evaluations')
      .set({ lease_owner: owner })
      .where('number', '=', number)
      .where('lease_owner', '=', owner)
      .executeTakeFirstOrThrow()
    if (held.numUpdatedRows !== 1n || answers.length === 0) return held.numUpdatedRows === 1n
    const inserted = await transaction
      .insertInto('evaluation_answers')
      .values(answers.map((answer) => toColumns(number, answer)))
      .onConflict((conflict) => conflict.doNothing())
      .returning('position')
      .execute()
    const fresh = new Set(inserted.map(({ position }) => position))
    const added = answers.filter(({ position }) => fresh.has(position))
    const scores = added.flatMap((answer) => answer.scores.map((score) => toScoreColumns(number, answer, score)))
    if (scores.length > 0) await transaction.insertInto('evaluation_scores').values(scores).execute()
    const judged = scores.flatMap(({ score }) => (typeof score === 'number' ? [score] : []))
    const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
    await transaction
      .updateTable('evaluations')
      .set((column) => ({
        completed: column('completed', '+', added.length),
        failed: column('failed', '+', added.filter(({ error }) => error !== null).length),
        scored: column('scored', '+', judged.length),
        score_sum: column('score_sum', '+', sum(judged)),
        cost_nano_usd: column('cost_nano_usd', '+', sum(added.map(({ costNanoUsd }) => costNanoUsd ?? 0))),
      }))
      .where('number', '=', number)
      .execute()
    return true
  })
}

function toColumns(evaluation: number, answer: EvaluationAnswer): Insertable<Schema['evaluation_answers']> {
  return {
    evaluation,
    position: answer.position,
    model: cleanTextOrNull(answer.model),
    item_id: cleanText(answer.itemId),
    cost_nano_usd: answer.costNanoUsd,
    duration_ms: answer.durationMs,
    has_answer: answer.error === null ? 1 : 0,
    body: JSON.stringify({ ...answer, scores: [] }),
  }
}

function toScoreColumns(
  evaluation: number,
  { position }: EvaluationAnswer,
  score: CaseScore,
): Insertable<Schema['evaluation_scores']> {
  return {
    evaluation,
    position,
    evaluator: cleanText(score.evaluator),
    score: score.score,
    body: JSON.stringify(score),
  }
}
