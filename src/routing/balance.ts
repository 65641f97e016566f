import { drawn } from './draw.ts'
import type { ModelNode, ModelTarget } from './routing.ts'

/** What is known of a target at this moment. */
export interface TargetLoad {
  /** Calls under way. */
  busy: number
  /** To the head of its answers, less and less with the time since the last one; 0 where nothing is known. */
  latencyMs: number
}

/**
 * The target of an element that is asked next; null where all were tried. By weight, requests with the same `drawKey` get the
 * same one, and so do those between which the load makes no difference.
 */
export function pickTarget(
  { targets, balance, draw }: ModelNode,
  tried: readonly ModelTarget[],
  drawKey: string,
  loadOf: (target: ModelTarget) => TargetLoad,
): ModelTarget | null {
  const open = tried.length === 0 ? targets : targets.filter((target) => !tried.includes(target))
  if (open.length < 2) return open[0] ?? null
  if (balance === 'weighted') return pickByWeight(open, draw(drawKey))
  const burdens = open.map((target) => burdenOf(target, balance, loadOf(target)))
  const least = Math.min(...burdens)
  return pickByWeight(
    open.filter((_, at) => burdens[at] === least),
    draw(drawKey),
  )
}

/** One that is quick is not asked by everybody at once: then it would not stay so. */
function burdenOf({ weight }: ModelTarget, balance: ModelNode['balance'], { busy, latencyMs }: TargetLoad): number {
  return balance === 'least-busy' ? busy / weight : latencyMs * (busy + 1)
}

function pickByWeight(targets: readonly ModelTarget[], number: number): ModelTarget | null {
  const total = targets.reduce((sum, { weight }) => sum + weight, 0)
  let left = (number / drawn) * total
  for (const target of targets) {
    left -= target.weight
    if (left < 0) return target
  }
  return targets.at(-1) ?? null
}
