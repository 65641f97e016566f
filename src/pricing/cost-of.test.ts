import assert from 'node:assert/strict'
import { test } from 'node:test'

import { costOf } from './cost-of.ts'
import type { PricedRequest } from './cost-of.ts'
import { createPriceTable } from './price-table.ts'

const prices = createPriceTable()
const atMs = Date.UTC(2026, 10, 22, 12)

function cost(request: Partial<PricedRequest>) {
  return costOf(prices, {
    priceId: 'openai',
    requestedModel: 'gpt-4o-mini',
    answeredModel: null,
    usage: { input: 93, cacheRead: 1024, output: 46 },
    pricing: 'priced',
    atMs,
    ...request,
  })
}

test('a chat is billed in line items whose sum is the total', () => {
  assert.deepEqual(cost({}), {
    totalNanoUsd: 13_950 + 76_800 + 27_600,
    items: [
      { unit: 'input', quantity: 93, ratePicoUsd: 150_000, amountNanoUsd: 13_950 },
      { unit: 'cacheRead', quantity: 1024, ratePicoUsd: 75_000, amountNanoUsd: 76_800 },
      { unit: 'output', quantity: 46, ratePicoUsd: 600_000, amountNanoUsd: 27_600 },
    ],
    source: 'genai-prices@0.1.8',
    entry: 'openai/gpt-4o-mini',
  })
})

test('the model that answered is priced, and the requested one where that is not known', () => {
  assert.equal(cost({ answeredModel: 'gpt-4o-2024-08-06' }).entry, 'openai/gpt-4o')
  assert.equal(cost({ answeredModel: 'no-such-model' }).entry, 'openai/gpt-4o-mini')
})

test('models of every provider are found by the names that their answers use', () => {
  const entry = (priceId: string, requestedModel: string) => cost({ priceId, requestedModel }).entry
  assert.equal(entry('cloudflare', '@cf/meta/llama-3.1-8b-instruct'), 'cloudflare/@cf/meta/llama-3.1-8b-instruct')
  assert.equal(entry('openrouter', 'openai/gpt-4o-mini'), 'openrouter/openai/gpt-4o-mini')
  assert.equal(entry('anthropic', 'claude-sonnet-4-5-20250929'), 'anthropic/claude-sonnet-4-5')
  assert.equal(entry('google', 'gemini-2.5-flash'), 'google/gemini-2.5-flash')
})

test('cache writes of one hour have their own price', () => {
  const usage = { cacheWrite5m: 1000, cacheWrite1h: 1000 }
  const { items } = cost({ priceId: 'anthropic', requestedModel: 'claude-sonnet-4-5', usage })
  assert.deepEqual(
    items.map(({ unit, ratePicoUsd }) => [unit, ratePicoUsd]),
    [
      ['cacheWrite5m', 3_750_000],
      ['cacheWrite1h', 6_000_000],
    ],
  )
})

test('what is not known is null with a reason, never 0', () => {
  const cases: [Partial<PricedRequest>, RegExp][] = [
    [{ requestedModel: 'no-such-model' }, /no price for the model no-such-model/],
    [{ requestedModel: null }, /names a model/],
    [{ priceId: null }, /no prices for this provider/],
    [{ usage: null }, /reports no usage/],
    [{ pricing: 'unpriceable', requestedModel: null }, /no price that an answer could tell/],
    [{ usage: { input: 5, images: 2 } }, /images/],
    [{ usage: { characters: 5 } }, /characters/],
    [{ usage: { audioMs: 5 } }, /audioMs/],
    [{ priceId: 'cohere', requestedModel: 'command-a', usage: { searchUnits: 1 } }, /searchUnits/],
    [{ priceId: 'x-ai', requestedModel: 'grok-voice-latest' }, /audio_hours/],
    [{ priceId: 'google', requestedModel: 'gemma-3' }, /input, cacheRead, output/],
    [{ usage: { output: Number.MAX_SAFE_INTEGER } }, /too large/],
    [
      { priceId: 'openrouter', requestedModel: 'google/gemini-2.5-flash-lite', usage: { cacheWrite5m: 1 } },
      /cacheWrite5m/,
    ],
  ]
  for (const [request, reason] of cases) {
    const unknown = cost(request)
    assert.equal(unknown.totalNanoUsd, null, String(reason))
    assert.match(unknown.unknown ?? '', reason)
  }
})

