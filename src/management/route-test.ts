import type { dynamicRouteRoutes, RouteTest } from '../contract/dynamic-routes.ts'
import type { RouteElement } from '../contract/route-elements.ts'
import { GatewayError } from '../kernel/errors.ts'
import { pickTarget } from '../routing/balance.ts'
import { compileRoute } from '../routing/compile-route.ts'
import { drawKeyOf } from '../routing/draw-key.ts'
import { explain } from '../routing/explain.ts'
import type { ManagementDeps } from './deps.ts'
import { findRoute } from './dynamic-route-view.ts'
import { presentPassed } from './log-view.ts'
import { findVersion } from './route-versions.ts'
import type { Input } from './routes.ts'

/** Explains the way of a request. Throws `input_invalid` for an element that is not there. */
export async function testRoute(
  deps: ManagementDeps,
  { params, body }: Input<(typeof dynamicRouteRoutes)['test']>,
): Promise<RouteTest> {
  const { route } = await findRoute(deps, params)
  const versionId = body.version_id ?? route.body.version.id
  const { elements } = (await findVersion(deps, route, versionId)).body
  const fullRates = idsOf(elements, 'rate', 'full_rates', body.full_rates)
  const failingModels = idsOf(elements, 'model', 'failing_models', body.failing_models)
  const headers = new Map(Object.entries(body.headers).map(([name, value]) => [name.toLowerCase(), value]))
  const drawn = drawKeyOf(headers.get('cf-aig-session-id') ?? null, body.metadata, deps.newId())
  const { path, models, isAnswered } = explain(
    compileRoute({ id: route.id, name: route.name, versionId, elements }),
    { metadata: body.metadata, body: body.body, header: (name) => headers.get(name) ?? null, drawKey: drawn.key },
    { fullRates, failingModels },
  )
  return {
    id: route.id,
    name: route.name,
    version_id: versionId,
    path: path.map(presentPassed),
    models: models.flatMap((node) => {
      const target = pickTarget(node, [], drawn.key, () => ({ busy: 0, latencyMs: 0 }))
      return target ? [{ element_id: node.id, provider: target.provider, model: target.model }] : []
    }),
    answered: isAnswered,
    drawn_by: drawn.by,
  }
}

/** A misspelt id would explain another request than was meant. */
function idsOf(
  elements: readonly RouteElement[],
  type: RouteElement['type'],
  member: string,
  ids: readonly string[],
): ReadonlySet<string> {
  for (const [index, id] of ids.entries()) {
    if (elements.some((element) => element.id === id && element.type === type)) continue
    throw new GatewayError('input_invalid', `The route has no element ${id} of the type ${type}`, {
      path: ['body', member, index],
    })
  }
  return new Set(ids)
}
