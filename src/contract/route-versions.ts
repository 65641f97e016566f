import { z } from 'zod'
import {
  bareRouteSchema,
  givenComment,
  noQuery,
  orderedPage,
  pageQuery,
  routeDeploymentSchema,
  routeParams,
  routesPath,
  routeVersionSchema,
} from './dynamic-routes.ts'
import { defineRoute } from './route.ts'
import { elementsSchema, type RouteElement } from './route-elements.ts'

/** A version of a dynamic route as it is stored; it never changes. */
export interface RouteVersionBody {
  elements: RouteElement[]
  comment: string | null
}

/** A deployment as it is stored: which version was in force from then on. */
export interface RouteDeploymentBody {
  versionId: string
  comment: string | null
}

export type RouteVersion = z.output<typeof routeVersionSchema>
export type RouteDeployment = z.output<typeof routeDeploymentSchema>

const versions = `${routesPath}/{id}/versions`
const deployments = `${routesPath}/{id}/deployments`

export const routeVersionRoutes = {
  list: defineRoute({
    name: 'dynamicRouting.listVersions',
    method: 'GET',
    path: versions,
    summary: 'Versions of a dynamic route, newest first.',
    permission: 'AI Gateway Read',
    params: routeParams,
    query: pageQuery,
    body: null,
    result: z.object({ versions: z.array(routeVersionSchema), ...orderedPage }),
    resultKey: 'data',
  }),
  create: defineRoute({
    name: 'dynamicRouting.createVersion',
    method: 'POST',
    path: versions,
    summary: 'Stores a new version; it is not in force before it is deployed.',
    permission: 'AI Gateway Write',
    params: routeParams,
    query: noQuery,
    body: z.strictObject({ elements: elementsSchema, ...givenComment }),
    result: bareRouteSchema.extend({ version_id: z.string() }).describe('Its elements are those of the new version.'),
  }),
  get: defineRoute({
    name: 'dynamicRouting.getVersion',
    method: 'GET',
    path: `${versions}/{version_id}`,
    summary: 'One version of a dynamic route.',
    permission: 'AI Gateway Read',
    params: routeParams.extend({ version_id: z.string() }),
    query: noQuery,
    body: null,
    result: bareRouteSchema.extend(routeVersionSchema.shape),
  }),
}

export const routeDeploymentRoutes = {
  list: defineRoute({
    name: 'dynamicRouting.listDeployments',
    method: 'GET',
    path: deployments,
    summary: 'Deployments of a dynamic route, newest first.',
    permission: 'AI Gateway Read',
    params: routeParams,
    query: pageQuery,
    body: null,
    result: z.object({ deployments: z.array(routeDeploymentSchema), ...orderedPage }),
    resultKey: 'data',
  }),
  create: defineRoute({
    name: 'dynamicRouting.createDeployment',
    method: 'POST',
    path: deployments,
    summary: 'Puts a version in force; an older one too, which takes back what came after it.',
    permission: 'AI Gateway Write',
    params: routeParams,
    query: noQuery,
    body: z.strictObject({ version_id: z.string(), ...givenComment }),
    result: bareRouteSchema
      .extend({ version_id: z.string(), deployment_id: z.string() })
      .describe('Its elements are those of the deployed version.'),
  }),
}
