import { z } from 'zod'
import { isDeeperThan } from '../kernel/json-depth.ts'
import { defineCaseEvaluator, quoted, yesOrNo } from './evaluator.ts'
import { isObject, parseAnswer } from './json.ts'
import { findSchemaFault, findViolation } from './json-schema.ts'

/** Deeper answers are not held against a schema. */
const mostDepth = 100

export const jsonValidity = defineCaseEvaluator({
  type: 'case',
  settings: z.strictObject({
    required: z.array(z.string()).max(100).default([]).describe('Members that the object must have.'),
    schema: z
      .record(z.string(), z.json())
      .optional()
      .describe('A JSON Schema that the answer must meet; references stay inside, `format` is not checked.')
      .superRefine((schema, context) => {
        const fault = schema === undefined ? null : findSchemaFault(schema)
        if (fault !== null) context.addIssue({ code: 'custom', message: `not a schema that can be used: ${fault}` })
      }),
  }),
  score({ output }, { required, schema }) {
    const value = parseAnswer(output)
    if (value === undefined) return yesOrNo(false, `the answer is not JSON: ${quoted(output)}`)
    const missing = required.filter((name) => !isObject(value) || !Object.hasOwn(value, name))
    if (missing.length > 0) return yesOrNo(false, `the answer is JSON without ${missing.join(', ')}`)
    if (schema === undefined) return yesOrNo(true, 'the answer is JSON')
    if (isDeeperThan(output, mostDepth)) return yesOrNo(false, `the answer nests deeper than ${mostDepth} levels`)
    const violation = findViolation(schema, value)
    return yesOrNo(violation === null, violation ?? 'the answer is as its schema says')
  },
})
