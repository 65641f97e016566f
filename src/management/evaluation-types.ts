import { z } from 'zod'
import { type evaluationTypeRoutes, evaluationTypes } from '../contract/evaluation-types.ts'
import { evaluators } from '../evaluators/index.ts'
import { pageOf } from './pages.ts'
import type { Handlers } from './routes.ts'

/** They come with the software and never change. */
const since = '2026-11-26T00:00:00.000Z'

export function createEvaluationTypeHandlers(): Handlers<typeof evaluationTypeRoutes> {
  const all = evaluationTypes.map((known) => ({
    id: known.name,
    ...known,
    settings: z.toJSONSchema(evaluators[known.name].settings, { io: 'input' }) as Record<string, z.core.util.JSONType>,
    enable: true,
    mandatory: false,
    created_at: since,
    modified_at: since,
  }))
  return {
    async list({ query }) {
      const { order_by: by, order_by_direction: direction } = query
      const sign = direction === 'asc' ? 1 : -1
      // What is equal stays in the order of the list.
      const ordered = all.toSorted((a, b) => sign * (Number(a[by] > b[by]) - Number(a[by] < b[by])))
      return pageOf(ordered, query, (shown) => shown)
    },
  }
}
