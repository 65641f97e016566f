import { type Kysely, sql } from 'kysely'
import type { CaseChange, ComparedSums, Pairing } from '../contract/evaluation-comparison.ts'
import type { CaseScore, EvaluationAnswer } from '../contract/evaluation-record.ts'
import { cleanTextOrNull } from './clean-text.ts'
import type { Schema } from './schema.ts'
import type { EvaluationStore } from './store.ts'

type ComparisonMethods = Pick<EvaluationStore, 'compare' | 'comparedCases'>

/** Sums of the same scores may differ in their last digits. */
const change = sql<CaseChange>`case when scores.score is null or other_scores.score is null then 'unscored'
  when scores.score - other_scores.score > 0.000000001 then 'better'
  when other_scores.score - scores.score > 0.000000001 then 'worse' else 'same' end`
const count = (of: CaseChange) => sql<number>`sum(case when ${change} = ${sql.lit(of)} then 1 else 0 end)`
const isScored = sql<boolean>`scores.score is not null and other_scores.score is not null`
const difference = sql<number>`(scores.score - other_scores.score)`

/** Two evaluations side by side, an item and an evaluator at a time. */
export function comparisonStore(db: Kysely<Schema>): ComparisonMethods {
  return {
    async compare(pairing) {
      const rows = await pairsOf(db, pairing)
        .select([
          'scores.evaluator',
          'answers.model',
          'other_answers.model as otherModel',
          count('better').as('better'),
          count('worse').as('worse'),
          count('same').as('same'),
          count('unscored').as('unscored'),
          sql<number>`coalesce(sum(case when ${isScored} then scores.score end), 0)`.as('scoreSum'),
          sql<number>`coalesce(sum(case when ${isScored} then other_scores.score end), 0)`.as('otherScoreSum'),
          sql<number>`coalesce(sum(${difference} * ${difference}), 0)`.as('squareSum'),
          sql<number | null>`avg(answers.cost_nano_usd)`.as('costNanoUsd'),
          sql<number | null>`avg(other_answers.cost_nano_usd)`.as('otherCostNanoUsd'),
          sql<number | null>`avg(answers.duration_ms)`.as('durationMs'),
          sql<number | null>`avg(other_answers.duration_ms)`.as('otherDurationMs'),
        ])
        .groupBy(['scores.evaluator', 'answers.model', 'other_answers.model'])
        .orderBy('scores.evaluator')
        .orderBy('answers.model')
        .execute()
      return rows.map(toNumbers)
    },

    async comparedCases({ change: wanted, skip, limit, ...pairing }) {
      let some = pairsOf(db, pairing).select([
        change.as('change'),
        'answers.body as answer',
        'scores.body as score',
        'other_answers.body as otherAnswer',
        'other_scores.body as otherScore',
      ])
      if (wanted !== null) some = some.where(change, '=', wanted)
      const rows = await some
        .orderBy('answers.position')
        .orderBy('other_answers.position')
        .orderBy('scores.evaluator')
        .limit(limit)
        .offset(skip)
        .execute()
      // Written by `append` and by nothing else.
      return rows.map((row) => ({
        change: row.change,
        answer: JSON.parse(row.answer) as EvaluationAnswer,
        score: JSON.parse(row.score) as CaseScore,
        otherAnswer: JSON.parse(row.otherAnswer) as EvaluationAnswer,
        otherScore: JSON.parse(row.otherScore) as CaseScore,
      }))
    },
  }
}

function pairsOf(db: Kysely<Schema>, { number, other, models }: Pairing) {
  const pairs = db
    .selectFrom('evaluation_answers as answers')
    .innerJoin('evaluation_answers as other_answers', (join) =>
      join.onRef('other_answers.item_id', '=', 'answers.item_id').on('other_answers.evaluation', '=', other),
    )
    .innerJoin('evaluation_scores as scores', (join) =>
      join.onRef('scores.evaluation', '=', 'answers.evaluation').onRef('scores.position', '=', 'answers.position'),
    )
    .innerJoin('evaluation_scores as other_scores', (join) =>
      join
        .onRef('other_scores.evaluation', '=', 'other_answers.evaluation')
        .onRef('other_scores.position', '=', 'other_answers.position')
        .onRef('other_scores.evaluator', '=', 'scores.evaluator'),
    )
    .where('answers.evaluation', '=', number)
  if (models === null) return pairs.whereRef('answers.model', '=', 'other_answers.model')
  return pairs
    .where('answers.model', models.own === null ? 'is' : '=', cleanTextOrNull(models.own))
    .where('other_answers.model', models.other === null ? 'is' : '=', cleanTextOrNull(models.other))
}

/** PostgreSQL gives sums and means as decimals, in texts. */
function toNumbers({ evaluator, model, otherModel, ...sums }: ComparedSums): ComparedSums {
  const orNull = (value: number | null): number | null => (value === null ? null : Number(value))
  return {
    evaluator,
    model,
    otherModel,
    better: Number(sums.better),
    worse: Number(sums.worse),
    same: Number(sums.same),
    unscored: Number(sums.unscored),
    scoreSum: Number(sums.scoreSum),
    otherScoreSum: Number(sums.otherScoreSum),
    squareSum: Number(sums.squareSum),
    costNanoUsd: orNull(sums.costNanoUsd),
    otherCostNanoUsd: orNull(sums.otherCostNanoUsd),
    durationMs: orNull(sums.durationMs),
    otherDurationMs: orNull(sums.otherDurationMs),
  }
}
