import type { Operation } from '../client/src/operation.ts'
import type { Route } from '../src/contract/route.ts'
import { createOpenApi, type OpenApiDocument, type OpenApiOperation } from '../src/management/openapi.ts'
import type { JsonSchema } from '../src/management/openapi-schemas.ts'
import { comment, printMembers, printType } from './print-type.ts'

/** A call as the client has it. */
interface Call {
  /** Where it is in the client, e.g. `aiGateway.logs.get`. */
  name: string
  method: string
  path: string
  operation: OpenApiOperation
  answer: 'result' | 'page' | 'whole' | 'raw' | 'stream'
}

/** The official SDK hands out all of this answer, `success` included. */
const wholeAnswers = ['logs.delete']
/** An answer that may be too large to be held. */
const streamed = ['logs.export', 'datasets.items.export']
/** Doing it a second time does something else than doing it once, although its method says otherwise. */
const notRepeatable = ['logs.delete']

/** The client's types and its table of calls, as TypeScript text that is not laid out yet. */
export function printClient(routes: readonly Route[]): string {
  const document = createOpenApi(routes)
  const calls = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => toCall(method.toUpperCase(), path, operation)),
  )
  return [
    '// Made from the contract of the server by `npm run generate`. Not edited by hand.',
    "import type { ApiPromise } from './api-promise.ts'\n" +
      "import type { FileContent, Operation, RequestOptions } from './operation.ts'\n" +
      "import type { PagePromise } from './page.ts'",
    ...printComponents(document),
    ...calls.flatMap(printQuery),
    ...printResources(calls),
    printTable(calls),
  ].join('\n\n')
}

function toCall(method: string, path: string, operation: OpenApiOperation): Call {
  const isOfAiGateway = path.startsWith('/accounts/{account_id}/ai-gateway')
  const name = isOfAiGateway ? `aiGateway.${operation.operationId.replace(/^gateways\./, '')}` : operation.operationId
  return { name, method, path, operation, answer: answerOf(operation) }
}

function answerOf(operation: OpenApiOperation): Call['answer'] {
  if (streamed.includes(operation.operationId)) return 'stream'
  const envelope = envelopeOf(operation)
  if (envelope === null) return 'raw'
  if (envelope.properties?.['result'] === undefined || wholeAnswers.includes(operation.operationId)) return 'whole'
  return envelope.properties['result_info'] === undefined ? 'result' : 'page'
}

function envelopeOf({ responses }: OpenApiOperation): JsonSchema | null {
  // As `createOpenApi` wrote it.
  const good = responses['200'] as { content: Record<string, { schema: JsonSchema }> }
  return good.content['application/json']?.schema ?? null
}

