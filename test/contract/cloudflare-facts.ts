import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { OpenApiDocument, OpenApiOperation } from '../../src/management/openapi.ts'

/** One thing that an API has: `GET /gateways`, `GET /gateways query page`, `POST /gateways body id`. */
export type Fact = string

interface Names {
  query?: string
  body?: string
  answer?: string
}
const parts = ['query', 'body', 'answer'] as const
type Part = (typeof parts)[number]

/** What Cloudflare's API has, by operation. */
export function readCloudflareFacts(): Map<string, Fact[]> {
  const file = path.join(import.meta.dirname, 'cloudflare-paths.json')
  // A data file of this repository.
  const { operations } = JSON.parse(readFileSync(file, 'utf8')) as { operations: Record<string, Names> }
  return new Map(
    Object.entries(operations).map(([operation, names]) => [
      operation,
      parts.flatMap((part) => (names[part]?.split(' ') ?? []).map((name) => `${operation} ${part} ${name}`)),
    ]),
  )
}

/** Which of them a document of ours does not have; of an operation that is not there, only the operation. */
export function missingFacts(facts: Map<string, Fact[]>, document: OpenApiDocument): Fact[] {
  const ours = new Map<string, OpenApiOperation>()
  for (const [fullPath, operations] of Object.entries(document.paths)) {
    const below = fullPath.replace('/accounts/{account_id}/ai-gateway', '').replaceAll(/\{\w+\}/g, '{}')
    for (const [method, operation] of Object.entries(operations))
      ours.set(`${method.toUpperCase()} ${below}`, operation)
  }
  return [...facts].flatMap(([operation, ofOperation]) => {
    const here = ours.get(operation)
    if (here === undefined) return [operation]
    return ofOperation.filter((fact) => {
      const [, , part, name = ''] = fact.split(' ')
      return !hasName(document, here, part as Part, name)
    })
  })
}

function hasName(document: OpenApiDocument, operation: OpenApiOperation, part: Part, name: string): boolean {
  if (part === 'query') return operation.parameters.some((ours) => ours.in === 'query' && ours.name === name)
  const content = part === 'body' ? operation.requestBody : operation.responses['200']
  const schema = (content as { content?: Record<string, { schema: unknown }> } | undefined)?.content?.[
    'application/json'
  ]
  const steps = name.replaceAll('[]', '.[]').split('.').filter(Boolean)
  return schema !== undefined && holds(document, schema.schema, steps)
}

interface Schema {
  $ref?: string
  anyOf?: unknown[]
  oneOf?: unknown[]
  items?: unknown
  properties?: Record<string, unknown>
  additionalProperties?: unknown
}

/** Whether a schema declares a member, step by step; one that takes any members declares all only if it names none. */
function holds(document: OpenApiDocument, given: unknown, steps: readonly string[]): boolean {
  const [step, ...rest] = steps
  if (step === undefined) return true
  const schema = given as Schema
  if (schema.$ref !== undefined) {
    return holds(document, document.components.schemas[schema.$ref.split('/').at(-1) ?? ''], steps)
  }
  const options = schema.anyOf ?? schema.oneOf
  if (options !== undefined) return options.some((option) => holds(document, option, steps))
  if (Object.keys(schema).filter((key) => key !== 'description').length === 0) return true
  if (step === '[]') return schema.items !== undefined && holds(document, schema.items, rest)
  const property = schema.properties?.[step]
  if (property !== undefined) return holds(document, property, rest)
  const isMap = schema.properties === undefined && typeof schema.additionalProperties === 'object'
  return isMap && holds(document, schema.additionalProperties, rest)
}
