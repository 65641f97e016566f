import type { RouteElement } from '../src/contract/route-elements.ts'

const to = (elementId: string): { elementId: string } => ({ elementId })

/** Elements of dynamic routes, with the ids to which they lead. */
export const start = (next: string): RouteElement => ({ id: 'start', type: 'start', outputs: { next: to(next) } })

export const conditional = (id: string, conditions: unknown, yes: string, no: string): RouteElement => ({
  id,
  type: 'conditional',
  properties: { conditions },
  outputs: { true: to(yes), false: to(no) },
})

export const percentage = (id: string, branches: Readonly<Record<string, string>>): RouteElement => ({
  id,
  type: 'percentage',
  outputs: Object.fromEntries(Object.entries(branches).map(([label, next]) => [label, to(next)])),
})

/** `limit` requests in an hour. */
export const rate = (id: string, key: string, limit: number, success: string, fallback?: string): RouteElement => ({
  id,
  type: 'rate',
  properties: { key, limit, limitType: 'count', window: 3600 },
  outputs: { success: to(success), ...(fallback !== undefined && { fallback: to(fallback) }) },
})

/** `name` is `provider/model`. */
export const model = (
  id: string,
  name: string,
  fallback = 'end',
  more: Partial<(RouteElement & { type: 'model' })['properties']> = {},
): RouteElement => ({
  id,
  type: 'model',
  properties: {
    provider: name.slice(0, name.indexOf('/')),
    model: name.slice(name.indexOf('/') + 1),
    timeout: 10_000,
    retries: 0,
    ...more,
  },
  outputs: { success: to('end'), fallback: to(fallback) },
})

export const end: RouteElement = { id: 'end', type: 'end', outputs: {} }
