import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { apiRoutes } from '../../src/contract/index.ts'
import { momentSchema } from '../../src/contract/moment.ts'
import { defineRoute, type Route } from '../../src/contract/route.ts'
import { createOpenApi, type OpenApiOperation } from '../../src/management/openapi.ts'

const routes = Object.values(apiRoutes).flatMap((ofNoun) => Object.values<Route>(ofNoun))

describe('the OpenAPI document', () => {
  const document = createOpenApi(routes)
  const operationOf = (route: Route): OpenApiOperation =>
    document.paths[route.path]?.[route.method.toLowerCase()] ?? assert.fail(`${route.name} is not there`)

  it('has every route of the contract, by its name, with its permission and its path parameters', () => {
    for (const route of routes) {
      const operation = operationOf(route)
      assert.equal(operation.operationId, route.name)
      assert.equal(operation['x-permission'], route.permission)
      assert.ok(route.permission === null || operation.description.includes(route.permission), operation.description)
      const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)
      const named = Array.from(route.path.matchAll(/\{(\w+)\}/g), ([, name = '']) => name)
      assert.deepEqual(inPath.toSorted(), named.toSorted(), route.name)
      assert.ok(operation.parameters.every((parameter) => parameter.in !== 'path' || parameter.required))
    }
    assert.equal(new Set(routes.map(({ name }) => name)).size, routes.length)
  })

  it('refers to nothing that is not in it', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)]
    assert.ok(references.length > routes.length)
    assert.equal(references.length, JSON.stringify(document).match(/"\$ref"/g)?.length)
    for (const [, kind = '', name = ''] of references) {
      assert.ok(name in (document.components[kind as 'schemas'] ?? {}), `${kind}/${name}`)
    }
  })

  it('wraps a result in the envelope, a list with its result_info, and leaves what is stored as it is', () => {
    const answer = (name: string): Record<string, { schema: { properties: Record<string, unknown> } }> => {
      const good = operationOf(routes.find((route) => route.name === name) ?? assert.fail(name)).responses['200']
      return (good as { content: Record<string, { schema: { properties: Record<string, unknown> } }> }).content
    }
    const list = answer('gateways.list')['application/json']?.schema.properties
    assert.deepEqual(list?.['result'], { type: 'array', items: { $ref: '#/components/schemas/Gateway' } })
    assert.deepEqual(list?.['result_info'], { $ref: '#/components/schemas/ResultInfo' })
    const rows = JSON.stringify(answer('logs.list')['application/json']?.schema.properties['result_info'])
    assert.match(rows, /ResultInfo.*CursorInfo/)
    const one = answer('gateways.get')['application/json']?.schema.properties
    assert.deepEqual(one?.['result'], { $ref: '#/components/schemas/Gateway' })
    assert.equal(one?.['result_info'], undefined)
    assert.deepEqual(Object.keys(answer('logs.response')), ['*/*'])
  })

  it('offers If-Match where a thing carries the time of its last change', () => {
    const withMatch = routes.filter((route) => operationOf(route).parameters.some(({ name }) => name === 'If-Match'))
    const names = withMatch.map(({ name }) => name)
    for (const name of ['gateways.update', 'gateways.edit', 'gateways.delete', 'tokens.update']) {
      assert.ok(names.includes(name), name)
    }
    assert.ok(!names.includes('logs.delete') && !names.includes('gateways.create'))
  })
})

describe('schemas in the document', () => {
  const thing = z.object({ id: z.string(), any: z.json(), modified_at: z.iso.datetime() })
  const base = {
    path: '/x/{id}',
    summary: 'Of a test.',
    permission: null,
    params: z.object({ id: z.string() }),
  } as const
  const get = defineRoute({ ...base, name: 'boxes.get', method: 'GET', query: z.object({}), body: null, result: thing })
  const patch = defineRoute({
    ...base,
    name: 'boxes.lids.turn',
    method: 'PATCH',
    query: z.object({
      when: momentSchema.optional(),
      flag: z.stringbool().optional().describe('Yes or no.'),
      page: z.coerce.number().int().min(1).default(1),
    }),
    body: z.strictObject({ more: z.json().optional() }).optional(),
    result: thing,
    resultKey: 'data',
  })

  it('are what a client writes: a moment is a text, a flag true or false', () => {
    const { parameters } = createOpenApi([patch]).paths['/x/{id}']?.['patch'] ?? assert.fail()
    const [, when, flag, page] = parameters
    assert.deepEqual([when?.required, when?.schema.type], [false, 'string'])
    assert.deepEqual(flag, {
      name: 'flag',
      in: 'query',
      required: false,
      description: 'Yes or no.',
      schema: { type: 'boolean' },
    })
    assert.deepEqual([page?.schema.type, page?.schema.default, page?.schema.minimum], ['integer', 1, 1])
  })

  it('are named after what they are of, once, and any JSON is one schema', () => {
    const { components, paths } = createOpenApi([get, patch])
    const own = Object.keys(components.schemas).filter(
      (name) => !['Notice', 'ResultInfo', 'CursorInfo', 'Failure'].includes(name),
    )
    assert.deepEqual(own.toSorted(), ['Box', 'BoxLidTurnBody', 'Json'])
    const operation = paths['/x/{id}']?.['patch']
    assert.equal(operation?.requestBody?.required, false)
    assert.match(JSON.stringify(operation?.responses['200']), /"data":\{"\$ref":"#\/components\/schemas\/Box"\}/)
  })

  it('of two kinds under one name are refused', () => {
    const other = defineRoute({ ...get, name: 'box.get', result: z.object({ id: z.string() }) })
    assert.throws(() => createOpenApi([get, other]), /Two schemas of the contract would be named Box/)
  })
})
