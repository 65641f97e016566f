import type { PassedElement } from '../contract/log-record.ts'
import type { CompiledRoute, ModelNode, RouteInput } from './routing.ts'
import { walk } from './walk.ts'

/** What is taken for granted; all other rates have room, all other models answer. */
export interface Assumed {
  /** Ids of rate elements without room. */
  fullRates: ReadonlySet<string>
  /** Ids of models that fail. */
  failingModels: ReadonlySet<string>
}

export interface Explained {
  path: PassedElement[]
  /** The models that are asked, in order. */
  models: ModelNode[]
  /** Whether the last of them answers. */
  isAnswered: boolean
}

/** The way of a request through a route, without counting anything or asking any model. */
export function explain({ first }: CompiledRoute, input: RouteInput, { fullRates, failingModels }: Assumed): Explained {
  const path: PassedElement[] = []
  const models: ModelNode[] = []
  for (let from = first; ;) {
    const walked = walk(from, input, (rate) => (fullRates.has(rate.id) ? 1 : 0), path)
    if (walked instanceof Promise) throw new Error('a walk that counts nothing takes no time')
    if (walked.type === 'end') return { path, models, isAnswered: false }
    const { node } = walked
    models.push(node)
    const output = failingModels.has(node.id) ? 'fallback' : 'success'
    path.push({ elementId: node.id, type: 'model', output })
    if (output === 'success') return { path, models, isAnswered: true }
    from = node.fallback
  }
}
