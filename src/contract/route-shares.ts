import type { Fault } from './fault.ts'

const maxBranches = 5
/** `10%`, `33.3 %`, `50% b`: what follows tells branches of the same size apart. */
const sharePattern = /^(\d{1,3}(?:\.\d{1,3})?) ?%?(?: .*)?$/

/**
 * How much of the traffic each branch of a percentage element takes, by its label, in thousandths of a percent. The
 * label `else` takes what is left. Null where the labels are no such thing, see `findShareFaults`.
 */
export function readShares(labels: readonly string[]): ReadonlyMap<string, number> | null {
  const shares = new Map(labels.map((label) => [label, shareOf(label)]))
  const given = [...shares.values()].filter((share) => share !== null).reduce((sum, share) => sum + share, 0)
  if (shares.has('else')) shares.set('else', 100_000 - given)
  const known = [...shares].flatMap(([label, share]) => (share === null ? [] : [[label, share] as const]))
  const sum = known.reduce((total, [, share]) => total + share, 0)
  const isWhole = known.length === labels.length && sum === 100_000 && known.every(([, share]) => share > 0)
  return isWhole ? new Map(known) : null
}

/** What is wrong with the branches of a percentage element; empty: nothing. */
export function findShareFaults(outputs: Readonly<Record<string, unknown>>): Fault[] {
  const labels = Object.keys(outputs)
  if (labels.length > maxBranches || labels.length === 0) {
    return [{ path: [], message: `expected 1 to ${maxBranches} branches, here are ${labels.length}` }]
  }
  const faults = labels
    .filter((label) => label !== 'else' && !shareOf(label))
    .map((label) => ({ path: [label], message: 'a branch is named by its percentage, as in "10%", or else' }))
  if (faults.length > 0 || readShares(labels) !== null) return faults
  return [{ path: [], message: `the percentages must be 100 together, here they are: ${labels.join(', ')}` }]
}

/** In thousandths of a percent. */
function shareOf(label: string): number | null {
  const percent = sharePattern.exec(label)?.[1]
  return percent === undefined ? null : Math.round(Number(percent) * 1000)
}
