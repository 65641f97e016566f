import { customPrefix } from '../contract/custom-providers.ts'
import type { DocumentRecord } from '../contract/document.ts'
import type { BareRoute, DynamicRoute, Stamp } from '../contract/dynamic-routes.ts'
import type { RouteElement } from '../contract/route-elements.ts'
import type { RouteDeployment, RouteVersion } from '../contract/route-versions.ts'
import { GatewayError } from '../kernel/errors.ts'
import { findProvider } from '../providers/index.ts'
import type { ManagementDeps } from './deps.ts'
import { findGateway } from './find-gateway.ts'
import { toIso } from './present.ts'

export type RouteDocument = DocumentRecord<'dynamic_route'>

/** What the writer of a route is told: what of it has no effect, and which of its providers there are not, for one may be added later. */
export async function notesOn(
  { store }: ManagementDeps,
  accountId: string,
  elements: readonly RouteElement[],
): Promise<string[]> {
  const named = new Set(elements.flatMap(providersOf))
  const own = await store.documents.list('custom_provider', accountId, null)
  const ownSlugs = new Set(own.map(({ name }) => `${customPrefix}${name}`))
  const unknown = [...named].filter((slug) => !findProvider(slug) && !ownSlugs.has(slug))
  return [...withoutEffect(elements), ...(unknown.length === 0 ? [] : [`there is no provider ${unknown.join(', ')}`])]
}

function providersOf(element: RouteElement): string[] {
  if (element.type !== 'model') return []
  const { provider, targets = [], shadow } = element.properties
  return [provider, ...[...targets, ...(shadow ? [shadow] : [])].map((target) => target.provider)]
}

function withoutEffect(elements: readonly RouteElement[]): string[] {
  const types = new Map(elements.map(({ id, type }) => [id, type]))
  const byCost = elements.filter((element) => element.type === 'rate' && element.properties.limitType === 'cost')
  const goingOn = elements.filter(
    (element) => element.type === 'model' && types.get(element.outputs.success.elementId) !== 'end',
  )
  const ids = (some: readonly RouteElement[]): string => some.map(({ id }) => id).join(', ')
  return [
    ...(byCost.length > 0 ? [`stored, not enforced: limitType cost of ${ids(byCost)}`] : []),
    ...(goingOn.length > 0
      ? [`a good answer ends the route: what follows success of ${ids(goingOn)} has no effect`]
      : []),
  ]
}

/** A route of a gateway. Throws `not_found` where the gateway, `route_unknown` where the route is not there. */
export async function findRoute(
  deps: ManagementDeps,
  { account_id, gateway_id, id }: { account_id: string; gateway_id: string; id: string },
): Promise<{ route: RouteDocument; gatewayId: string }> {
  const gateway = await findGateway(deps, account_id, gateway_id)
  const route = await deps.store.documents.get('dynamic_route', id)
  // Numbers of gateways are unique among all accounts.
  if (route?.gateway === gateway.number) return { route, gatewayId: gateway.id }
  throw new GatewayError('route_unknown', `Route not found: the gateway ${gateway.id} has no route ${id}.`)
}

/** What every answer about a route has in it; `elements` are those of the version that the answer is about. */
export function presentBare(
  { id, name, createdMs, modifiedMs }: RouteDocument,
  gatewayId: string,
  elements: RouteElement[],
): BareRoute {
  return {
    id,
    name,
    gateway_id: gatewayId,
    elements,
    created_at: toIso(createdMs),
    modified_at: toIso(modifiedMs),
  }
}

export function presentRoute(route: RouteDocument, gatewayId: string): DynamicRoute {
  const { elements, version, deployment } = route.body
  return {
    ...presentBare(route, gatewayId, elements),
    account_tag: route.accountId,
    version: presentVersion(route, version, elements),
    deployment: presentDeployment(deployment, version.id),
  }
}

export function presentVersion({ body }: RouteDocument, stamp: Stamp, elements: RouteElement[]): RouteVersion {
  return {
    version_id: stamp.id,
    active: stamp.id === body.version.id ? 'true' : 'false',
    created_at: toIso(stamp.createdMs),
    data: JSON.stringify(elements),
    is_valid: true,
    ...(stamp.comment !== null && { comment: stamp.comment }),
  }
}

export function presentDeployment(stamp: Stamp, versionId: string): RouteDeployment {
  return {
    deployment_id: stamp.id,
    version_id: versionId,
    created_at: toIso(stamp.createdMs),
    ...(stamp.comment !== null && { comment: stamp.comment }),
  }
}
