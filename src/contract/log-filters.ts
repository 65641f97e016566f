import { z } from 'zod'
import {
  type FilterKind,
  filterKindOf,
  filterKinds,
  filterOperators,
  type LogFilter,
  type LogFilterKey,
  type LogFilterValue,
} from './log-filter.ts'
import { type Moment, momentSchema } from './moment.ts'

const operatorsOf: Record<FilterKind, readonly LogFilter['operator'][]> = {
  text: filterOperators,
  number: ['eq', 'neq', 'lt', 'gt'],
  usd: ['eq', 'neq', 'lt', 'gt'],
  flag: ['eq', 'neq'],
  time: ['eq', 'neq', 'lt', 'gt'],
  metadata: filterOperators,
}

const expected: Record<FilterKind, string> = {
  text: 'a text or null',
  number: 'a number or null',
  usd: 'a number of USD or null',
  flag: 'true, false or null',
  time: 'an ISO 8601 date (2024-01-31) or date-time (2024-01-31T12:00:00Z)',
  metadata: 'a text, a number, true, false or null',
}

const wireValueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()])

/**
 * The filters of a query or a body. In a query every value is a text: one that spells a number or a flag is taken for it
 * where the key wants one, and an empty one is null.
 */
export const logFiltersSchema = z
  .array(
    z
      .strictObject({
        key: z.string().max(256),
        operator: z.enum(filterOperators),
        value: z.array(wireValueSchema).min(1).max(100),
      })
      .transform(toFilter),
  )
  .max(20)

interface WireFilter {
  key: string
  operator: (typeof filterOperators)[number]
  value: (string | number | boolean | null)[]
}

function toFilter({ key, operator, value }: WireFilter, context: z.RefinementCtx): LogFilter {
  const refuse = (path: (string | number)[], input: unknown, message: string): never => {
    context.addIssue({ code: 'custom', message, path, input })
    return z.NEVER
  }
  const kind = filterKindOf(key)
  if (kind === null) {
    const keys = [...Object.keys(filterKinds), 'metadata.NAME'].join(', ')
    return refuse(['key'], key, `not a key of logs, expected one of ${keys}`)
  }
  if (!operatorsOf[kind].includes(operator)) {
    return refuse(['operator'], operator, `${key} can be compared with ${operatorsOf[kind].join(', ')}`)
  }
  const values = value.map((item, at) => {
    const read = toValue(kind, item)
    if (read === undefined) return refuse(['value', at], item, `${key} takes ${expected[kind]}`)
    if (read === null && operator !== 'eq' && operator !== 'neq') {
      return refuse(['value', at], item, `null can be compared with eq and neq only`)
    }
    return read
  })
  // `filterKindOf` knew it.
  return { key: key as LogFilterKey, operator, values }
}

/** Undefined for what the kind cannot be. */
function toValue(kind: FilterKind, item: WireFilter['value'][number]): LogFilterValue | undefined {
  if (item === null) return null
  if (kind === 'metadata') return typeof item === 'string' && item === '' ? null : item
  if (item === '') return null
  if (kind === 'text') return typeof item === 'string' ? item : undefined
  if (item === 'null') return null
  if (kind === 'flag') return toFlag(item)
  if (kind === 'time') return toMoment(item)
  const isNumber = typeof item === 'number' || (typeof item === 'string' && /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(item))
  return isNumber && Number.isFinite(Number(item)) ? Number(item) : undefined
}

function toFlag(item: string | number | boolean): boolean | undefined {
  if (item === true || item === 'true' || item === 1 || item === '1') return true
  return item === false || item === 'false' || item === 0 || item === '0' ? false : undefined
}

function toMoment(item: string | number | boolean): Moment | undefined {
  const parsed = momentSchema.safeParse(item)
  return parsed.success ? parsed.data : undefined
}
