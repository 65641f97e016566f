import { z } from 'zod'
import { defineCaseEvaluator, unscored } from './evaluator.ts'
import { foldedTexts, foldingShape } from './text.ts'

/** The work is the product of both lengths: this many steps take about a tenth of a second. */
const mostSteps = 25_000_000

/** 1 less the edit distance as a share of the longer text, as `autoevals` has it. */
export const levenshtein = defineCaseEvaluator({
  type: 'case',
  settings: z.strictObject({
    ...foldingShape,
    threshold: z.number().min(0).max(1).default(0.8).describe('From this score on a case has passed.'),
  }),
  score(judged, settings) {
    const texts = foldedTexts(judged, settings)
    if ('unscored' in texts) return texts.unscored
    const [a, b] = [Array.from(texts.wanted), Array.from(texts.given)]
    if (a.length * b.length > mostSteps) {
      return unscored(`the texts are too long to compare: ${a.length} and ${b.length} characters`)
    }
    const longer = Math.max(a.length, b.length)
    const distance = distanceOf(a, b)
    const score = longer === 0 ? 1 : 1 - distance / longer
    return { score, passed: score >= settings.threshold, reason: `${distance} edits in ${longer} characters` }
  },
})

function distanceOf(a: readonly string[], b: readonly string[]): number {
  let row = Uint32Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [at, letter] of a.entries()) {
    const next = new Uint32Array(b.length + 1)
    next[0] = at + 1
    for (let column = 1; column <= b.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1)
      next[column] = Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1)
    }
    row = next
  }
  return row[b.length] ?? 0
}
