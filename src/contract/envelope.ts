import { z } from 'zod'

/** An entry of `errors` or `messages`; `path` names the offending field of an input. */
export const noticeSchema = z.object({
  code: z.int(),
  message: z.string(),
  path: z.array(z.union([z.string(), z.int()])).optional(),
})
export type Notice = z.output<typeof noticeSchema>

const rangeSchema = z.number().nullable().optional()

/** Beside the result of a list. Clients ask for the next page until one comes back empty. */
export const resultInfoSchema = z.object({
  page: z.int(),
  per_page: z.int(),
  count: z.int().describe('How many are on this page.'),
  total_count: z.int(),
  total_count_exact: z
    .boolean()
    .optional()
    .describe('False where `total_count` is the number at which counting stopped.'),
  ...rangesOf('cost', 'duration', 'tokens_in', 'tokens_out', 'total_tokens'),
})
export type ResultInfo = z.output<typeof resultInfoSchema>

/** Beside the result of a list that is walked by cursor: it may hold fewer than asked for, and yet not be the last. */
export const cursorInfoSchema = z.object({
  per_page: z.int(),
  count: z.int(),
  cursor: z.string().nullable().describe('For the next call; null at the end.'),
  complete: z.boolean().describe('Whether the end was reached.'),
  searched_until: z.iso
    .datetime()
    .nullable()
    .describe('Up to which time the rows were looked at; null at the end, and in other orders than that of time.'),
})
export type CursorInfo = z.output<typeof cursorInfoSchema>

type RangeName<Name extends string> = `min_${Name}` | `max_${Name}`

/** With `meta_info`: the least and greatest of the rows that were counted; null where none has a value. */
function rangesOf<Name extends string>(...names: Name[]): Record<RangeName<Name>, typeof rangeSchema> {
  const entries = names.flatMap((name) => [`min_${name}`, `max_${name}`].map((member) => [member, rangeSchema]))
  // The names are those of the type.
  return Object.fromEntries(entries) as Record<RangeName<Name>, typeof rangeSchema>
}

/** What every answer of the management API is wrapped in. */
export interface Envelope {
  success: boolean
  errors: Notice[]
  messages: Notice[]
  result: unknown
  /** Of one kind or the other. */
  result_info?: Partial<ResultInfo> & Partial<CursorInfo>
}

/** Cloudflare's account name space: an account comes into being at its first use. */
export const accountIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'an account id is 1 to 64 letters, digits, `-` or `_`')

/** The `page` of a list's query. Its bound keeps an offset a whole number; every page past the end is empty. */
export const pageSchema = z.coerce
  .number()
  .int()
  .min(1)
  .max(1_000_000_000)
  .default(1)
  .describe('From 1 on; past the end a page is empty.')
