import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Cloudflare from 'cloudflare'
import CloudflareFour from 'cloudflare-4'
import type { Account } from 'cloudflare/resources/accounts/accounts'
import type {
  BillingCreditBalanceResponse,
  BillingInvoiceHistoryResponse,
  BillingInvoicePreviewResponse,
  BillingUsageHistoryResponse,
  SpendingLimitGetResponse,
} from 'cloudflare/resources/ai-gateway/billing'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all } from './journey.ts'

// What belongs to an account rather than to one of its gateways. Whole answers are compared with values that the
// compiler holds against the client's own types.
describe('the cloudflare clients, on an account', () => {
  let tollgate: TestTollgate
  let client: Cloudflare
  const account = { account_id: 'acme' }
  before(async () => {
    tollgate = await startForTest()
    client = new Cloudflare({
      apiToken: tollgate.adminToken,
      baseURL: `${tollgate.url}/client/v4`,
      maxRetries: 0,
    })
    await client.post('/accounts/acme/ai-gateway/gateways', { body: { id: 'g' } })
  })
  after(() => tollgate.close())

  it('find their account', async () => {
    const [found, ...others] = await all(client.accounts.list({ per_page: 1 }))
    assert.deepEqual(others, [])
    assert.ok(found?.created_on)
    assert.deepEqual(found, {
      id: 'acme',
      name: 'acme',
      type: 'standard',
      created_on: found.created_on,
      settings: { enforce_twofactor: false },
    } satisfies Account)
    assert.deepEqual(await client.accounts.get(account), found)
    assert.deepEqual(await all(client.accounts.list({ name: 'other', direction: 'desc' })), [])
  })

  it('see the evaluation types, over several pages', async () => {
    const options = { apiToken: tollgate.adminToken, baseURL: `${tollgate.url}/client/v4`, maxRetries: 0 }
    const query = { ...account, per_page: 5, order_by: 'name', order_by_direction: 'asc' } as const
    const seen = await all(client.aiGateway.evaluationTypes.list(query))
    assert.equal(seen.length, 13)
    assert.deepEqual(await all(new CloudflareFour(options).aiGateway.evaluationTypes.list(query)), seen)
    for (const { id, created_at, modified_at, ...rest } of seen) {
      assert.deepEqual(Object.keys(rest).toSorted(), ['description', 'enable', 'mandatory', 'name', 'settings', 'type'])
      assert.equal(new Date(created_at).toISOString(), modified_at)
      assert.equal(rest.name, id)
    }
  })

  it('read a bill of nothing', async () => {
    const { billing } = client.aiGateway
    assert.deepEqual(await billing.creditBalance(account), {
      balance: 0,
      has_default_payment_method: false,
      payment_method: null,
      topup_config: { amount: null, threshold: null, disabledReason: null, error: null, lastFailedAt: null },
      first_topup_success: false,
    } satisfies BillingCreditBalanceResponse)
    assert.deepEqual(await billing.invoiceHistory({ ...account, type: 'all' }), {
      invoices: [],
      pagination: { has_more: false, page: 1, per_page: 20, total_count: 0 },
    } satisfies BillingInvoiceHistoryResponse)
    const { period_start, period_end, ...preview } = await billing.invoicePreview(account)
    assert.ok(period_start * 1000 <= Date.now() && Date.now() < period_end * 1000)
    assert.deepEqual(preview, {
      id: 'upcoming',
      amount_due: 0,
      amount_paid: 0,
      amount_remaining: 0,
      currency: 'usd',
      invoice_lines: [],
      status: 'draft',
    } satisfies Omit<BillingInvoicePreviewResponse, 'period_start' | 'period_end'>)
    const used = await billing.usageHistory({ ...account, value_grouping_window: 'day', start_time: 1, end_time: null })
    assert.deepEqual(used, { history: [] } satisfies BillingUsageHistoryResponse)
    assert.deepEqual(await billing.spendingLimit.get(account), {
      enabled: false,
      config: { amount: null, duration: null, strategy: null },
    } satisfies SpendingLimitGetResponse)
    assert.deepEqual((await billing.topup.config.get(account)).amount, null)
    assert.deepEqual(await billing.topup.config.delete(account), {})
    assert.deepEqual(await billing.spendingLimit.delete(account), {})
  })

  it('cannot spend money', async () => {
    const { topup, spendingLimit } = client.aiGateway.billing
    for (const call of [
      () => topup.create({ ...account, amount: 1000 }),
      () => topup.config.create({ ...account, amount: 1000, threshold: 500 }),
      () => spendingLimit.create({ ...account, amount: 100, duration: 'daily', strategy: 'fixed' }),
    ]) {
      await assert.rejects(call(), Cloudflare.PermissionDeniedError)
    }
    await assert.rejects(topup.status({ ...account, payment_intent_id: 'in_1' }), Cloudflare.NotFoundError)
  })
})
