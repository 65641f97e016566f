import type { DocumentRecord } from '../contract/document.ts'
import type { Stamp } from '../contract/dynamic-routes.ts'
import type { routeDeploymentRoutes, routeVersionRoutes } from '../contract/route-versions.ts'
import { GatewayError } from '../kernel/errors.ts'
import { auditEntry } from './audit.ts'
import type { ManagementDeps } from './deps.ts'
import { changeDocuments, newDocument, untilWritten, updateOf } from './documents.ts'
import {
  findRoute,
  notesOn,
  presentBare,
  presentDeployment,
  presentVersion,
  type RouteDocument,
} from './dynamic-route-view.ts'
import { orderedPageOf } from './pages.ts'
import type { Handlers, Input } from './routes.ts'

export function createRouteVersionHandlers(deps: ManagementDeps): Handlers<typeof routeVersionRoutes> {
  return {
    async list({ params, query }) {
      const { route } = await findRoute(deps, params)
      const versions = await deps.store.documents.list('route_version', route.accountId, route.gateway, route.id)
      const { rows, ...page } = orderedPageOf(versions, query, (version) =>
        presentVersion(route, stampOf(version), version.body.elements),
      )
      return { result: { versions: rows, ...page } }
    },

    create: ({ params, body, caller }) =>
      untilWritten(async () => {
        const { route, gatewayId } = await findRoute(deps, params)
        const { elements, comment = null } = body
        const version = newDocument(
          { ...homeOf(route), kind: 'route_version', id: deps.newId() },
          { elements, comment },
          deps.clock.nowMs(),
        )
        const audit = auditEntry(deps, caller, {
          accountId: route.accountId,
          gatewayId,
          action: 'create',
          resource: 'route_version',
          resourceId: version.id,
          before: null,
          after: { route_id: route.id, ...presentVersion(route, stampOf(version), elements) },
        })
        await changeDocuments(deps, [{ op: 'insert', document: version }], audit)
        return {
          result: { ...presentBare(route, gatewayId, elements), version_id: version.id },
          notes: await notesOn(deps, route.accountId, elements),
        }
      }),

    async get({ params }) {
      const { route, gatewayId } = await findRoute(deps, params)
      const version = await findVersion(deps, route, params.version_id)
      const { elements } = version.body
      return {
        result: { ...presentBare(route, gatewayId, elements), ...presentVersion(route, stampOf(version), elements) },
      }
    },
  }
}

export function createRouteDeploymentHandlers(deps: ManagementDeps): Handlers<typeof routeDeploymentRoutes> {
  return {
    async list({ params, query }) {
      const { route } = await findRoute(deps, params)
      const deployments = await deps.store.documents.list('route_deployment', route.accountId, route.gateway, route.id)
      const { rows, ...page } = orderedPageOf(deployments, query, (deployment) =>
        presentDeployment(stampOf(deployment), deployment.body.versionId),
      )
      return { result: { deployments: rows, ...page } }
    },

    create: (input) => untilWritten(() => deploy(deps, input)),
  }
}

async function deploy(deps: ManagementDeps, { params, body, caller }: Input<(typeof routeDeploymentRoutes)['create']>) {
  const { route, gatewayId } = await findRoute(deps, params)
  const version = await findVersion(deps, route, body.version_id)
  const { comment = null } = body
  const nowMs = deps.clock.nowMs()
  const deployment = newDocument(
    { ...homeOf(route), kind: 'route_deployment', id: deps.newId() },
    { versionId: version.id, comment },
    nowMs,
  )
  const { elements } = version.body
  const update = updateOf(
    route,
    { body: { elements, version: stampOf(version), deployment: stampOf(deployment) } },
    nowMs,
  )
  const audit = auditEntry(deps, caller, {
    accountId: route.accountId,
    gatewayId,
    action: 'create',
    resource: 'route_deployment',
    resourceId: deployment.id,
    before: { route_id: route.id, ...presentDeployment(route.body.deployment, route.body.version.id) },
    after: { route_id: route.id, ...presentDeployment(stampOf(deployment), version.id) },
  })
  await changeDocuments(deps, [update, { op: 'insert', document: deployment }], audit)
  const ids = { version_id: version.id, deployment_id: deployment.id }
  return {
    result: { ...presentBare(update.document, gatewayId, elements), ...ids },
    notes: await notesOn(deps, route.accountId, elements),
  }
}

/** Throws `route_unknown`. */
export async function findVersion(
  { store }: ManagementDeps,
  route: RouteDocument,
  id: string,
): Promise<DocumentRecord<'route_version'>> {
  const version = await store.documents.get('route_version', id)
  if (version?.parentId === route.id) return version
  throw new GatewayError('route_unknown', `Version not found: the route ${route.id} has no version ${id}.`)
}

/** Where what goes with a route belongs. */
function homeOf({ id, accountId, gateway }: RouteDocument): Pick<RouteDocument, 'accountId' | 'gateway' | 'parentId'> {
  return { accountId, gateway, parentId: id }
}

function stampOf({ id, createdMs, body }: DocumentRecord<'route_version' | 'route_deployment'>): Stamp {
  return { id, createdMs, comment: body.comment }
}
