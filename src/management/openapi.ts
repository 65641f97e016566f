import { cursorInfoSchema, noticeSchema, resultInfoSchema } from '../contract/envelope.ts'
import type { Route } from '../contract/route.ts'
import { z } from 'zod'
import { describeSchemas, type JsonSchema, type RouteSchemas } from './openapi-schemas.ts'

/** One call in the document. */
export interface OpenApiOperation {
  /** The name of the route, e.g. `gateways.create`. */
  operationId: string
  tags: string[]
  summary: string
  description: string
  /** What the credential must allow: a permission of a token, or `admin`; null where any good credential will do. */
  'x-permission': string | null
  parameters: {
    name: string
    in: 'path' | 'query' | 'header'
    required: boolean
    description?: string
    schema: JsonSchema
  }[]
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema }> }
  responses: Record<string, unknown>
}

/** The parts of an OpenAPI 3.1 document that this one has. */
export interface OpenApiDocument {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  servers: { url: string; description: string }[]
  security: Record<string, never[]>[]
  tags: { name: string }[]
  paths: Record<string, Record<string, OpenApiOperation>>
  components: Record<'schemas' | 'responses' | 'securitySchemes', Record<string, unknown>>
}

/** Describes routes of the management API as OpenAPI 3.1. */
export function createOpenApi(routes: readonly Route[]): OpenApiDocument {
  const schemas = describeSchemas(routes)
  const paths: OpenApiDocument['paths'] = {}
  for (const route of routes) {
    const operations = (paths[route.path] ??= {})
    operations[route.method.toLowerCase()] = operationOf(route, schemas)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tollgate management API',
      version: 'v4',
      description:
        'Gateways, logs and all else that a Tollgate keeps: the API of Cloudflare AI Gateway, and what Tollgate adds to it. ' +
        'Answers are wrapped in an envelope (`success`, `errors`, `messages`, `result`); lists have `result_info` beside it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/client/v4', description: 'The server that this document comes from.' }],
    security: [{ token: [] }, { email: [], key: [] }],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    paths,
    components: { schemas: { ...schemas.components, ...envelopeSchemas() }, responses: refusals, securitySchemes },
  }
}

const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A token of Tollgate (`tg_...`), or the token of the instance admin, in `Authorization: Bearer TOKEN`.',
  },
  email: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Auth-Email',
    description: 'In `X-Auth-Email` the address of the instance admin, together with `X-Auth-Key`.',
  },
  key: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Auth-Key',
    description: 'In `X-Auth-Key` the token of the instance admin, together with `X-Auth-Email`.',
  },
}

function refusal(description: string): unknown {
  return { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } } }
}
const refusals = {
  BadRequest: refusal('Something in the request is wrong; `path` of the error names what. Code 7001.'),
  Unauthorized: refusal('The credential is missing or unknown. Code 10000.'),
  Forbidden: refusal('The credential does not allow this here. Code 10000.'),
  NotFound: refusal('There is no such thing. Code 7002.'),
  Changed: refusal('It has changed since the version that `If-Match` names. Code 7001.'),
}

function envelopeSchemas(): Record<string, JsonSchema> {
  const notices = { type: 'array' as const, items: { $ref: '#/components/schemas/Notice' } }
  return {
    Notice: z.toJSONSchema(noticeSchema, { io: 'input' }),
    ResultInfo: z.toJSONSchema(resultInfoSchema, { io: 'input' }),
    CursorInfo: z.toJSONSchema(cursorInfoSchema, { io: 'input' }),
    Failure: {
      type: 'object',
      properties: { success: { const: false }, errors: notices, messages: notices, result: { type: 'null' } },
      required: ['success', 'errors', 'messages', 'result'],
    },
  }
}

const tagOf = ({ name }: Route): string => name.split('.')[0] ?? name

