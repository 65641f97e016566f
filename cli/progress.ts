import type { Evaluation } from '@tollgate/client'

/** Where one writes; a terminal, or something else. */
export interface Output {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
}

/** Tells how far an evaluation is: a bar on a terminal, elsewhere one line at its beginning. */
export interface Progress {
  show(evaluation: Pick<Evaluation, 'completed' | 'total' | 'failed' | 'cost' | 'status'>): void
  end(): void
}

const widestBar = 40

export function createProgress(output: Output, name: string): Progress {
  if (output.isTTY !== true) output.write(`evaluating: ${name}\n`)
  return {
    show(evaluation) {
      if (output.isTTY === true) output.write(`\r\u001b[K${barOf(evaluation, output.columns ?? 80)}`)
    },
    end() {
      if (output.isTTY === true) output.write('\n')
    },
  }
}

function barOf({ completed, total, failed, cost, status }: Parameters<Progress['show']>[0], columns: number): string {
  const said = ` ${completed}/${total} ${status}, ${failed} without an answer, ${cost.toFixed(4)} USD`
  const width = Math.min(widestBar, columns - said.length - 3)
  if (width < 5) return said.slice(1, columns)
  const filled = total === 0 ? 0 : Math.round((width * completed) / total)
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]${said}`
}
