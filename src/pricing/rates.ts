import type { ModelPrice } from '@pydantic/genai-prices'

import type { CostItem } from '../contract/cost.ts'
import { scaleExactly } from './money.ts'

export type Unit = CostItem['unit']

/** A rate, possibly higher for calls with much input: the last tier whose `above` the call's input exceeds applies. */
export interface Rate {
  /** 1e-12 USD for one unit; null where the table's price is not a whole number of them. */
  picoUsd: number | null
  tiers: readonly { above: number; picoUsd: number | null }[]
}

/** What one model's units cost at one time. */
export interface RateCard {
  rates: ReadonlyMap<Unit, Rate>
  /** Prices for things that answers do not tell, or that no format reads; a bill without them would be too low. */
  unread: readonly string[]
}

const pico = 1e12
const perMillion = pico / 1e6
const perThousand = pico / 1e3

/**
 * The price keys of each unit, the first that a model has applies. A unit without a price of its own is priced as the
 * wider unit that contains it, which is how the table means its prices: cached input as input, audio as text.
 */
const priceKeys: Readonly<Record<Unit, readonly string[]>> = {
  input: ['input_mtok'],
  cacheRead: ['cache_read_mtok', 'input_mtok'],
  cacheReadAudio: ['cache_audio_read_mtok', 'cache_read_mtok', 'input_audio_mtok', 'input_mtok'],
  cacheWrite5m: ['cache_write_5m_mtok', 'cache_write_mtok', 'input_mtok'],
  cacheWrite1h: ['cache_write_1h_mtok', 'cache_write_mtok', 'input_mtok'],
  inputAudio: ['input_audio_mtok', 'input_mtok'],
  inputImage: ['input_image_mtok', 'input_mtok'],
  output: ['output_mtok'],
  // Without a price of its own it stays in `output`.
  reasoning: ['output_reasoning_mtok'],
  outputAudio: ['output_audio_mtok', 'output_mtok'],
  outputImage: ['output_image_mtok', 'output_mtok'],
  images: [],
  searches: ['web_searches_kcount'],
  citations: ['output_citation_mtok'],
  searchUnits: [],
  characters: [],
  audioMs: [],
  requests: ['requests_kcount'],
}

/** Prices of side uses that only few calls make and no answer counts; they do not make a model's price unknown. */
const sideUses = new Set(['storage_searches_kcount', 'cache_image_read_mtok'])

const known = new Set(Object.values(priceKeys).flat())

/** The table's prices of one model as integers per unit. */
export function compileRates(prices: ModelPrice): RateCard {
  const rates = new Map<Unit, Rate>()
  for (const [unit, keys] of Object.entries(priceKeys)) {
    const key = keys.find((candidate) => prices[candidate] !== undefined)
    const price = key === undefined ? undefined : prices[key]
    // Object.entries forgets the key type that the table above has.
    if (price !== undefined)
      rates.set(unit as Unit, compileRate(price, key?.endsWith('_kcount') ? perThousand : perMillion))
  }
  return { rates, unread: Object.keys(prices).filter((key) => !known.has(key) && !sideUses.has(key)) }
}

function compileRate(price: NonNullable<ModelPrice[string]>, scale: number): Rate {
  if (typeof price === 'number') return { picoUsd: scaleExactly(price, scale), tiers: [] }
  const tiers = price.tiers.map((tier) => ({ above: tier.start, picoUsd: scaleExactly(tier.price, scale) }))
  return { picoUsd: scaleExactly(price.base, scale), tiers: tiers.toSorted((a, b) => a.above - b.above) }
}

/** The rate for a call with this many input tokens; null where it is not exact. */
export function rateFor(rate: Rate, inputTokens: number): number | null {
  const tier = rate.tiers.findLast(({ above }) => inputTokens > above) ?? rate
  return tier.picoUsd
}
