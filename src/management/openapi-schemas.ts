import { z } from 'zod'
import type { Route } from '../contract/route.ts'

/** A schema of the document: JSON Schema 2020-12. */
export type JsonSchema = z.core.JSONSchema.BaseSchema

/** The schemas of all routes: the shared ones by name, and the parts of each route. */
export interface RouteSchemas {
  components: Record<string, JsonSchema>
  /** Null where the route has no such part. */
  partOf(route: Route, part: RoutePart): JsonSchema | null
}
export type RoutePart = 'params' | 'query' | 'body' | 'result'
const parts: readonly RoutePart[] = ['params', 'query', 'body', 'result']

const base = '#/components/schemas/'

/**
 * Turns the zod schemas of routes into JSON Schema: what a body or a result is made of becomes a component that is named
 * once, whoever else refers to it. All are described as a client writes them, before transforms (`io: 'input'`).
 */
export function describeSchemas(routes: readonly Route[]): RouteSchemas {
  const registry = z.registry<{ id: string }>()
  const names = nameSchemas(routes)
  for (const [schema, id] of names) registry.add(schema, { id })
  for (const route of routes) {
    for (const part of parts) {
      const schema = route[part]
      // A wrapper of its own, so that a schema which is a component as a whole becomes a reference.
      if (schema !== null) registry.add(z.tuple([schema]), { id: partId(route, part) })
    }
  }
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    unrepresentable: 'any',
    uri: (id) => base + id,
    override: ({ zodSchema, jsonSchema }) => {
      if (isFlag(zodSchema)) jsonSchema.type = 'boolean'
    },
  })
  const plain = withoutShared(schemas)
  return {
    components: Object.fromEntries(Object.entries(plain).filter(([id]) => !id.includes(':'))),
    partOf: (route, part) =>
      // The wrapper's one element.
      (plain[partId(route, part)]?.prefixItems?.[0] as JsonSchema | undefined) ?? null,
  }
}

const partId = ({ name }: Route, part: RoutePart): string => `${name}:${part}`

/** A truth value that travels as text: clients take it for what it means. */
function isFlag({ _zod: { def } }: z.core.$ZodTypes): boolean {
  return def.type === 'pipe' && def.out._zod.def.type === 'boolean'
}

/** The name of the JSON value, which refers to itself; zod keeps such schemas apart, one for each use. */
const jsonName = 'Json'

/** Takes out what is not for a document (`$id`, `$schema`, names of properties that may be any text), and merges all uses of `z.json()`. */
function withoutShared(schemas: Record<string, z.core.JSONSchema.BaseSchema>): Record<string, JsonSchema> {
  const { __shared: shared, ...others } = schemas
  const texts = new Set(
    Object.entries(shared?.$defs ?? {}).map(([key, def]) => JSON.stringify(def).replaceAll(`/$defs/${key}"`, '/self"')),
  )
  if (texts.size > 1) throw new Error('A schema of the contract refers to itself. Only z.json() may do that so far.')
  const all = shared === undefined ? others : { ...others, [jsonName]: Object.values(shared.$defs ?? {})[0] }
  const text = JSON.stringify(all, (key, value: unknown) => {
    if (key === '$id' || key === '$schema') return undefined
    if (key === 'propertyNames' && JSON.stringify(value) === '{"type":"string"}') return undefined
    return value
  })
  // What was JSON a moment ago.
  return JSON.parse(text.replaceAll(/__shared#\/\$defs\/\w+/g, jsonName)) as Record<string, JsonSchema>
}

/**
 * A name for each object that is a body or a result: `Gateway` for what `gateways.get` answers, `LogItem` for an entry of
 * `logs.list`, else after the call, `GatewayCreateBody`. One that several calls share has the first of its names.
 */
function nameSchemas(routes: readonly Route[]): Map<z.ZodType, string> {
  const names = new Map<z.ZodType, string>()
  const isTaken = (name: string): boolean => [...names.values()].includes(name)
  const add = (schema: z.ZodType | null, name: string): void => {
    if (schema === null || names.has(schema) || !(schema instanceof z.ZodObject)) return
    if (isTaken(name)) throw new Error(`Two schemas of the contract would be named ${name}.`)
    names.set(schema, name)
  }
  const read = routes.map((route) => ({ route, ...splitName(route.name) }))
  for (const { route, noun, verb } of read) if (verb === 'get') add(core(route.result), noun)
  for (const { route, noun, verb } of read) {
    if (verb === 'list') add(core(route.result), isTaken(noun) ? `${noun}Item` : noun)
  }
  for (const { route, noun, verb } of read) {
    add(core(route.body), `${noun}${capital(verb)}Body`)
    add(core(route.result), `${noun}${capital(verb)}Result`)
  }
  return names
}

/** `customProviders.costs.get` is about a `CustomProviderCost`. */
function splitName(name: string): { noun: string; verb: string } {
  const words = name.split('.')
  const verb = words.pop() ?? ''
  return { noun: words.map((word) => capital(singular(word))).join(''), verb }
}

const singular = (word: string): string => word.replace(/(?<=x)es$|(?<!s)s$/, '')
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** What is inside of lists and of what may be left out. */
function core(schema: z.ZodType | null): z.ZodType | null {
  if (schema instanceof z.ZodArray) return core(schema.element as z.ZodType)
  if (schema instanceof z.ZodOptional) return core(schema.unwrap() as z.ZodType)
  return schema
}