function printComponents({ components }: OpenApiDocument): string[] {
  return Object.entries(components.schemas as Record<string, JsonSchema>).map(([name, schema]) => {
    if (name === 'Json')
      return `export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }`
    const members = printMembers(schema)
    return members === null || members === ''
      ? `export type ${name} = ${printType(schema)}`
      : `export interface ${name} {\n${members}\n}`
  })
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
const pascal = (name: string): string => name.split('.').map(capital).join('')
const queryOf = ({ operation }: Call): OpenApiOperation['parameters'] =>
  operation.parameters.filter((parameter) => parameter.in === 'query')
const queryName = ({ operation }: Call): string => `${pascal(operation.operationId)}Query`

function printQuery(call: Call): string[] {
  const query = queryOf(call)
  if (query.length === 0) return []
  const properties = query.map(({ name, description, schema }) => [
    name,
    description === undefined ? schema : { ...schema, description },
  ])
  const members = printMembers({
    type: 'object',
    properties: Object.fromEntries(properties) as Record<string, JsonSchema>,
    required: query.filter(({ required }) => required).map(({ name }) => name),
  })
  return [`export interface ${queryName(call)} {\n${members}\n}`]
}

/** One interface for each noun, the inner ones as members of the outer ones. */
function printResources(calls: readonly Call[]): string[] {
  const nouns = new Map<string, string[]>([['', []]])
  const membersOf = (noun: string): string[] => {
    const known = nouns.get(noun)
    if (known !== undefined) return known
    const members: string[] = []
    nouns.set(noun, members)
    const [last = '', ...outer] = noun.split('.').toReversed()
    membersOf(outer.toReversed().join('.')).push(`${last}: ${apiName(noun)}`)
    return members
  }
  for (const call of calls) {
    const at = call.name.lastIndexOf('.')
    membersOf(call.name.slice(0, at)).push(...printMethods(call, call.name.slice(at + 1)))
  }
  return [...nouns].map(([noun, members]) => `export interface ${apiName(noun)} {\n${members.join('\n')}\n}`)
}

const apiName = (noun: string): string => `${pascal(noun.replace(/^aiGateway\./, ''))}Api`

/**
 * The ways to write a call. Texts that stand before the object are the last parameters of the path: the item's id alone, as
 * in the official SDK 7, or the gateway's and the item's, as in the SDK up to 4.
 */
function printMethods(call: Call, verb: string): string[] {
  const { operation, path, method } = call
  const inPath = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = '']) => name)
  const rest = [
    ...(queryOf(call).length > 0 ? [queryName(call)] : []),
    ...(operation.requestBody ? [bodyType(operation.requestBody)] : []),
  ]
  const said = comment(operation.summary, '', `\`${method} ${path}\`. ${operation.description.split('\n').at(-1)}`)
  if (inPath.length === 0 && rest.length === 0) return [`${said}${verb}(options?: RequestOptions): ${returnType(call)}`]
  const counts = inPath.length < 2 ? [0] : inPath.slice(1).map((_, index) => index + 1)
  return counts.map((count) => {
    const named = inPath.slice(0, inPath.length - count)
    const positional = inPath.slice(inPath.length - count).map((name) => `${camel(name)}: string`)
    const path = named.length > 0 ? [`{ ${named.map((name) => `${name}: string`).join('; ')} }`] : []
    const isOptional = path.length === 0 && queryOf(call).every(({ required }) => !required)
    const params = `params${isOptional ? '?' : ''}: ${[...path, ...rest].join(' & ')}`
    return `${said}${verb}(${[...positional, params, 'options?: RequestOptions'].join(', ')}): ${returnType(call)}`
  })
}

const camel = (name: string): string => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

function bodyKind({ requestBody }: OpenApiOperation): Operation['body'] {
  if (requestBody === undefined) return 'none'
  if (isFile(requestBody.content)) return 'file'
  return requestBody.required ? 'required' : 'optional'
}

const isFile = (content: object): boolean => '*/*' in content

function bodyType({ required, content }: NonNullable<OpenApiOperation['requestBody']>): string {
  if (isFile(content)) return '{ file: FileContent }'
  const type = printType(content['application/json']?.schema ?? {})
  return required ? type : `Partial<${type}>`
}

function returnType({ operation, answer }: Call): string {
  const envelope = envelopeOf(operation)
  if (answer === 'stream') return 'ApiPromise<Response>'
  if (answer === 'raw' || envelope === null) return 'ApiPromise<unknown>'
  if (answer === 'whole') return `ApiPromise<${printType(envelope)}>`
  const result = envelope.properties?.['result'] as JsonSchema
  return answer === 'page'
    ? `PagePromise<${printType(result.items as JsonSchema)}>`
    : `ApiPromise<${printType(result)}>`
}

function printTable(calls: readonly Call[]): string {
  const rows = calls.map((call) => {
    const { name, method, path, operation, answer } = call
    const isRepeatable = method !== 'POST' && !notRepeatable.includes(operation.operationId)
    const query = queryOf(call).map((parameter) => parameter.name)
    const body = bodyKind(operation)
    const row = { method, path, query, body, answer, isRepeatable }
    return `${JSON.stringify(name)}: ${JSON.stringify(row)},`
  })
  return `/** Every call by its place in the client. */\nexport const operations: Readonly<Record<string, Operation>> = {\n${rows.join('\n')}\n}\n`
}
