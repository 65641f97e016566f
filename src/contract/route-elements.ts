import { z } from 'zod'
import { reportFaults } from './fault.ts'
import { findConditionFaults } from './route-conditions.ts'
import { findGraphFaults } from './route-graph.ts'
import { findShareFaults } from './route-shares.ts'

const maxElements = 200
/** Characters of the JSON text of all elements. */
const maxLength = 64 * 1024

const id = z.string().min(1).max(128)
const output = z.strictObject({ elementId: id })

const start = z.strictObject({ id, type: z.literal('start'), outputs: z.strictObject({ next: output }) })

const conditional = z.strictObject({
  id,
  type: z.literal('conditional'),
  properties: z.strictObject({
    conditions: z
      .nonoptional(z.unknown())
      .superRefine((conditions, context) => reportFaults(findConditionFaults(conditions), context)),
  }),
  outputs: z.strictObject({ true: output, false: output }),
})

const percentage = z.strictObject({
  id,
  type: z.literal('percentage'),
  outputs: z
    .record(z.string().max(64), output)
    .superRefine((outputs, context) => reportFaults(findShareFaults(outputs), context)),
})

const rate = z.strictObject({
  id,
  type: z.literal('rate'),
  properties: z.strictObject({
    key: z.string().min(1).max(256).describe('What is counted apart: `metadata.user_id`.'),
    limit: z.number().positive().max(1_000_000_000).describe('Requests, or USD.'),
    limitType: z.enum(['count', 'cost']),
    /** Seconds. */
    window: z
      .int()
      .min(1)
      .max(366 * 24 * 60 * 60),
  }),
  outputs: z
    .strictObject({ success: output, fallback: output.exactOptional() })
    .describe('Without a fallback the route ends there.'),
})

/** A model of a provider. */
const target = {
  provider: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,70}$/, 'a provider is lower-case letters, digits, `-` or `_`'),
  model: z.string().min(1).max(256),
  keyAlias: z
    .string()
    .regex(/^[\x20-\x7e]{1,64}$/, 'an alias is 1 to 64 printable ASCII characters')
    .exactOptional()
    .describe('Which stored key of the provider is used; without it, those that requests without a key get.'),
}
const weight = z
  .int()
  .min(1)
  .max(1000)
  .exactOptional()
  .describe('Beside the weights of the others; 1 where it is not given.')

const model = z.strictObject({
  id,
  type: z.literal('model'),
  properties: z.strictObject({
    ...target,
    /** Milliseconds. */
    timeout: z
      .int()
      .min(1)
      .max(15 * 60 * 1000),
    retries: z.int().min(0).max(5),
    weight,
    targets: z
      .array(z.strictObject({ ...target, weight }))
      .min(1)
      .max(9)
      .exactOptional()
      .describe(
        'Others beside `provider` and `model`, among which requests are divided; they also stand in for each other.',
      ),
    balance: z
      .enum(['weighted', 'least-busy', 'lowest-latency'])
      .exactOptional()
      .describe('How they are divided; `weighted` where it is not given.'),
    shadow: z
      .strictObject({ ...target, share: z.number().min(0.001).max(100).exactOptional() })
      .exactOptional()
      .describe('Gets a copy of what was answered, of all requests or of `share` percent, and answers nobody.'),
  }),
  outputs: z.strictObject({ success: output, fallback: output }),
})

const end = z.strictObject({ id, type: z.literal('end'), outputs: z.strictObject({}).default({}) })

const types = [start, conditional, percentage, rate, model, end] as const
const elementSchema = z.discriminatedUnion('type', types, {
  error: `expected one of the types ${types.map(({ shape }) => shape.type.value).join(', ')}`,
})
export type RouteElement = z.output<typeof elementSchema>

/** The graph of a dynamic route: whatever passes here can be walked to its end. */
export const elementsSchema = z
  .array(elementSchema)
  .min(1)
  .max(maxElements)
  .superRefine((elements, context) => {
    reportFaults(findGraphFaults(elements), context)
    if (JSON.stringify(elements).length <= maxLength) return
    context.addIssue({ code: 'custom', message: `too large: at most ${maxLength} characters of JSON are allowed` })
  })
