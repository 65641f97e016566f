import { z } from 'zod'
import { defineCaseEvaluator, quoted, yesOrNo } from './evaluator.ts'
import { foldedTexts, foldingShape } from './text.ts'

export const exactMatch = defineCaseEvaluator({
  type: 'case',
  settings: z.strictObject(foldingShape),
  score(judged, settings) {
    const texts = foldedTexts(judged, settings)
    if ('unscored' in texts) return texts.unscored
    const { wanted, given } = texts
    return given === wanted
      ? yesOrNo(true, 'the answer is the expected text')
      : yesOrNo(false, `the answer is not the expected text ${quoted(wanted)}, but is ${quoted(given)}`)
  },
})
