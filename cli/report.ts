import type { EvaluationResult, EvaluationCompareResult } from '@tollgate/client'

/** A line for each model and evaluator. */
export function resultTable(results: readonly EvaluationResult[]): string {
  const groups = Map.groupBy(results, ({ model, evaluation_type_id: type }) => `${model ?? 'logs'}\n${type}`)
  const rows = Array.from(groups.values(), (group) => {
    const [first] = group
    const scores = group.flatMap(({ score }) => (score === null ? [] : [score]))
    const costs = group.flatMap(({ cost }) => (typeof cost === 'number' ? [cost] : []))
    const times = group.flatMap(({ duration_ms: ms }) => (typeof ms === 'number' ? [ms] : []))
    const isOfLogs = first?.item_id === undefined
    return [
      first?.model ?? 'logs',
      first?.evaluation_type_id ?? '',
      isOfLogs ? first?.result || '-' : scores.length === 0 ? '-' : meanOf(scores).toFixed(4),
      isOfLogs ? '' : `${group.filter(({ passed }) => passed === true).length}/${group.length}`,
      String(group.filter(({ error }) => error !== null).length),
      costs.length === 0 ? '-' : costs.reduce((sum, cost) => sum + cost, 0).toFixed(6),
      times.length === 0 ? '-' : String(Math.round(meanOf(times))),
    ]
  })
  return tableOf(['model', 'evaluator', 'score', 'passed', 'errors', 'USD', 'ms'], rows)
}

/** A line for each model and evaluator that both have. */
export function comparisonTable({ other_id: other, summary }: EvaluationCompareResult): string {
  const rows = summary.map((line) => [
    line.model ?? 'logs',
    line.evaluation_type_id,
    signed(line.difference),
    `${line.better}/${line.worse}/${line.same}`,
    line.p_value === null ? '-' : line.p_value.toPrecision(3),
    line.is_significant ? 'significant' : 'may be chance',
  ])
  const head = ['model', 'evaluator', 'difference', 'better/worse/same', 'p', '']
  return `compared with ${other}\n${tableOf(head, rows)}`
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function signed(value: number | null): string {
  return value === null ? '-' : `${value < 0 ? '' : '+'}${value.toFixed(4)}`
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, at) => Math.max(...all.map((row) => (row[at] ?? '').length)))
  return all
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
