import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProviderCostBody } from '../contract/provider-costs.ts'
import type { Usage } from '../contract/usage.ts'
import { costOf } from './cost-of.ts'
import { createCustomPrices } from './custom-costs.ts'

const cost = (model: string, more: Partial<ProviderCostBody> = {}): ProviderCostBody => ({
  model,
  model_rule: 'equals',
  cost_type: 'tokens',
  enable: true,
  cost_in: 1,
  ...more,
})

function priced(costs: readonly ProviderCostBody[], requestedModel: string, usage: Usage = { input: 1 }) {
  const prices = createCustomPrices('custom-x', costs)
  if (!prices) return null
  return costOf(prices, { priceId: 'custom-x', requestedModel, answeredModel: null, usage, pricing: 'priced', atMs: 0 })
}

test('the most exact rule counts, then the longest, then the newest', () => {
  const contains = cost('qwen', { model_rule: 'contains' })
  const short = cost('q', { model_rule: 'starts-with' })
  const long = cost('qwen', { model_rule: 'starts-with' })
  const older = cost('qwen', { model_rule: 'starts-with', cost_in: 2 })
  const equals = cost('qwen3')
  const entry = (costs: ProviderCostBody[], model = 'qwen3') => priced(costs, model)?.entry
  assert.equal(entry([contains, short]), 'custom-x/q (starts-with)')
  assert.equal(entry([contains, short, long, equals]), 'custom-x/qwen3')
  assert.equal(entry([short, long]), 'custom-x/qwen (starts-with)')
  assert.equal(priced([long, older], 'qwen3')?.totalNanoUsd, 1e9)
  assert.equal(entry([contains], 'my-qwen'), 'custom-x/qwen (contains)')
  assert.equal(entry([long], 'my-qwen'), null)
})

test('a disabled rule, and one of another type, price nothing', () => {
  assert.equal(priced([cost('m', { enable: false }), cost('m', { cost_type: 'requests' })], 'm'), null)
})

test('what has no price of its own costs what the wider unit costs, and what has none at all is not known', () => {
  const usage: Usage = { input: 1, cacheRead: 1, cacheWrite5m: 1, inputAudio: 1, output: 2, reasoning: 1 }
  const amounts = (more: Partial<ProviderCostBody>) => {
    const got = priced([cost('m', more)], 'm', usage)
    return [got?.totalNanoUsd, ...(got?.items ?? []).map(({ unit, amountNanoUsd }) => `${unit} ${amountNanoUsd / 1e9}`)]
  }
  assert.deepEqual(amounts({ cost_in: 1, cost_out: 2 }).slice(0, 1), [8e9])
  assert.deepEqual(
    amounts({
      cost_in: 1,
      cost_out: 2,
      token_pricing: { input_cached_tokens: 0.5, input_audio_tokens: 3, output_reasoning_tokens: 4 },
    }),
    [11.5e9, 'input 1', 'cacheRead 0.5', 'cacheWrite5m 1', 'inputAudio 3', 'output 2', 'reasoning 4'],
  )
  assert.deepEqual(amounts({ cost_in: 0, token_pricing: { total_tokens: 3 } }).slice(0, 1), [6e9])
  assert.equal(amounts({ cost_in: 1 })[0], null)
  const images = { model_rule: 'equals' as const, cost_in: 0, token_pricing: { output_image_count: 0.04 } }
  assert.equal(priced([cost('m', images)], 'm', { images: 3 })?.totalNanoUsd, 120_000_000)
})

test('a price that is no whole number of 1e-12 USD is not rounded: the cost is not known, and says why', () => {
  const got = priced([cost('m', { cost_in: 1e-13 })], 'm')
  assert.equal(got?.totalNanoUsd, null)
  assert.match(got.unknown ?? '', /no usable price for: input/)
  assert.equal(got.source, 'custom')
})
