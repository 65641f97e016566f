import { z } from 'zod'
import { type Moment, momentSchema } from './moment.ts'

/*
 * What of a log row can be asked for. One description for lists, exports, removals and saved filters; the store makes
 * SQL of it (`store/log-filters.ts`).
 *
 * Of the values of one filter any may match, of several filters all must. `neq` matches exactly the rows that `eq` does
 * not, also those without a value. Texts are compared byte by byte; `contains` takes A-Z and a-z for the same.
 */

/** `usd` is a number of dollars. `flag` is true or false. `metadata` is a text, a number or a flag. */
type FilterKind = 'text' | 'number' | 'usd' | 'flag' | 'time' | 'metadata'

/** Keys and what is compared. All but the last three are Cloudflare's. */
const filterKinds = {
  id: 'text',
  created_at: 'time',
  request_content_type: 'text',
  response_content_type: 'text',
  request_type: 'text',
  success: 'flag',
  cached: 'flag',
  provider: 'text',
  model: 'text',
  model_type: 'text',
  cost: 'usd',
  /** Input and output together. */
  tokens: 'number',
  tokens_in: 'number',
  tokens_out: 'number',
  /** Milliseconds. */
  duration: 'number',
  feedback: 'number',
  event_id: 'text',
  /** The name of some entry, and the value of some entry: not of the same one. `metadata.NAME` is the pair. */
  'metadata.key': 'text',
  'metadata.value': 'metadata',
  authentication: 'flag',
  /** The three that follow are of functions which Tollgate has not: false, false and null in every row. */
  wholesale: 'flag',
  compatibilityMode: 'flag',
  dlp_action: 'text',
  user_agent: 'text',
  status_code: 'number',
  outcome: 'text',
  score: 'number',
} as const satisfies Record<string, FilterKind>

export type LogFilterName = keyof typeof filterKinds
/** `metadata.team` is the entry `team`. */
export type LogFilterKey = LogFilterName | `metadata.${string}`

const operators = ['eq', 'neq', 'contains', 'lt', 'gt'] as const

/** Money in USD, a time as the stretch that it names. */
export type LogFilterValue = string | number | boolean | null | Moment

/** A condition as it was read: each value is of the kind that its key takes. */
export interface LogFilter {
  key: LogFilterKey
  /** `lte` and `gte` are not on the wire: the older parameters `min_cost` and the like are made of them. */
  operator: (typeof operators)[number] | 'lte' | 'gte'
  /** At least one. */
  values: LogFilterValue[]
}

/** What a key compares; null where there is no such key. */
export function filterKindOf(key: string): FilterKind | null {
  if (Object.hasOwn(filterKinds, key)) return filterKinds[key as LogFilterName]
  return /^metadata\../s.test(key) ? 'metadata' : null
}

const operatorsOf: Record<FilterKind, readonly LogFilter['operator'][]> = {
  text: operators,
  number: ['eq', 'neq', 'lt', 'gt'],
  usd: ['eq', 'neq', 'lt', 'gt'],
  flag: ['eq', 'neq'],
  time: ['eq', 'neq', 'lt', 'gt'],
  metadata: operators,
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
        operator: z.enum(operators),
        value: z.array(wireValueSchema).min(1).max(100),
      })
      .transform(toFilter),
  )
  .max(20)

interface WireFilter {
  key: string
  operator: (typeof operators)[number]
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
