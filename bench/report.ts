import type { Scenario } from './scenarios.ts'
import { median } from './statistics.ts'

/** One measurement of one target in one round. Figures by name; the name tells the unit. */
export type Figures = Readonly<Record<string, number>>

/** By target: the figures of each counted round, in order. */
export type Rounds = Readonly<Record<string, readonly Figures[]>>

/** Prints every figure of every target: median (minimum to maximum), and how it compares round by round. */
export function printScenario(scenario: Scenario, rounds: Rounds): void {
  console.log(`\n${scenario.name}`)
  for (const [target, own] of Object.entries(rounds)) {
    for (const figure of Object.keys(own[0] ?? {})) {
      const values = valuesOf(own, figure)
      const isQuiet = (figure === 'errors' || figure === 'drainSeconds') && values.every((value) => value < 0.01)
      if (!isQuiet) printLine(target, figure, shown(values), compared(scenario, rounds, target, figure))
    }
  }
}

/** Prints what the memory run of each target gave. */
export function printMemory(requests: number, rounds: Rounds): void {
  console.log(`\nmemory over ${requests} mixed requests`)
  for (const [target, own] of Object.entries(rounds)) {
    for (const [figure, value] of Object.entries(own[0] ?? {})) printLine(target, figure, rounded(value), '')
  }
}

const valuesOf = (rounds: readonly Figures[], figure: string): number[] =>
  rounds.map((round) => round[figure] ?? Number.NaN)

/** A figure against the same round's figures of the targets that it is measured by: `0.61 (0.55 to 0.70) of raw`. */
function compared(scenario: Scenario, rounds: Rounds, target: string, figure: string): string {
  if (target === 'direct') return ''
  return (scenario.compare[figure] ?? [])
    .map(({ to, as, only = target }) => {
      const others = rounds[to]
      if (others === undefined || to === target || only !== target) return ''
      const theirs = valuesOf(others, figure)
      const values = valuesOf(rounds[target] ?? [], figure).map((value, round) => {
        const other = theirs[round] ?? Number.NaN
        return as === 'ratio' ? value / other : value - other
      })
      return `${shown(values)} ${as === 'ratio' ? 'of' : 'above'} ${to}`
    })
    .filter((text) => text !== '')
    .join('; ')
}

function shown(values: readonly number[]): string {
  const middle = rounded(median(values))
  return values.length < 2 ? middle : `${middle} (${rounded(Math.min(...values))} to ${rounded(Math.max(...values))})`
}

function rounded(value: number): string {
  if (Number.isNaN(value)) return 'no answer'
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2)
}

function printLine(target: string, figure: string, own: string, against: string): void {
  console.log(`  ${target.padEnd(10)}${figure.padEnd(26)}${own.padEnd(30)}${against}`.trimEnd())
}
