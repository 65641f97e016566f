import { calcPrice } from '@pydantic/genai-prices'
import type { ConditionalPrice, ModelInfo } from '@pydantic/genai-prices'

import { compileRates } from './rates.ts'
import type { RateCard } from './rates.ts'

/** The table and its version, as a cost names its source. A test holds it to the installed package. */
export const priceSource = 'genai-prices@0.1.8'

/** One model of the table. */
export interface PricedModel {
  /** See `PriceTable.source`. */
  source: string
  /** Provider and model in the table: `openai/gpt-4o-mini`. */
  entry: string
  /** The table says that it costs nothing, by name and by having no prices. No prices alone mean unknown ones. */
  isFree: boolean
  /** The rates at a time (UTC ms): prices change at dates, and a few by the time of day. */
  ratesAt(atMs: number): RateCard
}

export interface PriceTable {
  /** The table and its version, as a cost names where its rates come from. */
  source: string
  /** The model's prices at the provider with this id in the table; null where the table does not know it. */
  find(priceId: string, model: string): PricedModel | null
}

/** Clients choose model names: no more of them are remembered, and no longer ones looked up. */
const mostModels = 2000
const longestModel = 256

/**
 * The prices that come with https://github.com/pydantic/genai-prices, found by its own rules for model names. What
 * was found is remembered, because looking through the table takes long.
 */
export function createPriceTable(): PriceTable {
  const byProvider = new Map<string, Map<string, PricedModel | null>>()

  return {
    source: priceSource,
    find(priceId, model) {
      if (model.length > longestModel) return null
      let models = byProvider.get(priceId)
      if (!models) byProvider.set(priceId, (models = new Map()))
      const remembered = models.get(model)
      if (remembered !== undefined) return remembered
      const found = lookUp(priceId, model)
      if (models.size >= mostModels) models.clear()
      models.set(model, found)
      return found
    },
  }
}

function lookUp(priceId: string, model: string): PricedModel | null {
  // Pricing an empty usage is the library's only way to tell which of its entries a name means.
  const found = calcPrice({}, model, { providerId: priceId })
  if (!found) return null
  return {
    source: priceSource,
    entry: `${found.provider.id}/${found.model.id}`,
    isFree: found.model.id.endsWith(':free') && Object.keys(found.model.prices).length === 0,
    ratesAt: compilePrices(found.model),
  }
}

function compilePrices({ prices }: ModelInfo): (atMs: number) => RateCard {
  if (!Array.isArray(prices)) {
    const card = compileRates(prices)
    return () => card
  }
  const periods = prices.map((price) => ({ applies: compileConstraint(price), card: compileRates(price.prices) }))
  const first = periods[0]?.card ?? compileRates({})
  // The last period that applies wins; where none does, the first stands.
  return (atMs) => periods.findLast(({ applies }) => applies(atMs))?.card ?? first
}

const dayMs = 24 * 60 * 60 * 1000

function compileConstraint({ constraint }: ConditionalPrice): (atMs: number) => boolean {
  if (!constraint) return () => true
  if (constraint.type === 'start_date') {
    const startMs = Date.parse(constraint.start_date)
    return (atMs) => atMs >= startMs
  }
  const startMs = timeOfDayMs(constraint.start_time)
  const endMs = timeOfDayMs(constraint.end_time)
  return (atMs) => {
    const nowMs = atMs % dayMs
    return endMs < startMs ? nowMs >= startMs || nowMs < endMs : nowMs >= startMs && nowMs < endMs
  }
}

/** `16:30:00Z` or `18:30:00+02:00` as milliseconds of the UTC day. */
function timeOfDayMs(time: string): number {
  return (Date.parse(`1970-01-02T${time}`) + dayMs) % dayMs
}
