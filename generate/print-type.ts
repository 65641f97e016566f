import type { JsonSchema } from '../src/management/openapi-schemas.ts'

/** A JSON Schema as a TypeScript type. References become the name of their component. */
export function printType(given: JsonSchema | boolean): string {
  if (typeof given === 'boolean') return given ? 'unknown' : 'never'
  const schema = given
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'unknown'
  const options = schema.anyOf ?? schema.oneOf
  if (options !== undefined) return union(options.map(printType))
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return union(schema.enum.map((value) => printLiteral(value)))
  // zod writes one type; a nullable one, several.
  const types = schema.type === undefined ? [] : [schema.type].flat()
  return types.length === 0 ? 'unknown' : union(types.map((type) => printPlain(type, schema)))
}

/** The members of an object, for an interface; null where the schema is not one with members. */
export function printMembers(schema: JsonSchema): string | null {
  if (schema.type !== 'object' || schema.properties === undefined) return null
  const required = schema.required ?? []
  const members = Object.entries(schema.properties).map(([name, property]) => {
    const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)
    const optional = required.includes(name) ? '' : '?'
    return `${describe(property)}${key}${optional}: ${printType(property)}`
  })
  // Other members are taken, or may come in an answer.
  if (typeof schema.additionalProperties === 'object') members.push('[name: string]: unknown')
  return members.join('\n')
}

/** A comment before what it describes; nothing where there is nothing to say. */
export function comment(...lines: readonly string[]): string {
  if (lines.length === 0) return ''
  if (lines.length === 1) return `/** ${lines[0]} */\n`
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`
}

function describe(property: JsonSchema | boolean): string {
  if (typeof property === 'boolean') return ''
  const { description, default: usual } = property
  const isPlain = ['string', 'number', 'boolean'].includes(typeof usual)
  const said = [description, isPlain ? `Default ${JSON.stringify(usual)}.` : undefined]
  return comment(...said.filter((text) => text !== undefined))
}

function printPlain(type: string, schema: JsonSchema): string {
  if (type === 'array') return printArray(schema)
  if (type === 'object') return printObject(schema)
  return type === 'integer' ? 'number' : type
}

function printArray({ items, prefixItems }: JsonSchema): string {
  if (prefixItems !== undefined) return `[${prefixItems.map((item) => printType(item as JsonSchema)).join(', ')}]`
  if (items === undefined || Array.isArray(items)) return 'unknown[]'
  return `Array<${printType(items as JsonSchema)}>`
}

function printObject(schema: JsonSchema): string {
  const members = printMembers(schema)
  if (members !== null && members !== '') return `{\n${members}\n}`
  const { additionalProperties: values, propertyNames: names } = schema
  const value = values === undefined ? 'unknown' : printType(values)
  // A record of which the names are known: any of them may be there.
  if (typeof names === 'object' && names.enum !== undefined) return `{ [Name in ${printType(names)}]?: ${value} }`
  return `Record<string, ${value}>`
}

function printLiteral(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'` : JSON.stringify(value)
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ')
}
