import type { Cost } from '../contract/cost.ts'
import type { Usage } from '../contract/usage.ts'
import { bill } from './bill.ts'
import type { PriceTable, PricedModel } from './price-table.ts'

/** An answered request as far as its cost depends on it. */
export interface PricedRequest {
  /** The provider's id in the price table, null where it has none. */
  priceId: string | null
  requestedModel: string | null
  /** The model that the answer names; it is looked up first. */
  answeredModel: string | null
  usage: Usage | null
  /** How the endpoint is priced: see `Format.pricing`. */
  pricing: 'priced' | 'free' | 'unpriceable'
  /** When it was answered, UTC ms. */
  atMs: number
}

/** What a request cost. What is not known is said, never guessed. Never throws. */
export function costOf(prices: PriceTable, request: PricedRequest): Cost {
  const { source } = prices
  if (request.pricing === 'free') return { totalNanoUsd: 0, items: [], source, entry: null }
  if (request.pricing === 'unpriceable')
    return unpriced(source, null, 'this endpoint has no price that an answer could tell')
  const model = findModel(prices, request)
  if (!model) return unpriced(source, null, whyNoModel(request))
  if (!request.usage) return unpriced(source, model.entry, 'the answer reports no usage')
  return bill(request.usage, model, request.atMs)
}

function findModel(prices: PriceTable, { priceId, answeredModel, requestedModel }: PricedRequest): PricedModel | null {
  if (priceId === null) return null
  const answered = answeredModel === null ? null : prices.find(priceId, answeredModel)
  if (answered || requestedModel === null) return answered
  return prices.find(priceId, requestedModel)
}

function whyNoModel({ priceId, answeredModel, requestedModel }: PricedRequest): string {
  const model = answeredModel ?? requestedModel
  if (model === null) return 'neither request nor answer names a model'
  if (priceId === null) return 'there are no prices for this provider'
  return `there is no price for the model ${model.slice(0, 100)}`
}

function unpriced(source: string, entry: string | null, unknown: string): Cost {
  return { totalNanoUsd: null, items: [], source, entry, unknown }
}
