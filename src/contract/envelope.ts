import { z } from 'zod'

/** An entry of `errors` or `messages`; `path` names the offending field of an input. */
export const noticeSchema = z.object({
  code: z.int(),
  message: z.string(),
  path: z.array(z.union([z.string(), z.int()])).optional(),
})
export type Notice = z.output<typeof noticeSchema>

/** Beside the result of a list. Clients ask for the next page until one comes back empty. */
export const resultInfoSchema = z.object({
  page: z.int(),
  per_page: z.int(),
  count: z.int().describe('How many are on this page.'),
  total_count: z.int(),
  /** False where `total_count` is the number at which counting stopped. */
  total_count_exact: z.boolean().optional(),
})
export type ResultInfo = z.output<typeof resultInfoSchema>

/** What every answer of the management API is wrapped in. */
export interface Envelope {
  success: boolean
  errors: Notice[]
  messages: Notice[]
  result: unknown
  result_info?: ResultInfo
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
