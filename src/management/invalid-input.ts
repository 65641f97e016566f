import type { z } from 'zod'
import type { Notice } from '../contract/envelope.ts'
import { GatewayError } from '../kernel/errors.ts'
import { isSecretField } from './secret-fields.ts'

/** The part of a request that an input came from: the first word of an error's `path`. */
export type InputPart = 'path' | 'query' | 'body'

const maxShown = 64
/** Who makes more mistakes is told of these first. */
const maxNotices = 100

/** Input that its schema refused, with all that is wrong in it. */
export class InvalidInput extends GatewayError {
  readonly notices: readonly Notice[]

  constructor(part: InputPart, issues: readonly z.core.$ZodIssue[]) {
    const notices = issues.slice(0, maxNotices).map((issue) => toNotice(part, issue))
    const [first] = notices
    super('input_invalid', first?.message ?? 'Invalid input.', { path: first?.path ?? [part] })
    this.notices = notices.map((notice) => ({ ...notice, code: this.number }))
  }
}

/** The value as its schema reads it. Throws `InvalidInput`. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown, part: InputPart): z.output<S> {
  const parsed = safeParse(schema, value, part)
  if (parsed.success) return parsed.data
  throw new InvalidInput(part, parsed.error.issues)
}

/** With a hundred thousand mistakes the library runs out of stack. */
function safeParse<S extends z.ZodType>(schema: S, value: unknown, part: InputPart): z.ZodSafeParseResult<z.output<S>> {
  try {
    return schema.safeParse(value, { reportInput: true })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new GatewayError('input_invalid', `${part}: too many mistakes to tell`, { cause: error, path: [part] })
  }
}

function toNotice(part: InputPart, issue: z.core.$ZodIssue): Omit<Notice, 'code'> & { code: 0 } {
  // A field too much is the path of its own issue, not of the object around it.
  const extra = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const path = [...issue.path, ...extra].map((step) => (typeof step === 'symbol' ? String(step) : step))
  const name = path.length === 0 ? part : path.join('.')
  const isHidden = path.some((step) => step === 'otel' || isSecretField(String(step)))
  return { code: 0, message: `${name}: ${reasonOf(issue)}${isHidden ? '' : shown(issue.input)}`, path: [part, ...path] }
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'Required'
  if (issue.code === 'unrecognized_keys') return 'not a parameter of this call, or not supported yet'
  return issue.message
}

/** What was given, where it is one short value. */
function shown(input: unknown): string {
  const isShort = typeof input === 'string' && input.length <= maxShown
  const isPlain = typeof input === 'number' || typeof input === 'boolean'
  return isShort || isPlain ? `, but was ${JSON.stringify(input)}` : ''
}
