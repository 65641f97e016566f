import { z } from 'zod'
import { accountIdSchema, pageSchema } from './envelope.ts'
import { defineRoute } from './route.ts'
import { elementsSchema, type RouteElement } from './route-elements.ts'

/** A dynamic route as it is stored, with what is deployed of it. */
export interface DynamicRouteBody {
  elements: RouteElement[]
  version: Stamp
  deployment: Stamp
}

/** Which version or deployment, and since when. */
export interface Stamp {
  id: string
  createdMs: number
  comment: string | null
}

const commentSchema = z.string().max(1024)

/** A version as the API shows it. */
export const routeVersionSchema = z.object({
  version_id: z.string(),
  active: z.enum(['true', 'false']).describe('Whether it is the deployed one; Cloudflare has it as a text.'),
  created_at: z.iso.datetime(),
  data: z.string().describe('The elements as JSON text.'),
  is_valid: z.literal(true).describe('Always: no other is stored.'),
  comment: commentSchema.optional(),
})

export const routeDeploymentSchema = z.object({
  deployment_id: z.string(),
  version_id: z.string(),
  created_at: z.iso.datetime(),
  comment: commentSchema.optional(),
})

/** What every answer about a route has in it. */
export const bareRouteSchema = z.object({
  id: z.string(),
  name: z.string(),
  gateway_id: z.string(),
  elements: elementsSchema,
  created_at: z.iso.datetime(),
  modified_at: z.iso.datetime(),
})
export type BareRoute = z.output<typeof bareRouteSchema>

/** A dynamic route as the API shows it, with what is deployed of it. */
const dynamicRouteSchema = bareRouteSchema.extend({
  account_tag: z.string(),
  version: routeVersionSchema,
  deployment: routeDeploymentSchema,
})
export type DynamicRoute = z.output<typeof dynamicRouteSchema>

/** Stands beside the rows of a list of the routes below, in place of the usual `result_info`. */
export const orderedPage = {
  order_by: z.literal('created_at'),
  order_by_direction: z.literal('desc'),
  page: z.int(),
  per_page: z.int(),
}

export const routesPath = '/accounts/{account_id}/ai-gateway/gateways/{gateway_id}/routes'
const routesParams = z.object({ account_id: accountIdSchema, gateway_id: z.string() })
export const routeParams = routesParams.extend({ id: z.string() })
export const noQuery = z.object({})
export const pageQuery = z.strictObject({
  page: pageSchema,
  per_page: z.coerce.number().int().min(1).max(100).default(20),
})
/** Of a new version or deployment. */
export const givenComment = { comment: commentSchema.optional() }

/** The model that clients name is `dynamic/NAME`. */
const nameSchema = z.string().regex(/^[^\p{Cc}]{1,128}$/u, 'a name is 1 to 128 characters without control characters')

export const dynamicRouteRoutes = {
  list: defineRoute({
    name: 'dynamicRouting.list',
    method: 'GET',
    path: routesPath,
    summary: 'Dynamic routes of a gateway, newest first.',
    permission: 'AI Gateway Read',
    params: routesParams,
    query: pageQuery,
    body: null,
    result: z.object({ routes: z.array(dynamicRouteSchema), ...orderedPage }),
    resultKey: 'data',
  }),
  create: defineRoute({
    name: 'dynamicRouting.create',
    method: 'POST',
    path: routesPath,
    summary: 'Creates a dynamic route with its first version, and deploys it.',
    permission: 'AI Gateway Write',
    params: routesParams,
    query: noQuery,
    body: z.strictObject({ name: nameSchema, elements: elementsSchema, ...givenComment }),
    result: dynamicRouteSchema,
  }),
  get: defineRoute({
    name: 'dynamicRouting.get',
    method: 'GET',
    path: `${routesPath}/{id}`,
    summary: 'A dynamic route, with what is deployed of it.',
    permission: 'AI Gateway Read',
    params: routeParams,
    query: noQuery,
    body: null,
    result: dynamicRouteSchema,
  }),
  update: defineRoute({
    name: 'dynamicRouting.update',
    method: 'PATCH',
    path: `${routesPath}/{id}`,
    summary: 'Renames a dynamic route.',
    permission: 'AI Gateway Write',
    params: routeParams,
    query: noQuery,
    body: z.strictObject({ name: nameSchema }),
    result: dynamicRouteSchema,
    resultKey: 'route',
  }),
  delete: defineRoute({
    name: 'dynamicRouting.delete',
    method: 'DELETE',
    path: `${routesPath}/{id}`,
    summary: 'Removes a dynamic route with its versions and deployments.',
    permission: 'AI Gateway Write',
    params: routeParams,
    query: noQuery,
    body: null,
    result: bareRouteSchema,
  }),
}
