import { z } from 'zod'
import { defineCaseEvaluator, quoted, yesOrNo } from './evaluator.ts'
import { isObject, parseAnswer } from './json.ts'

export const jsonValidity = defineCaseEvaluator({
  type: 'case',
  settings: z.strictObject({
    required: z.array(z.string()).max(100).default([]).describe('Members that the object must have.'),
  }),
  score({ output }, { required }) {
    const value = parseAnswer(output)
    if (value === undefined) return yesOrNo(false, `the answer is not JSON: ${quoted(output)}`)
    const missing = required.filter((name) => !isObject(value) || !Object.hasOwn(value, name))
    if (missing.length > 0) return yesOrNo(false, `the answer is JSON without ${missing.join(', ')}`)
    return yesOrNo(true, 'the answer is JSON')
  },
})
