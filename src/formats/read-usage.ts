import type { Usage } from '../contract/usage.ts'

/** The usage without its zero members (a member that is absent is 0). */
export function withoutZeros(usage: Usage): Usage {
  const kept: Usage = {}
  // A plain loop: `Object.entries` and its like take four times as long, and this runs once per answer.
  for (const name in usage) {
    // The members of a usage are its own.
    const member = name as keyof Usage
    const quantity = usage[member]
    if (quantity !== undefined && quantity > 0) kept[member] = quantity
  }
  return kept
}

/**
 * What is left of a total when the parts that are counted in other members are taken out. Never negative: an answer
 * whose parts exceed its total is read as having no rest.
 */
export function rest(total: number, ...parts: number[]): number {
  return Math.max(
    0,
    parts.reduce((left, part) => left - part, total),
  )
}
