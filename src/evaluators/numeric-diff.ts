import { z } from 'zod'
import { defineCaseEvaluator, quoted, unscored, yesOrNo } from './evaluator.ts'

const numberPattern = /-?\d[\d,]{0,30}(?:\.\d{1,30})?(?:e[+-]?\d{1,3})?/i

/** 1 less the difference as a share of both numbers together, as `autoevals` has it. */
export const numericDiff = defineCaseEvaluator({
  type: 'case',
  settings: z.strictObject({
    tolerance: z.number().min(0).default(0).describe('Numbers that differ by no more are the same.'),
    threshold: z.number().min(0).max(1).default(1).describe('From this score on a case has passed.'),
  }),
  score({ expected, output }, { tolerance, threshold }) {
    const wanted = typeof expected === 'number' ? expected : numberIn(typeof expected === 'string' ? expected : '')
    if (wanted === null) return unscored('the case has no number as expected_output')
    const given = numberIn(output)
    if (given === null) return yesOrNo(false, `there is no number in the answer ${quoted(output)}`)
    const difference = Math.abs(given - wanted)
    const reach = Math.abs(given) + Math.abs(wanted)
    const score = difference <= tolerance || reach === 0 ? 1 : 1 - difference / reach
    return { score, passed: score >= threshold, reason: `${given} where ${wanted} was expected` }
  },
})

/** The first number of a text. */
function numberIn(text: string): number | null {
  const found = numberPattern.exec(text)
  const number = found === null ? Number.NaN : Number(found[0].replaceAll(',', ''))
  return Number.isFinite(number) ? number : null
}
