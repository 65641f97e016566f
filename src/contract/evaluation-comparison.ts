/** What became of a case from the other evaluation to this one. `unscored`: one of the two has no score. */
export const caseChanges = ['better', 'worse', 'same', 'unscored'] as const
export type CaseChange = (typeof caseChanges)[number]

/** Which answers of two evaluations belong together, beside being of the same item. */
export interface Pairing {
  /** Internal numbers of the evaluations. */
  number: number
  other: number
  /** Those of these models, null being a logged answer; null as a whole: those of the same model. */
  models: { own: string | null; other: string | null } | null
}

/** Sums over the pairs of an evaluator and two models. */
export interface ComparedSums {
  evaluator: string
  model: string | null
  otherModel: string | null
  better: number
  worse: number
  same: number
  unscored: number
  /** Of pairs in which both have a score. */
  scoreSum: number
  otherScoreSum: number
  /** Of the squares of the differences. */
  squareSum: number
  /** Means over all pairs in which they are known; null: in none. */
  costNanoUsd: number | null
  otherCostNanoUsd: number | null
  durationMs: number | null
  otherDurationMs: number | null
}
