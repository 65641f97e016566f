import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Management, openManagement } from './open.ts'

describe('management: billing', () => {
  let api: Management
  before(async () => {
    api = await openManagement()
  })
  after(() => api.close())

  it('nothing is owed, and nothing was ever bought', async () => {
    const noConfig = { amount: null, threshold: null, disabledReason: null, error: null, lastFailedAt: null }
    const answers = {
      'credit-balance': {
        balance: 0,
        has_default_payment_method: false,
        payment_method: null,
        topup_config: noConfig,
        first_topup_success: false,
      },
      'invoice-history?type=manual': {
        invoices: [],
        pagination: { has_more: false, page: 1, per_page: 20, total_count: 0 },
      },
      'invoice-preview': {
        id: 'upcoming',
        amount_due: 0,
        amount_paid: 0,
        amount_remaining: 0,
        currency: 'usd',
        status: 'draft',
        period_start: Date.UTC(2026, 2) / 1000,
        period_end: Date.UTC(2026, 3) / 1000,
        invoice_lines: [],
      },
      'usage-history?value_grouping_window=hour&start_time=1&end_time=2': { history: [] },
      'spending-limit': { enabled: false, config: { amount: null, duration: null, strategy: null } },
      'topup/limits': { currency: 'usd', min_cents: 0, max_cents: 0 },
      'topup/config': noConfig,
    }
    for (const [path, result] of Object.entries(answers)) {
      const answer = await api.call('GET', `billing/${path}`)
      assert.equal(answer.status, 200, path)
      assert.deepEqual(answer.result, result, path)
    }
  })

  it('spending is refused with a reason, whatever is asked', async () => {
    for (const [path, reason] of [
      ['topup', /no credit is sold/],
      ['topup/config', /no credit is sold/],
      ['spending-limit', /spending limits are deprecated/],
    ] as const) {
      for (const body of [{ amount: 5000, threshold: 500 }, {}, undefined]) {
        const answer = await api.call('POST', `billing/${path}`, body)
        assert.deepEqual([answer.status, answer.body.success, answer.result], [403, false, null], path)
        assert.match(answer.body.errors[0]?.message ?? '', reason)
      }
    }
  })

  it('what is not there may be removed, and is not found', async () => {
    for (const path of ['spending-limit', 'topup/config']) {
      assert.deepEqual((await api.call('DELETE', `billing/${path}`)).result, {})
    }
    const { status, body } = await api.call('POST', 'billing/topup/status', { payment_intent_id: 'pi_1' })
    assert.deepEqual([status, body.errors[0]?.code], [404, 1000])
    assert.match(body.errors[0]?.message ?? '', /NO_MANUAL_TOPUP.*pi_1/)
  })

  it('a grouping that is missing or unknown is refused', async () => {
    for (const query of ['', 'value_grouping_window=week', 'value_grouping_window=day&start_time=soon']) {
      const { status, body } = await api.call('GET', `billing/usage-history?${query}`)
      assert.deepEqual([status, body.errors[0]?.code], [400, 7001], query)
    }
    assert.equal((await api.call('GET', 'billing/invoice-history?type=some')).status, 400)
  })
})
