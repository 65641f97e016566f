import type { Cost, CostItem } from '../contract/cost.ts'
import { tokensIn } from '../contract/usage.ts'
import type { Usage } from '../contract/usage.ts'
import { multiplyHalfEven } from './money.ts'
import type { PricedModel } from './price-table.ts'
import { rateFor } from './rates.ts'
import type { RateCard, Unit } from './rates.ts'

/** The units of a usage in the order in which a cost lists them. */
const units = [
  'input',
  'cacheRead',
  'cacheReadAudio',
  'cacheWrite5m',
  'cacheWrite1h',
  'inputAudio',
  'inputImage',
  'output',
  'reasoning',
  'outputAudio',
  'outputImage',
  'images',
  'searches',
  'citations',
  'searchUnits',
  'characters',
  'audioMs',
] as const satisfies readonly (keyof Usage)[]

/**
 * What a usage costs by a model's prices at a time (UTC ms): one line item per unit used, each rounded half to even
 * once, and their sum. Where something that was used has no known price the sum is null and `unknown` names it.
 */
export function bill(usage: Usage, model: PricedModel, atMs: number): Cost {
  const card = model.ratesAt(atMs)
  const inputTokens = tokensIn(usage)
  const items: CostItem[] = []
  const missing = [...card.unread]
  let totalNanoUsd = 0

  for (const unit of units) {
    const quantity = quantityOf(unit, usage, card)
    if (quantity > 0 && !model.isFree) add(unit, quantity)
  }
  const fee = usage.requestFeeNanoUsd
  if (fee !== undefined) addAmount('requests', 1, fee * 1000, fee)
  else if (card.rates.has('requests')) add('requests', 1)

  const cost = { items, source: model.source, entry: model.entry }
  if (missing.length > 0) {
    return { totalNanoUsd: null, ...cost, unknown: `${model.entry} has no usable price for: ${missing.join(', ')}` }
  }
  if (!Number.isSafeInteger(totalNanoUsd)) {
    return { totalNanoUsd: null, ...cost, unknown: 'the amount is too large to be exact' }
  }
  return { totalNanoUsd, ...cost }

  function add(unit: Unit, quantity: number): void {
    const rate = card.rates.get(unit)
    const ratePicoUsd = rate ? rateFor(rate, inputTokens) : null
    if (ratePicoUsd === null) {
      missing.push(unit)
      return
    }
    addAmount(unit, quantity, ratePicoUsd, multiplyHalfEven(quantity, ratePicoUsd))
  }

  function addAmount(unit: Unit, quantity: number, ratePicoUsd: number, amountNanoUsd: number): void {
    items.push({ unit, quantity, ratePicoUsd, amountNanoUsd })
    totalNanoUsd += amountNanoUsd
  }
}

/** Reasoning is a part of the output: where it has its own price it is taken out, else it is not counted again. */
function quantityOf(unit: keyof Usage, usage: Usage, card: RateCard): number {
  const quantity = usage[unit] ?? 0
  if (unit !== 'reasoning' && unit !== 'output') return quantity
  if (!card.rates.has('reasoning')) return unit === 'output' ? quantity : 0
  const reasoning = Math.min(usage.reasoning ?? 0, usage.output ?? 0)
  return unit === 'output' ? quantity - reasoning : reasoning
}
