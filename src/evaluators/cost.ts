import { z } from 'zod'
import type { LogEvaluator } from './evaluator.ts'

export const cost: LogEvaluator = {
  type: 'log',
  settings: z.strictObject({}),
  fold({ rows, priced, costNanoUsd }) {
    const unknown = rows - priced
    const reason = `${priced} rows with a known cost${unknown === 0 ? '' : `, and ${unknown} without`}`
    // Nano USD have nine decimals, the mean of them a few more.
    return { result: priced === 0 ? '' : plainDecimal(costNanoUsd / priced / 1e9, 12), score: null, reason }
  },
}

/** Without an exponent, and without zeros at the end. */
export function plainDecimal(value: number, decimals: number): string {
  return value.toFixed(decimals).replace(/\.?0+$/, '')
}
