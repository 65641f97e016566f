import { z } from 'zod'
import { accountIdSchema, pageSchema } from './envelope.ts'
import { momentSchema } from './moment.ts'
import { type Caller, type Permission, permissions } from './permissions.ts'
import { defineRoute } from './route.ts'

/** A token as it is stored: never itself, only its hash. */
export interface TokenBody {
  label: string
  /** SHA-256 of the token, hex. */
  hash: string
  /** The beginning of the token, to be known by. */
  preview: string
  permissions: Permission[]
  /** Internal numbers; null: all gateways of the account. */
  gateways: number[] | null
  /** UTC ms; null: it does not expire. */
  expiresMs: number | null
}

/** Who holds a stored token; null: it has expired. */
export function callerOfToken(
  { id, accountId, body }: { id: string; accountId: string; body: TokenBody },
  nowMs: number,
): Caller | null {
  const { gateways, permissions: granted, expiresMs } = body
  if (expiresMs !== null && expiresMs <= nowMs) return null
  return { kind: 'token', id, accountId, gateways, permissions: granted }
}

/** A token as the API shows it. */
export const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  preview: z.string().describe('The beginning of the token.'),
  permissions: z.array(z.enum(permissions)),
  gateways: z.array(z.string()).nullable().describe('Ids of the gateways that it is for; null: all of the account.'),
  expires_on: z.iso.datetime().nullable(),
  status: z.enum(['active', 'expired']),
  created_at: z.iso.datetime(),
  modified_at: z.iso.datetime(),
})
export type Token = z.output<typeof tokenSchema>

const tokens = '/accounts/{account_id}/ai-gateway/tokens'
const accountParams = z.object({ account_id: accountIdSchema })
const tokenParams = accountParams.extend({ id: z.string() })
const noQuery = z.object({})
const writable = z.strictObject({
  name: z.string().min(1).max(256),
  permissions: z.array(z.enum(permissions)).min(1),
  gateways: z
    .array(z.string())
    .min(1)
    .max(100)
    .nullish()
    .describe('Ids of gateways of the account; null or not given: all of them.'),
  expires_on: momentSchema.nullish().describe('From this time on the token is refused.'),
})

export const tokenRoutes = {
  list: defineRoute({
    name: 'tokens.list',
    method: 'GET',
    path: tokens,
    summary: 'Tokens of an account, newest first.',
    permission: 'admin',
    params: accountParams,
    query: z.object({ page: pageSchema, per_page: z.coerce.number().int().min(1).max(100).default(20) }),
    body: null,
    result: z.array(tokenSchema),
  }),
  create: defineRoute({
    name: 'tokens.create',
    method: 'POST',
    path: tokens,
    summary: 'Makes a token. Its `value` is in this answer and never shown again.',
    permission: 'admin',
    params: accountParams,
    query: noQuery,
    body: writable,
    result: tokenSchema.extend({ value: z.string().describe('The token itself.') }),
  }),
  get: defineRoute({
    name: 'tokens.get',
    method: 'GET',
    path: `${tokens}/{id}`,
    summary: 'One token, without its value.',
    permission: 'admin',
    params: tokenParams,
    query: noQuery,
    body: null,
    result: tokenSchema,
  }),
  update: defineRoute({
    name: 'tokens.update',
    method: 'PATCH',
    path: `${tokens}/{id}`,
    summary: 'Changes what a token may do, in force at once.',
    permission: 'admin',
    params: tokenParams,
    query: noQuery,
    body: writable.partial(),
    result: tokenSchema,
  }),
  delete: defineRoute({
    name: 'tokens.delete',
    method: 'DELETE',
    path: `${tokens}/{id}`,
    summary: 'Revokes a token, at once.',
    permission: 'admin',
    params: tokenParams,
    query: noQuery,
    body: null,
    result: tokenSchema,
  }),
}