function operationOf(route: Route, schemas: RouteSchemas): OpenApiOperation {
  const body = schemas.partOf(route, 'body')
  return {
    operationId: route.name,
    tags: [tagOf(route)],
    summary: route.summary,
    description: `${route.summary}\n\n${needOf(route)}`,
    'x-permission': route.permission,
    parameters: [
      ...parametersOf(schemas.partOf(route, 'params'), 'path'),
      ...parametersOf(schemas.partOf(route, 'query'), 'query'),
      ...(canBeChanged(route, schemas) ? [ifMatch] : []),
    ],
    ...(route.takesFile && { requestBody: { required: true, content: { '*/*': { schema: {} } } } }),
    ...(body !== null && {
      requestBody: {
        required: route.body !== null && !route.body.safeParse(undefined).success,
        content: { 'application/json': { schema: body } },
      },
    }),
    responses: responsesOf(route, schemas),
  }
}

function needOf({ permission }: Route): string {
  if (permission === null) return 'Any good credential will do.'
  return permission === 'admin' ? 'Only for the admin of the instance.' : `Needs the permission \`${permission}\`.`
}

const ifMatch = {
  name: 'If-Match',
  in: 'header' as const,
  required: false,
  description: 'The `modified_at` of the version that you have seen: what has changed since then is left alone (412).',
  schema: { type: 'string' as const },
}

/** Whether it changes something that carries the time of its last change. */
function canBeChanged(route: Route, schemas: RouteSchemas): boolean {
  if (route.method === 'GET' || route.method === 'POST') return false
  const result = schemas.partOf(route, 'result')
  const name = result?.$ref?.split('/').at(-1)
  const properties = (name === undefined ? result : schemas.components[name])?.properties
  return properties?.['modified_at'] !== undefined
}

function parametersOf(schema: JsonSchema | null, place: 'path' | 'query'): OpenApiOperation['parameters'] {
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => {
    // zod writes objects here; `true` and `false` are for what nothing or anything fits.
    const { description, ...rest } = property as JsonSchema
    const required = schema?.required?.includes(name) === true
    return { name, in: place, required, ...(description !== undefined && { description }), schema: rest }
  })
}

function responsesOf(route: Route, schemas: RouteSchemas): Record<string, unknown> {
  const named = (name: keyof typeof refusals): unknown => ({ $ref: `#/components/responses/${name}` })
  return {
    200: { description: answerOf(route), content: contentOf(route, schemas) },
    400: named('BadRequest'),
    401: named('Unauthorized'),
    ...(route.permission !== null && { 403: named('Forbidden') }),
    ...(route.path.replace('{account_id}', '').includes('{') && { 404: named('NotFound') }),
    ...(canBeChanged(route, schemas) && { 412: named('Changed') }),
  }
}

function answerOf({ result, resultKey }: Route): string {
  if (result === null) return 'The stored content as it is, without an envelope, in its own content type.'
  return resultKey === undefined ? 'Done.' : `Done. What others have in \`result\` is in \`${resultKey}\` here.`
}

function contentOf(route: Route, schemas: RouteSchemas): Record<string, { schema: JsonSchema }> {
  const result = schemas.partOf(route, 'result')
  if (result === null) return { '*/*': { schema: {} } }
  const notices = { type: 'array' as const, items: { $ref: '#/components/schemas/Notice' } }
  const key = route.resultKey ?? 'result'
  const isList = result.type === 'array' && route.query.shape['page'] !== undefined
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      success: { const: true },
      errors: notices,
      messages: notices,
      [key]: result,
      ...(isList && { result_info: infoOf(route) }),
    },
    required: ['success', 'errors', 'messages', key, ...(isList ? ['result_info'] : [])],
  }
  return { 'application/json': { schema } }
}

/** A list that can be walked by cursor answers with one kind or the other. */
function infoOf({ query }: Route): JsonSchema {
  const byPage = { $ref: '#/components/schemas/ResultInfo' }
  if (query.shape['cursor'] === undefined) return byPage
  return { anyOf: [byPage, { $ref: '#/components/schemas/CursorInfo' }] }
}