test('an endpoint that costs nothing costs 0, and so does a free model', () => {
  assert.equal(cost({ pricing: 'free', usage: null, requestedModel: null }).totalNanoUsd, 0)
  assert.deepEqual(cost({ priceId: 'openrouter', requestedModel: 'deepseek/deepseek-r1:free' }).totalNanoUsd, 0)
})

test('a price per request is one line', () => {
  const { items } = cost({ priceId: 'perplexity', requestedModel: 'sonar-pro', usage: { input: 10 } })
  assert.deepEqual(items.at(-1), { unit: 'requests', quantity: 1, ratePicoUsd: 14e9, amountNanoUsd: 14e6 })
})

test('a fee that the answer tells takes the place of the table’s price per request', () => {
  const usage = { input: 10, requestFeeNanoUsd: 6_000_000 }
  const { items, totalNanoUsd } = cost({ priceId: 'perplexity', requestedModel: 'sonar-pro', usage })
  assert.deepEqual(items.at(-1), { unit: 'requests', quantity: 1, ratePicoUsd: 6e9, amountNanoUsd: 6e6 })
  assert.equal(totalNanoUsd, 30_000 + 6_000_000)
  const free = cost({ priceId: 'perplexity', requestedModel: 'sonar-pro', usage: { input: 10, requestFeeNanoUsd: 0 } })
  assert.equal(free.totalNanoUsd, 30_000)
})

test('research is billed with its reasoning, its citations and its searches apart', () => {
  const usage = { input: 1000, output: 3000, reasoning: 2000, citations: 4000, searches: 3 }
  const { items, totalNanoUsd } = cost({ priceId: 'perplexity', requestedModel: 'sonar-deep-research', usage })
  assert.deepEqual(
    items.map(({ unit, quantity, amountNanoUsd }) => [unit, quantity, amountNanoUsd]),
    [
      ['input', 1000, 2_000_000],
      ['output', 1000, 8_000_000],
      ['reasoning', 2000, 6_000_000],
      ['searches', 3, 15_000_000],
      ['citations', 4000, 8_000_000],
    ],
  )
  assert.equal(totalNanoUsd, 39_000_000)
})

test('models of the newer providers are found by the names that their answers and paths use', () => {
  const entry = (priceId: string, requestedModel: string) => cost({ priceId, requestedModel }).entry
  assert.equal(entry('azure', 'gpt-4o-2024-08-06'), 'azure/gpt-4o')
  assert.equal(
    entry('aws', 'us.anthropic.claude-3-5-haiku-20241022-v1:0'),
    'aws/regional.anthropic.claude-3-5-haiku-20241022-v1:0',
  )
  assert.equal(
    entry('aws', 'arn:aws:bedrock:us-east-1:1:inference-profile/us.amazon.nova-pro-v1:0'),
    'aws/amazon.nova-pro-v1:0',
  )
  assert.equal(entry('google', 'claude-sonnet-4-5@20250929'), 'google/claude-sonnet-4-5')
  assert.equal(entry('x-ai', 'grok-4-0709'), 'x-ai/grok-4-0709')
  assert.equal(entry('cohere', 'command-a-03-2025'), 'cohere/command-a')
  assert.equal(entry('cerebras', 'gpt-oss-120b'), 'cerebras/gpt-oss-120b')
  assert.equal(entry('fireworks', 'accounts/fireworks/models/gpt-oss-20b'), 'fireworks/gpt-oss-20b')
})

test('a chat with xAI costs what xAI itself says that it did', () => {
  // Reported for these tokens as `cost_in_usd_ticks: 1466250`, in 1e-10 USD, in February 2026.
  const usage = { input: 1, cacheRead: 11, output: 291, reasoning: 290 }
  assert.equal(cost({ priceId: 'x-ai', requestedModel: 'grok-3-mini', usage }).totalNanoUsd, 146_625)
})
