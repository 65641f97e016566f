import { z } from 'zod'
import { defineCaseEvaluator, quoted, yesOrNo } from './evaluator.ts'
import { foldedTexts, foldingShape } from './text.ts'

export const contains = defineCaseEvaluator({
  type: 'case',
  settings: z.strictObject(foldingShape),
  score(judged, settings) {
    const texts = foldedTexts(judged, settings)
    if ('unscored' in texts) return texts.unscored
    const { wanted, given } = texts
    return given.includes(wanted)
      ? yesOrNo(true, 'the answer contains the expected text')
      : yesOrNo(false, `the answer does not contain the expected text ${quoted(wanted)}, but is ${quoted(given)}`)
  },
})
