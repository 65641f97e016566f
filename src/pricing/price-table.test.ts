import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { calcPrice, findProvider } from '@pydantic/genai-prices'
import type { ConditionalPrice } from '@pydantic/genai-prices'
import fc from 'fast-check'

import type { Usage } from '../contract/usage.ts'
import { bill } from './bill.ts'
import { createPriceTable, priceSource } from './price-table.ts'

const prices = createPriceTable()
const priceIds = [
  'openai',
  'anthropic',
  'google',
  'cloudflare',
  'groq',
  'mistral',
  'deepseek',
  'openrouter',
  'perplexity',
  'azure',
  'aws',
  'cohere',
  'x-ai',
  'cerebras',
  'fireworks',
  'baseten',
]
const models = priceIds.flatMap((priceId) =>
  (findProvider({ providerId: priceId })?.models ?? []).map(({ id }) => [priceId, id] as const),
)

/** Our usage as the library counts: totals that contain their parts. */
type Counted = Omit<Usage, 'images' | 'searchUnits' | 'characters' | 'audioMs' | 'requestFeeNanoUsd'>
function asTotals(usage: Required<Counted>) {
  const cacheRead = usage.cacheRead + usage.cacheReadAudio
  const cacheWrite = usage.cacheWrite5m + usage.cacheWrite1h
  return {
    input_tokens: usage.input + cacheRead + cacheWrite + usage.inputAudio + usage.inputImage,
    cache_read_tokens: cacheRead,
    cache_audio_read_tokens: usage.cacheReadAudio,
    cache_image_read_tokens: 0,
    cache_write_tokens: cacheWrite,
    cache_write_1h_tokens: usage.cacheWrite1h,
    input_audio_tokens: usage.inputAudio + usage.cacheReadAudio,
    input_image_tokens: usage.inputImage,
    output_tokens: usage.output + usage.outputAudio + usage.outputImage + usage.citations,
    output_citation_tokens: usage.citations,
    output_reasoning_tokens: usage.reasoning,
    output_audio_tokens: usage.outputAudio,
    output_image_tokens: usage.outputImage,
    web_searches: usage.searches,
  }
}

const tokens = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000_000 }), fc.integer({ min: 0, max: 100 }))
const usages = fc
  .record({
    input: tokens,
    cacheRead: tokens,
    cacheReadAudio: tokens,
    cacheWrite5m: tokens,
    cacheWrite1h: tokens,
    inputAudio: tokens,
    inputImage: tokens,
    output: tokens,
    reasoning: tokens,
    outputAudio: tokens,
    outputImage: tokens,
    searches: fc.integer({ min: 0, max: 5 }),
    citations: tokens,
  })
  .map((usage) => ({ ...usage, reasoning: Math.min(usage.reasoning, usage.output) }))

const times = fc.oneof(
  fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2028, 0) }),
  // Whole hours and half hours, where periods begin and end.
  fc.integer({ min: 0, max: 40_000 }).map((halfHours) => Date.UTC(2025, 0) + halfHours * 30 * 60 * 1000),
)

test('every bill is what the library itself calculates, but for the rounding of its lines', () => {
  let compared = 0
  fc.assert(
    fc.property(fc.constantFrom(...models), usages, times, ([priceId, id], usage, atMs) => {
      const expected = calcPrice(asTotals(usage), id, { providerId: priceId, timestamp: new Date(atMs) })
      const model = prices.find(priceId, id)
      // Not every entry is found by its own name.
      assert.equal(model === null, expected === null, `${priceId}/${id}`)
      if (!model || !expected) return
      const { totalNanoUsd, items } = bill(usage, model, atMs)
      if (totalNanoUsd === null) return
      compared++
      // Half a nano-dollar for each line, and the error of the library's floats.
      const tolerance = items.length * 0.5 + totalNanoUsd * 1e-12
      assert.ok(Math.abs(totalNanoUsd - expected.total_price * 1e9) <= tolerance, `${priceId}/${id}`)
    }),
    { numRuns: 3000 },
  )
  assert.ok(compared > 500, `${compared} bills were compared`)
})

/** The times at which a price of a model begins or ends, those of the day on one day. */
function changesOf({ constraint }: ConditionalPrice): number[] {
  if (!constraint) return []
  if (constraint.type === 'start_date') return [Date.parse(constraint.start_date)]
  return [constraint.start_time, constraint.end_time].map((time) => Date.parse(`2026-11-22T${time}`))
}

test('prices change at the very millisecond at which the library changes them', () => {
  const totals = { input_tokens: 1e6, output_tokens: 1e6 }
  let compared = 0
  for (const priceId of priceIds) {
    for (const { id, prices: periods } of findProvider({ providerId: priceId })?.models ?? []) {
      const changes = Array.isArray(periods) ? periods.flatMap(changesOf) : []
      const model = prices.find(priceId, id)
      for (const atMs of changes.flatMap((change) => [change - 1, change])) {
        const expected = calcPrice(totals, id, { providerId: priceId, timestamp: new Date(atMs) })
        const total = model && bill({ input: 1e6, output: 1e6 }, model, atMs).totalNanoUsd
        if (total === null || !expected) continue
        compared++
        assert.equal(total / 1e9, Number(expected.total_price.toFixed(9)), `${id} at ${atMs}`)
      }
    }
  }
  assert.ok(compared > 30, `${compared} bills were compared`)
})

test('a tier begins above its start, counted over all input', () => {
  const model = prices.find('openai', 'gpt-5.5')
  assert.ok(model)
  const rate = (input: number) => bill({ input, cacheRead: 1000 }, model, Date.UTC(2026, 10, 22)).items[0]?.ratePicoUsd
  assert.equal(rate(270_999), 5_000_000)
  assert.equal(rate(271_000), 10_000_000)
})

test('every plain chat with a priced model of the table can be billed', () => {
  const unbilled = models.filter(([priceId, id]) => {
    const model = prices.find(priceId, id)
    return model && bill({ input: 10, output: 10 }, model, Date.UTC(2026, 10, 22)).totalNanoUsd === null
  })
  // Models of speech, documents and embeddings, and those whose price the table does not know.
  assert.ok(unbilled.length < models.length / 10, `${unbilled.length} of ${models.length}: ${unbilled.join(' ')}`)
})

test('the source names the installed version', () => {
  const entry = import.meta.resolve('@pydantic/genai-prices')
  const { version }: { version: string } = JSON.parse(readFileSync(new URL('../package.json', entry), 'utf8'))
  assert.equal(priceSource, `genai-prices@${version}`)
})

test('a model is looked up once, and never under an endless name', () => {
  const table = createPriceTable()
  assert.equal(table.find('openai', 'gpt-4o'), table.find('openai', 'gpt-4o'))
  assert.equal(table.find('openai', `gpt-4o${'x'.repeat(300)}`), null)
  assert.equal(table.find('no-such-provider', 'gpt-4o'), null)
})
