import { z } from 'zod'
import { defineCaseEvaluator, quoted, unscored, yesOrNo } from './evaluator.ts'
import { compilePattern, type Pattern } from '../contract/linear-regex.ts'

const longest = 1000

/** Matched in linear time, so that no pattern can hold up the server; what needs more is refused. */
export const regex = defineCaseEvaluator({
  type: 'case',
  settings: z.strictObject({
    pattern: z
      .string()
      .min(1)
      .max(longest)
      .optional()
      .describe('Of all cases; without it each case has its own as expected_output.')
      .superRefine((pattern, context) => {
        const compiled = pattern === undefined ? null : compilePattern(pattern, { ignoresCase: false })
        if (compiled !== null && 'fault' in compiled) {
          context.addIssue({ code: 'custom', message: `not a pattern that can be used: ${compiled.fault}` })
        }
      }),
    ignore_case: z.boolean().default(false),
  }),
  score({ expected, output }, { pattern, ignore_case: ignoresCase }) {
    const source = pattern ?? expected
    if (typeof source !== 'string' || source === '') return unscored('the case has no pattern as expected_output')
    if (source.length > longest) return unscored(`the pattern has ${source.length} characters, and ${longest} at most`)
    const compiled: Pattern = compilePattern(source, { ignoresCase })
    if ('fault' in compiled) return unscored(`${quoted(source)} cannot be used: ${compiled.fault}`)
    const found = compiled.test(output)
    if (found === null) return unscored('the answer is too long for this pattern')
    return yesOrNo(found, `the answer ${found ? 'matches' : 'does not match'} ${quoted(source)}`)
  },
})
