import type { Usage } from './usage.ts'

/** One line of a cost: `amountNanoUsd` is `quantity` x `ratePicoUsd`, rounded half to even once. */
export interface CostItem {
  /** `reasoning` only where it is priced apart; then it is not in the item `output`. */
  unit: Exclude<keyof Usage, 'requestFeeNanoUsd'> | 'requests'
  quantity: number
  /** 1e-12 USD for one unit. */
  ratePicoUsd: number
  /** 1e-9 USD. */
  amountNanoUsd: number
}

/**
 * What a request cost and why. `totalNanoUsd` (1e-9 USD) is the sum of the items, or null where something that was
 * used has no known price; then `unknown` says what is missing, and nothing is guessed.
 */
export interface Cost {
  totalNanoUsd: number | null
  items: CostItem[]
  /** The table and version the rates come from, e.g. `genai-prices@0.1.8`. */
  source: string
  /** The entry of that table, e.g. `openai/gpt-4o-mini`; null where none matched. */
  entry: string | null
  unknown?: string
}
