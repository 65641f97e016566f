import type { PassedElement } from '../contract/log-record.ts'
import type { ModelNode, PercentageNode, RateNode, RouteInput, RouteNode } from './routing.ts'

/** Counts a request of one key; gives 0, or counts nothing and gives the milliseconds until one may pass again. */
export type CountRate = (rate: RateNode, key: string) => number | Promise<number>

/** Where a walk came to. */
export type Walked = { type: 'model'; node: ModelNode } | { type: 'end'; full: FullRate | null }

/** A rate element without room. */
export interface FullRate {
  rate: RateNode
  resetMs: number
}

/** Goes from a node to the next model, or to the end of the route. What is passed is added to `path`. */
export function walk(
  from: RouteNode,
  input: RouteInput,
  count: CountRate,
  path: PassedElement[],
): Walked | Promise<Walked> {
  return goOn(from, input, count, path, null)
}

function goOn(
  from: RouteNode,
  input: RouteInput,
  count: CountRate,
  path: PassedElement[],
  known: FullRate | null,
): Walked | Promise<Walked> {
  let node: RouteNode | null = from
  let full = known
  while (node) {
    if (node.type === 'model') return { type: 'model', node }
    if (node.type === 'end') break
    if (node.type !== 'rate') {
      node = pass(node, input, path)
      continue
    }
    const rate: RateNode = node
    const counted = rate.counts === null ? 0 : count(rate, rate.keyOf(input))
    if (counted instanceof Promise) {
      return counted.then((resetMs) => {
        const now = resetMs > 0 ? { rate, resetMs } : full
        const next = passRate(rate, resetMs, path)
        return next ? goOn(next, input, count, path, now) : { type: 'end', full: now }
      })
    }
    if (counted > 0) full = { rate, resetMs: counted }
    node = passRate(rate, counted, path)
  }
  return { type: 'end', full }
}

/**
 * Whether a walk from here may come to a model: false is certain, and so is true unless a rate without room stands in between.
 * Nothing is counted.
 */
export function mayReachModel(from: RouteNode, input: RouteInput): boolean {
  let node = from
  while (node.type === 'conditional' || node.type === 'percentage') {
    if (!node.reachesModel) return false
    node = next(node, input).to
  }
  return node.reachesModel
}

function pass(
  node: RouteNode & { type: 'conditional' | 'percentage' },
  input: RouteInput,
  path: PassedElement[],
): RouteNode {
  const { output, to } = next(node, input)
  path.push({ elementId: node.id, type: node.type, output })
  return to
}

function next(
  node: RouteNode & { type: 'conditional' | 'percentage' },
  input: RouteInput,
): { output: string; to: RouteNode } {
  if (node.type === 'percentage') return drawBranch(node, input)
  const output = node.holds(input) ? 'true' : 'false'
  return { output, to: node[output] }
}

function drawBranch({ draw, branches }: PercentageNode, { drawKey }: RouteInput): { output: string; to: RouteNode } {
  const number = draw(drawKey)
  const branch = branches.find(({ below }) => number < below) ?? branches.at(-1)
  if (!branch) throw new Error('a percentage element has no branches')
  return { output: branch.label, to: branch.to }
}

function passRate(rate: RateNode, resetMs: number, path: PassedElement[]): RouteNode | null {
  const output = resetMs > 0 ? 'fallback' : 'success'
  path.push({ elementId: rate.id, type: rate.type, output })
  return rate[output]
}
