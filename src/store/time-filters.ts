import type { LogFilter, LogFilterValue } from '../contract/log-filter.ts'
import type { Moment } from '../contract/moment.ts'
import { lowestIdAt } from './id-range.ts'
import type { LogSelection } from './store.ts'

/** A range of ids: from `lowest` on, and below `above`; null is no bound. */
export interface IdBounds {
  lowest: string | null
  above: string | null
}

/** Whether filters and search are no more than stretches of time, which the index of ids finds. */
export function isByTimeOnly({ filters, search }: Omit<LogSelection, 'gateway'>): boolean {
  return search === null && filters.every((filter) => plainTimeOf(filter) !== null)
}

/** The ids between which the filters leave rows. */
export function idBounds(filters: readonly LogFilter[]): IdBounds {
  const bounds: IdBounds = { lowest: null, above: null }
  for (const filter of filters) {
    const moment = plainTimeOf(filter)
    if (moment === null) continue
    const { lowest, above } = stretchOf(filter.operator, moment)
    if (lowest !== null && (bounds.lowest === null || lowest > bounds.lowest)) bounds.lowest = lowest
    if (above !== null && (bounds.above === null || above < bounds.above)) bounds.above = above
  }
  return bounds
}

/** The ids of rows that stand so to a moment: ids are ordered by time. */
export function stretchOf(operator: LogFilter['operator'], { startMs, endMs }: Moment): IdBounds {
  const [start, end] = [lowestIdAt(startMs), lowestIdAt(endMs)]
  if (operator === 'lt') return { lowest: null, above: start }
  if (operator === 'lte') return { lowest: null, above: end }
  if (operator === 'gt') return { lowest: end, above: null }
  if (operator === 'gte') return { lowest: start, above: null }
  return { lowest: start, above: end }
}

export function isMoment(value: LogFilterValue | undefined): value is Moment {
  return typeof value === 'object' && value !== null
}

function plainTimeOf({ key, operator, values: [value, ...others] }: LogFilter): Moment | null {
  const isPlain = key === 'created_at' && operator !== 'neq' && others.length === 0
  return isPlain && isMoment(value) ? value : null
}
