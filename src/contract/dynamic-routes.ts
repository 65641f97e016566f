import { z } from 'zod'
import { accountIdSchema, pageSchema } from './envelope.ts'
import { passedElementSchema } from './logs.ts'
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

const elementIds = z.array(z.string()).max(200).default([])

/** A request that is not sent. */
const routeTestBodySchema = z.strictObject({
  version_id: z.string().optional().describe('Without it, what is deployed.'),
  body: z.record(z.string(), z.unknown()).default({}).describe("The chat's body."),
  headers: z.record(z.string(), z.string()).default({}),
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  full_rates: elementIds.describe('Ids of rate elements that are taken to have no room; the others have.'),
  failing_models: elementIds.describe('Ids of models that are taken to fail; the others answer.'),
})

const routeTestSchema = z.object({
  id: z.string(),
  name: z.string(),
  version_id: z.string(),
  path: z.array(passedElementSchema),
  models: z
    .array(z.object({ element_id: z.string(), provider: z.string(), model: z.string() }))
    .describe(
      'The models that are asked, in order; of several targets the one that is asked first while none is busy.',
    ),
  answered: z.boolean().describe('Whether the last of them answers; else the route ends without an answer.'),
  drawn_by: z
    .enum(['session', 'user', 'chance'])
    .describe('What percentages go by: `cf-aig-session-id`, a user in the metadata, or chance.'),
})

export type RouteTest = z.output<typeof routeTestSchema>

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
  test: defineRoute({
    name: 'dynamicRouting.test',
    method: 'POST',
    path: `${routesPath}/{id}/test`,
    summary: 'Explains which way a request would take through a dynamic route, without asking any model.',
    permission: 'AI Gateway Read',
    params: routeParams,
    query: noQuery,
    body: routeTestBodySchema,
    result: routeTestSchema,
  }),
}
