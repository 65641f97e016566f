import type { billingRoutes } from '../contract/billing.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { ManagementDeps } from './deps.ts'
import type { Handlers } from './routes.ts'

const noConfig = { amount: null, threshold: null, disabledReason: null, error: null, lastFailedAt: null }

export function createBillingHandlers({ clock }: Pick<ManagementDeps, 'clock'>): Handlers<typeof billingRoutes> {
  return {
    async creditBalance() {
      const result = {
        balance: 0 as const,
        has_default_payment_method: false as const,
        payment_method: null,
        topup_config: noConfig,
        first_topup_success: false as const,
      }
      return { result }
    },
    async invoiceHistory() {
      return { result: { invoices: [], pagination: { has_more: false, page: 1, per_page: 20, total_count: 0 } } }
    },
    async invoicePreview() {
      const amounts = { amount_due: 0, amount_paid: 0, amount_remaining: 0 } as const
      return {
        result: {
          ...amounts,
          id: 'upcoming',
          currency: 'usd',
          status: 'draft',
          ...monthAround(clock.nowMs()),
          invoice_lines: [],
        },
      }
    },
    async usageHistory() {
      return { result: { history: [] } }
    },
    async spendingLimitCreate() {
      throw refusal('AI Gateway spending limits are deprecated', 'Set `spend_limits` of a gateway instead.')
    },
    async spendingLimitGet() {
      return { result: { enabled: false, config: { amount: null, duration: null, strategy: null } } }
    },
    async spendingLimitDelete() {
      return { result: {} }
    },
    async topupCreate() {
      throw refusal('Top-ups are not possible', 'Providers are paid with your own keys.')
    },
    async topupStatus({ body }) {
      throw new GatewayError('topup_unknown', `NO_MANUAL_TOPUP: there is no top-up ${body.payment_intent_id}.`)
    },
    async topupLimits() {
      return { result: { currency: 'usd', min_cents: 0, max_cents: 0 } }
    },
    async topupConfigCreate() {
      throw refusal('Automatic top-ups are not possible', 'Providers are paid with your own keys.')
    },
    async topupConfigGet() {
      return { result: noConfig }
    },
    async topupConfigDelete() {
      return { result: {} }
    },
  }
}

function refusal(what: string, instead: string): GatewayError {
  return new GatewayError('forbidden', `${what}: this is your own gateway, no credit is sold here. ${instead}`)
}

/** The UTC month of a time, in seconds. */
function monthAround(nowMs: number): { period_start: number; period_end: number } {
  const now = new Date(nowMs)
  const startOf = (month: number): number => Date.UTC(now.getUTCFullYear(), month) / 1000
  return { period_start: startOf(now.getUTCMonth()), period_end: startOf(now.getUTCMonth() + 1) }
}
