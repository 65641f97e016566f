import type { AuditEntry } from '../contract/audit-entry.ts'
import type { dynamicRouteRoutes } from '../contract/dynamic-routes.ts'
import { GatewayError } from '../kernel/errors.ts'
import { auditEntry } from './audit.ts'
import type { ManagementDeps } from './deps.ts'
import { changeDocuments, newDocument, untilWritten, updateOf } from './documents.ts'
import { findRoute, notesOn, presentBare, presentRoute } from './dynamic-route-view.ts'
import { findGateway } from './find-gateway.ts'
import { requireUnchanged } from './if-match.ts'
import { orderedPageOf } from './pages.ts'
import { testRoute } from './route-test.ts'
import type { Handlers, Input } from './routes.ts'

type Routes = typeof dynamicRouteRoutes

export function createDynamicRouteHandlers(deps: ManagementDeps): Handlers<Routes> {
  const { store } = deps
  return {
    async list({ params, query }) {
      const gateway = await findGateway(deps, params.account_id, params.gateway_id)
      const routes = await store.documents.list('dynamic_route', gateway.accountId, gateway.number)
      const { rows, ...page } = orderedPageOf(routes, query, (route) => presentRoute(route, gateway.id))
      return { result: { routes: rows, ...page } }
    },

    create: (input) => untilWritten(() => create(deps, input)),

    async get({ params }) {
      const { route, gatewayId } = await findRoute(deps, params)
      return { result: presentRoute(route, gatewayId) }
    },

    update: (input) => untilWritten(() => rename(deps, input)),

    delete: ({ params, ifMatch, caller }) =>
      untilWritten(async () => {
        const { route, gatewayId } = await findRoute(deps, params)
        requireUnchanged(`The route ${route.id}`, route.modifiedMs, ifMatch)
        const audit = auditEntry(deps, caller, {
          ...resource(route.accountId, gatewayId, route.id),
          action: 'delete',
          before: presentRoute(route, gatewayId),
          after: null,
        })
        await changeDocuments(deps, [{ op: 'remove', kind: route.kind, id: route.id }], audit)
        return { result: presentBare(route, gatewayId, route.body.elements) }
      }),

    test: async (input) => ({ result: await testRoute(deps, input) }),
  }
}

/** The route, its first version and its first deployment, in one. */
async function create(deps: ManagementDeps, { params, body, caller }: Input<Routes['create']>) {
  const { accountId, number, id: gatewayId } = await findGateway(deps, params.account_id, params.gateway_id)
  const nowMs = deps.clock.nowMs()
  const { name, elements, comment = null } = body
  const [id, versionId, deploymentId] = [deps.newId(), deps.newId(), deps.newId()]
  const home = { accountId, gateway: number }
  const stamp = { createdMs: nowMs, comment }
  const route = newDocument(
    { ...home, kind: 'dynamic_route', id, name },
    { elements, version: { ...stamp, id: versionId }, deployment: { ...stamp, id: deploymentId } },
    nowMs,
  )
  const version = newDocument(
    { ...home, kind: 'route_version', id: versionId, parentId: id },
    { elements, comment },
    nowMs,
  )
  const deployment = newDocument(
    { ...home, kind: 'route_deployment', id: deploymentId, parentId: id },
    { versionId, comment },
    nowMs,
  )
  const after = presentRoute(route, gatewayId)
  const audit = auditEntry(deps, caller, {
    ...resource(accountId, gatewayId, id),
    action: 'create',
    before: null,
    after,
  })
  const steps = [route, version, deployment].map((document) => ({ op: 'insert' as const, document }))
  await changeDocuments(deps, steps, audit, () => nameTaken(name, gatewayId))
  return { result: after, notes: await notesOn(deps, accountId, elements) }
}

async function rename(deps: ManagementDeps, { params, body, ifMatch, caller }: Input<Routes['update']>) {
  const { route, gatewayId } = await findRoute(deps, params)
  requireUnchanged(`The route ${route.id}`, route.modifiedMs, ifMatch)
  const step = updateOf(route, { body: route.body, name: body.name }, deps.clock.nowMs())
  const after = presentRoute(step.document, gatewayId)
  const audit = auditEntry(deps, caller, {
    ...resource(route.accountId, gatewayId, route.id),
    action: 'update',
    before: presentRoute(route, gatewayId),
    after,
  })
  await changeDocuments(deps, [step], audit, () => nameTaken(body.name, gatewayId))
  return { result: after }
}

function resource(
  accountId: string,
  gatewayId: string,
  resourceId: string,
): Pick<AuditEntry, 'accountId' | 'gatewayId' | 'resource' | 'resourceId'> {
  return { accountId, gatewayId, resource: 'dynamic_route', resourceId }
}

function nameTaken(name: string, gatewayId: string): GatewayError {
  return new GatewayError('route_taken', `A route ${name} already exists in the gateway ${gatewayId}.`, {
    path: ['body', 'name'],
  })
}
