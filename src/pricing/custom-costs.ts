import type { ProviderCostBody } from '../contract/provider-costs.ts'
import { scaleExactly } from './money.ts'
import type { PricedModel, PriceTable } from './price-table.ts'
import type { Rate, RateCard, Unit } from './rates.ts'

/** What a cost names as its source where a custom provider's own prices made it. */
const customSource = 'custom'
/** The one type of costs that has a meaning here: prices of tokens, and of images that are made. */
export const pricedCostType = 'tokens'
/** Prices that are stored, and of which no answer tells how much was used. */
export const unreadPrices = ['input_video_tokens', 'input_image_count'] as const

const picoPerUsd = 1e12
const weights: Record<ProviderCostBody['model_rule'], number> = { equals: 2, 'starts-with': 1, contains: 0 }

/**
 * The price table of one custom provider. Of several rules that fit a model the most exact kind counts, of these the one
 * with the longest text, of these the newest (`costs` has the newest first). Null where no rule is in force.
 */
export function createCustomPrices(providerSlug: string, costs: readonly ProviderCostBody[]): PriceTable | null {
  const rules = costs
    .filter(({ enable, cost_type }) => enable && cost_type === pricedCostType)
    .toSorted((a, b) => weights[b.model_rule] - weights[a.model_rule] || b.model.length - a.model.length)
    .map((cost) => ({ cost, model: compile(providerSlug, cost) }))
  if (rules.length === 0) return null
  return {
    source: customSource,
    find: (_, model) => rules.find(({ cost }) => fits(cost, model))?.model ?? null,
  }
}

function fits({ model_rule, model }: ProviderCostBody, asked: string): boolean {
  if (model_rule === 'equals') return asked === model
  return model_rule === 'starts-with' ? asked.startsWith(model) : asked.includes(model)
}

function compile(providerSlug: string, { model, model_rule, cost_in, cost_out, token_pricing = {} }: ProviderCostBody) {
  const { total_tokens } = token_pricing
  const input = token_pricing.input_text_tokens ?? token_pricing.input_tokens ?? cost_in ?? total_tokens
  const output = token_pricing.output_tokens ?? cost_out ?? total_tokens
  const cached = token_pricing.input_cached_tokens
  const cacheWrite = token_pricing.input_cache_creation_tokens ?? input
  const audio = token_pricing.input_audio_tokens ?? input
  // A unit without a price of its own costs what the wider one costs that it is part of.
  const prices: Partial<Record<Unit, number | undefined>> = {
    input,
    cacheRead: cached ?? input,
    cacheReadAudio: cached ?? audio,
    cacheWrite5m: cacheWrite,
    cacheWrite1h: cacheWrite,
    inputAudio: audio,
    inputImage: token_pricing.input_image_tokens ?? input,
    output,
    reasoning: token_pricing.output_reasoning_tokens,
    outputAudio: output,
    outputImage: output,
    images: token_pricing.output_image_count,
  }
  const rates = new Map<Unit, Rate>()
  for (const [unit, usd] of Object.entries(prices)) {
    // Object.entries forgets the key type that the table above has.
    if (usd !== undefined) rates.set(unit as Unit, { picoUsd: scaleExactly(usd, picoPerUsd), tiers: [] })
  }
  const card: RateCard = { rates, unread: [] }
  const entry = `${providerSlug}/${model}${model_rule === 'equals' ? '' : ` (${model_rule})`}`
  return { entry, source: customSource, isFree: false, ratesAt: () => card } satisfies PricedModel
}
