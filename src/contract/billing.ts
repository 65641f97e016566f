import { z } from 'zod'
import { accountIdSchema } from './envelope.ts'
import { defineRoute } from './route.ts'

const billing = '/accounts/{account_id}/ai-gateway/billing'
const nothing = z.strictObject({})
const noConfig = z.object({
  amount: z.null(),
  threshold: z.null(),
  disabledReason: z.null(),
  error: z.null(),
  lastFailedAt: z.null(),
})
/** Cents. */
const noAmounts = { amount_due: z.literal(0), amount_paid: z.literal(0), amount_remaining: z.literal(0) }
const currency = z.literal('usd')

const read = {
  method: 'GET',
  permission: 'AI Gateway Read',
  params: z.object({ account_id: accountIdSchema }),
  query: z.object({}),
  body: null,
} as const
const remove = { ...read, method: 'DELETE', permission: 'AI Gateway Write', result: nothing } as const
/** Always refused, whatever the body is. */
const refused = { ...read, method: 'POST', permission: 'AI Gateway Write', result: nothing } as const

/**
 * Cloudflare sells credits; here nobody does. What reads answers in Cloudflare's shapes with nothing in them, what would
 * spend money is refused.
 */
export const billingRoutes = {
  creditBalance: defineRoute({
    ...read,
    name: 'billing.creditBalance',
    path: `${billing}/credit-balance`,
    summary: 'The credit: always none, for none is sold here.',
    result: z.object({
      balance: z.literal(0),
      has_default_payment_method: z.literal(false),
      payment_method: z.null(),
      topup_config: noConfig,
      first_topup_success: z.literal(false),
    }),
  }),
  invoiceHistory: defineRoute({
    ...read,
    name: 'billing.invoiceHistory',
    path: `${billing}/invoice-history`,
    summary: 'Past invoices: always none.',
    query: z.object({ type: z.enum(['auto', 'manual', 'all']).default('all') }),
    result: z.object({
      invoices: z.tuple([]),
      pagination: z.object({
        has_more: z.literal(false),
        page: z.literal(1),
        per_page: z.int(),
        total_count: z.literal(0),
      }),
    }),
  }),
  invoicePreview: defineRoute({
    ...read,
    name: 'billing.invoicePreview',
    path: `${billing}/invoice-preview`,
    summary: 'The invoice of this month: always of 0.',
    result: z.object({
      ...noAmounts,
      id: z.string(),
      currency,
      status: z.literal('draft'),
      period_start: z.int().describe('Seconds.'),
      period_end: z.int(),
      invoice_lines: z.tuple([]),
    }),
  }),
  usageHistory: defineRoute({
    ...read,
    name: 'billing.usageHistory',
    path: `${billing}/usage-history`,
    summary: 'Credit used: always none. What requests cost is in their logs.',
    query: z.object({
      value_grouping_window: z.enum(['day', 'hour']),
      start_time: z.coerce.number().min(0).optional().describe('UTC ms.'),
      end_time: z.coerce.number().min(0).optional(),
    }),
    result: z.object({ history: z.tuple([]) }),
  }),
  spendingLimitCreate: defineRoute({
    ...refused,
    name: 'billing.spendingLimit.create',
    path: `${billing}/spending-limit`,
    summary: 'Refused, as at Cloudflare: gateways have `spend_limits`.',
  }),
  spendingLimitGet: defineRoute({
    ...read,
    name: 'billing.spendingLimit.get',
    path: `${billing}/spending-limit`,
    summary: 'The spending limit of the credit: always none.',
    result: z.object({
      enabled: z.literal(false),
      config: z.object({ amount: z.null(), duration: z.null(), strategy: z.null() }),
    }),
  }),
  spendingLimitDelete: defineRoute({
    ...remove,
    name: 'billing.spendingLimit.delete',
    path: `${billing}/spending-limit`,
    summary: 'Removes the spending limit; there is none.',
  }),
  topupCreate: defineRoute({
    ...refused,
    name: 'billing.topup.create',
    path: `${billing}/topup`,
    summary: 'Refused: no credit is sold here.',
  }),
  topupStatus: defineRoute({
    ...read,
    method: 'POST',
    name: 'billing.topup.status',
    path: `${billing}/topup/status`,
    summary: 'How far a top-up is; there is none.',
    body: z.looseObject({ payment_intent_id: z.string() }),
    result: z.object({ payment_intent_id: z.string(), status: z.enum(['completed', 'pending']) }),
  }),
  topupLimits: defineRoute({
    ...read,
    name: 'billing.topup.limits',
    path: `${billing}/topup/limits`,
    summary: 'How much one top-up may be: nothing.',
    result: z.object({ currency, min_cents: z.literal(0), max_cents: z.literal(0) }),
  }),
  topupConfigCreate: defineRoute({
    ...refused,
    name: 'billing.topup.config.create',
    path: `${billing}/topup/config`,
    summary: 'Refused: no credit is sold here.',
  }),
  topupConfigGet: defineRoute({
    ...read,
    name: 'billing.topup.config.get',
    path: `${billing}/topup/config`,
    summary: 'When credit is topped up by itself: never.',
    result: noConfig,
  }),
  topupConfigDelete: defineRoute({
    ...remove,
    name: 'billing.topup.config.delete',
    path: `${billing}/topup/config`,
    summary: 'Switches automatic top-ups off; they are.',
  }),
}
