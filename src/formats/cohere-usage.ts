import type { Usage } from '../contract/usage.ts'
import { asCount, asObject } from './json.ts'
import { withoutZeros } from './read-usage.ts'

/**
 * What Cohere bills of an answer, in v2's `usage` or v1's `meta`; the tokens themselves where no billed units are told.
 * Null where it holds no count. Source: https://docs.cohere.com/docs/how-does-cohere-pricing-work (checked 2026-11-26).
 */
export function readCohereUsage(body: unknown): Usage | null {
  const answer = asObject(body)
  const told = asObject(answer?.['usage']) ?? asObject(answer?.['meta'])
  const billed = asObject(told?.['billed_units']) ?? asObject(told?.['tokens'])
  if (!billed || Object.keys(billed).length === 0) return null
  const images = asCount(billed['images']) ?? 0
  const imageTokens = asCount(billed['image_tokens']) ?? 0
  return withoutZeros({
    input: asCount(billed['input_tokens']) ?? 0,
    inputImage: imageTokens,
    output: asCount(billed['output_tokens']) ?? 0,
    images: imageTokens > 0 ? 0 : images,
    searchUnits: asCount(billed['search_units']) ?? 0,
  })
}
