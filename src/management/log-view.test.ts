import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { logDetailSchema, logItemSchema } from '../contract/logs.ts'
import type { LogRow } from '../store/store.ts'
import { nanoToUsd, presentLog, presentLogDetail } from './log-view.ts'

const row: LogRow = {
  id: '01956f3e-0000-7000-8000-000000000001',
  gateway: 1,
  startedMs: Date.UTC(2026, 2, 1),
  durationMs: 812,
  firstByteMs: 310,
  method: 'POST',
  provider: 'openai',
  model: 'gpt-4o-mini',
  modelType: 'chat',
  path: 'v1/chat/completions',
  status: 200,
  outcome: 'complete',
  success: true,
  cached: false,
  isStream: false,
  step: 0,
  eventId: 'event',
  userAgent: null,
  authenticated: false,
  requestType: null,
  requestContentType: 'application/json',
  responseContentType: 'application/json',
  requestSize: 15,
  responseSize: 14,
  requestTruncated: false,
  responseTruncated: false,
  metadata: { team: 'red' },
  saved: null,
  usage: { input: 100, cacheRead: 23, output: 55, reasoning: 5 },
  cost: {
    totalNanoUsd: 51_450,
    items: [{ unit: 'input', quantity: 123, ratePicoUsd: 150_000, amountNanoUsd: 18_450 }],
    source: 'a table',
    entry: 'openai/gpt-4o-mini',
  },
  error: null,
  feedback: null,
  score: null,
  requestHead: '{}',
  requestHeadComplete: true,
  responseHead: null,
  responseHeadComplete: false,
}

it('money is shown with at most nine decimals, and back in nano USD it is the same', () => {
  assert.equal(nanoToUsd(51_450), 0.00005145)
  fc.assert(
    fc.property(fc.nat({ max: 1e14 }), (nano) => {
      assert.ok(Math.round(nanoToUsd(nano) * 1e9) === nano)
      assert.ok(`${nanoToUsd(nano).toFixed(9)}` === (nano / 1e9).toFixed(9))
      assert.equal(Number(nanoToUsd(nano).toFixed(9)), nanoToUsd(nano))
    }),
  )
})

it('a row has the members of the contract, under both sets of names', () => {
  const item = presentLog(row)
  assert.deepEqual(logItemSchema.parse(item), item)
  assert.equal(item.timestamp, '2026-03-01T00:00:00.000Z')
  assert.equal(item.created_at, item.timestamp)
  assert.deepEqual([item.duration, item.duration_ms], [812, 812])
  assert.deepEqual([item.tokens_in, item.tokens_out, item.cost], [123, 55, 0.00005145])
  assert.deepEqual(item.metadata, { team: 'red' })
})

it('the detail tells where the cost comes from', () => {
  const detail = presentLogDetail(row)
  assert.deepEqual(logDetailSchema.parse(detail), detail)
  assert.deepEqual(detail.cost_detail, {
    items: [{ unit: 'input', quantity: 123, rate_usd_per_million: 0.15, amount_usd: 0.00001845 }],
    source: 'a table',
    entry: 'openai/gpt-4o-mini',
    unknown: null,
  })
})

it('what is not known is null, never 0', () => {
  const cost = { totalNanoUsd: null, items: [], source: 'a table', entry: null, unknown: 'no price for x' }
  const detail = presentLogDetail({ ...row, usage: null, cost })
  assert.deepEqual([detail.tokens_in, detail.tokens_out, detail.usage_metadata, detail.cost], [null, null, null, null])
  assert.equal(detail.cost_detail?.unknown, 'no price for x')
})
