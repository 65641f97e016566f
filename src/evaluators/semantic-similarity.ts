import { z } from 'zod'
import { defineCaseEvaluator, unscored } from './evaluator.ts'
import { foldedTexts } from './text.ts'

/** The cosine of both texts' embeddings, stretched from `expected_min` to 1 (`autoevals` has 0.7 there). */
export const semanticSimilarity = defineCaseEvaluator({
  type: 'case',
  settings: z.strictObject({
    model: z.string().min(3).describe('The model that makes the embeddings: `provider/model`.'),
    expected_min: z.number().min(0).max(0.99).default(0).describe('A cosine of this or less scores 0.'),
    threshold: z.number().min(0).max(1).default(0.8).describe('From this score on a case has passed.'),
  }),
  async score(judged, { model, expected_min: least, threshold }, ask) {
    const texts = foldedTexts(judged, { ignore_case: false, ignore_space: false })
    if ('unscored' in texts) return texts.unscored
    const [a = [], b = []] = await ask.embed(model, [texts.wanted, texts.given])
    if (a.length === 0 || a.length !== b.length) {
      return unscored(`${model} gave embeddings of ${a.length} and ${b.length} numbers, which cannot be compared`)
    }
    const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b) || 1)
    const score = Math.min(1, Math.max(0, (cosine - least) / (1 - least)))
    return { score, passed: score >= threshold, reason: `the cosine of the embeddings is ${cosine.toFixed(4)}` }
  },
})

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
}
