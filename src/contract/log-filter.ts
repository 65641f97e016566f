import type { Moment } from './moment.ts'

/*
 * What of a log row can be asked for. One description for lists, exports, removals and saved filters; the store makes
 * SQL of it (`store/log-filters.ts`).
 *
 * Of the values of one filter any may match, of several filters all must. `neq` matches exactly the rows that `eq` does
 * not, also those without a value. Texts are compared byte by byte; `contains` takes A-Z and a-z for the same.
 *
 * No zod here: the threads of the store, which need this, would each load it.
 */

/** `usd` is a number of dollars. `flag` is true or false. `metadata` is a text, a number or a flag. */
export type FilterKind = 'text' | 'number' | 'usd' | 'flag' | 'time' | 'metadata'

/** Keys and what is compared. All but the last three are Cloudflare's. */
export const filterKinds = {
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

export const filterOperators = ['eq', 'neq', 'contains', 'lt', 'gt'] as const

/** Money in USD, a time as the stretch that it names. */
export type LogFilterValue = string | number | boolean | null | Moment

/** A condition as it was read: each value is of the kind that its key takes. */
export interface LogFilter {
  key: LogFilterKey
  /** `lte` and `gte` are not on the wire: the older parameters `min_cost` and the like are made of them. */
  operator: (typeof filterOperators)[number] | 'lte' | 'gte'
  /** At least one. */
  values: LogFilterValue[]
}

/** What a key compares; null where there is no such key. */
export function filterKindOf(key: string): FilterKind | null {
  if (Object.hasOwn(filterKinds, key)) return filterKinds[key as LogFilterName]
  return /^metadata\../s.test(key) ? 'metadata' : null
}
