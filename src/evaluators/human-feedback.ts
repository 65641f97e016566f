import { z } from 'zod'
import { plainDecimal } from './cost.ts'
import type { LogEvaluator } from './evaluator.ts'

export const humanFeedback: LogEvaluator = {
  type: 'log',
  settings: z.strictObject({}),
  fold({ rated, liked }) {
    if (rated === 0) return { result: '', score: null, reason: 'no row has been rated' }
    const reason = `${liked} of ${rated} rated rows have a thumb up`
    return { result: plainDecimal((100 * liked) / rated, 3), score: liked / rated, reason }
  },
}
