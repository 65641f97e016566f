import { z } from 'zod'
import { plainDecimal } from './cost.ts'
import type { LogEvaluator } from './evaluator.ts'

export const speed: LogEvaluator = {
  type: 'log',
  settings: z.strictObject({}),
  fold: ({ rows, durationMs }) => ({
    result: rows === 0 ? '' : plainDecimal(durationMs / rows, 3),
    score: null,
    reason: `${rows} rows`,
  }),
}
