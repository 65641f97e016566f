import { findProvider } from '@pydantic/genai-prices'

/** The models that the price table knows of the provider with this id, by their ids there. */
export function pricedModels(priceId: string): string[] {
  return findProvider({ providerId: priceId })?.models.map((model) => model.id) ?? []
}
