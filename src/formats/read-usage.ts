import type { Usage } from '../contract/usage.ts'

/** The usage without its zero members (a member that is absent is 0). */
export function withoutZeros(usage: Usage): Usage {
  return Object.fromEntries(Object.entries(usage).filter(([, quantity]) => quantity > 0))
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
