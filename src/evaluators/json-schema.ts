import { isObject } from './json.ts'
import { compilePattern } from '../contract/linear-regex.ts'

/*
 * JSON Schema (draft 2020-12, https://json-schema.org/draft/2020-12, read 2026-11-26) as far as answers of models are described
 * with it. Own code, for it must neither run a pattern that goes back nor make code of a schema. A keyword that is not
 * known is a fault: passed over, it would let through what it forbids. `format` says nothing here, as in the draft.
 */

type Fields = Record<string, unknown>
type Schema = Fields | boolean

interface Place {
  root: unknown
  /** The schema in which the keyword stands. */
  schema: Fields
  /** Of the value, from `$` on. */
  path: string
  depth: number
  /** Schemas that may still be looked at. */
  budget: { left: number }
}

interface Keyword {
  expected: string
  takes(want: unknown): boolean
  check(want: unknown, value: unknown, place: Place): string | null
}

/** A schema may refer to itself. */
const mostDepth = 200
const mostSteps = 100_000

const annotations: readonly string[] =
  '$schema $id $comment $defs definitions title description default examples deprecated readOnly writeOnly format'.split(
    ' ',
  )
const holdsMap: readonly string[] = ['properties', '$defs', 'definitions']
const holdsList: readonly string[] = ['prefixItems', 'allOf', 'anyOf', 'oneOf']
const holdsOne: readonly string[] = ['items', 'additionalProperties', 'propertyNames', 'not']

/** Why a schema cannot be used, with the place in it; null: it can. */
export function findSchemaFault(schema: unknown): string | null {
  return faultAt(schema, schema, 'schema')
}

/** Where a value is not as a schema says, and how; null: it is. The schema has no fault. */
export function findViolation(schema: unknown, value: unknown): string | null {
  return check(schema, value, { root: schema, schema: {}, path: '$', depth: 0, budget: { left: mostSteps } })
}

function faultAt(root: unknown, schema: unknown, path: string): string | null {
  if (typeof schema === 'boolean') return null
  if (!isObject(schema)) return `${path} is no schema, expected an object, true or false`
  return first(Object.entries(schema), ([name, want]) => {
    const at = `${path}.${name}`
    const keyword = Object.hasOwn(keywords, name) ? keywords[name] : undefined
    if (keyword === undefined && !annotations.includes(name)) return `${at} is not supported`
    if (keyword?.takes(want) === false) return `${at} must be ${keyword.expected}`
    if (name === 'pattern') return patternFault(at, String(want))
    if (name === '$ref' && target(root, String(want)) === undefined) return `${at} leads to no schema: ${String(want)}`
    if (holdsOne.includes(name)) return faultAt(root, want, at)
    if (!holdsMap.includes(name) && !holdsList.includes(name)) return null
    if (typeof want !== 'object' || want === null) return `${at} must be schemas by their names`
    return first(Object.entries(want), ([part, inner]) => faultAt(root, inner, `${at}.${part}`))
  })
}

function patternFault(at: string, source: string): string | null {
  const compiled = compilePattern(source, { ignoresCase: false })
  return 'fault' in compiled ? `${at} cannot be used: ${compiled.fault}` : null
}

function check(schema: unknown, value: unknown, place: Place): string | null {
  if (schema === true || schema === undefined) return null
  if (schema === false) return `${place.path} is not allowed`
  if (place.depth > mostDepth) return `${place.path} nests deeper than ${mostDepth} schemas`
  if (place.budget.left-- <= 0) return `${place.path} was not reached: the answer is too large for this schema`
  const fields = schema as Fields // `findSchemaFault` has seen it.
  const inside = { ...place, schema: fields, depth: place.depth + 1 }
  return first(Object.entries(fields), ([name, want]) => keywords[name]?.check(want, value, inside) ?? null)
}

/** The first complaint. */
function first<T>(of: readonly T[], complaint: (one: T) => string | null): string | null {
  for (const one of of) {
    const found = complaint(one)
    if (found !== null) return found
  }
  return null
}

const below = (schema: unknown, value: unknown, place: Place, step: string): string | null =>
  check(schema, value, { ...place, path: place.path + step })

/** Where a reference leads: inside the schema only, for nothing is fetched. */
function target(root: unknown, ref: string): unknown {
  if (ref === '#') return root
  if (!ref.startsWith('#/')) return undefined
  const words = ref.slice(2).split('/')
  const names = words.map((word) => word.replaceAll('~1', '/').replaceAll('~0', '~'))
  return names.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as Fields)[name] : undefined),
    root,
  )
}

function define<Want>(
  expected: string,
  takes: (want: unknown) => want is Want,
  complain: (want: Want, value: unknown, place: Place) => string | null | false,
): Keyword {
  return {
    expected,
    takes,
    check: (want, value, place) => (takes(want) && complain(want, value, place)) || null,
  }
}

const isNumber = (want: unknown): want is number => typeof want === 'number'
const isText = (want: unknown): want is string => typeof want === 'string'
const isCount = (want: unknown): want is number => Number.isInteger(want) && Number(want) >= 0
const isPositive = (want: unknown): want is number => isNumber(want) && want > 0
const isFlag = (want: unknown): want is boolean => typeof want === 'boolean'
const isNames = (want: unknown): want is string[] => Array.isArray(want) && want.every(isText)
const isList = (want: unknown): want is unknown[] => Array.isArray(want) && want.length > 0
const isSchema = (want: unknown): want is Schema => isObject(want) || isFlag(want)
const isAnything = (want: unknown): want is unknown => want !== undefined
const isTypes = (want: unknown): want is string | string[] =>
  isText(want)
    ? Object.hasOwn(types, want)
    : isNames(want) && want.length > 0 && want.every((name) => Object.hasOwn(types, name))

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: isText,
  number: isNumber,
  integer: Number.isInteger,
  boolean: isFlag,
  null: (value) => value === null,
  array: Array.isArray,
  object: isObject,
}

const ofNumber = (says: string, isWrong: (value: number, want: number) => boolean): Keyword =>
  define('a number', isNumber, (want, value, { path }) =>
    isNumber(value) && isWrong(value, want) ? `${path} is ${value}, ${says} ${want}` : null,
  )
const ofSize = (what: string, says: string, sizeOf: (value: unknown) => number | null, sign: 1 | -1): Keyword =>
  define('a whole number', isCount, (want, value, { path }) => {
    const size = sizeOf(value)
    return size !== null && sign * (size - want) < 0 ? `${path} has ${size} ${what}, ${says} ${want}` : null
  })
const lengthOf = (value: unknown): number | null => (isText(value) ? Array.from(value).length : null)
const itemsOf = (value: unknown): number | null => (Array.isArray(value) ? value.length : null)
const membersOf = (value: unknown): number | null => (isObject(value) ? Object.keys(value).length : null)

const keywords: Readonly<Record<string, Keyword>> = {
  $ref: define('a text that begins with #', isText, (want, value, place) =>
    check(target(place.root, want), value, place),
  ),
  type: define(`of ${Object.keys(types).join(', ')}`, isTypes, (want, value, { path }) =>
    [want].flat().some((name) => types[name]?.(value)) ? null : `${path} is no ${[want].flat().join(' or ')}`,
  ),
  const: define('a value', isAnything, (want, value, { path }) =>
    canonical(want) === canonical(value) ? null : `${path} is not ${canonical(want)}`,
  ),
  enum: define('a list of values', isList, (want, value, { path }) =>
    want.some((one) => canonical(one) === canonical(value)) ? null : `${path} is none of ${canonical(want)}`,
  ),
  properties: define(
    'schemas by their names',
    isObject,
    (want, value, place) =>
      isObject(value) &&
      first(Object.entries(want), ([name, schema]) =>
        Object.hasOwn(value, name) ? below(schema, value[name], place, `.${name}`) : null,
      ),
  ),
  required: define(
    'a list of names',
    isNames,
    (want, value, { path }) =>
      isObject(value) && first(want, (name) => (Object.hasOwn(value, name) ? null : `${path} has no ${name}`)),
  ),
  additionalProperties: define('a schema', isSchema, (want, value, place) => {
    const known = isObject(place.schema['properties']) ? place.schema['properties'] : {}
    const others = isObject(value) ? Object.entries(value).filter(([name]) => !Object.hasOwn(known, name)) : []
    return first(others, ([name, member]) => below(want, member, place, `.${name}`))
  }),
  propertyNames: define(
    'a schema',
    isSchema,
    (want, value, place) =>
      isObject(value) && first(Object.keys(value), (name) => below(want, name, place, `.${name}`)),
  ),
  minProperties: ofSize('members', 'expected at least', membersOf, 1),
  maxProperties: ofSize('members', 'expected at most', membersOf, -1),
  prefixItems: define(
    'a list of schemas',
    isList,
    (want, value, place) =>
      Array.isArray(value) &&
      first(Array.from(want.slice(0, value.length).entries()), ([at, schema]) =>
        below(schema, value[at], place, `[${at}]`),
      ),
  ),
  items: define('a schema', isSchema, (want, value, place) => {
    const { prefixItems: prefix } = place.schema
    const rest = Array.isArray(value) ? Array.from(value.entries()).slice(itemsOf(prefix) ?? 0) : []
    return first(rest, ([at, item]) => below(want, item, place, `[${at}]`))
  }),
  minItems: ofSize('items', 'expected at least', itemsOf, 1),
  maxItems: ofSize('items', 'expected at most', itemsOf, -1),
  uniqueItems: define('true or false', isFlag, (want, value, { path }) => {
    const isSo = want && Array.isArray(value) && new Set(value.map(canonical)).size < value.length
    return isSo ? `${path} has an item twice` : null
  }),
  minLength: ofSize('characters', 'expected at least', lengthOf, 1),
  maxLength: ofSize('characters', 'expected at most', lengthOf, -1),
  pattern: define('a pattern', isText, (want, value, { path }) => {
    const compiled = compilePattern(want, { ignoresCase: false })
    if (!isText(value) || 'fault' in compiled) return null
    return compiled.test(value) === true ? null : `${path} does not match ${want}`
  }),
  minimum: ofNumber('expected at least', (value, want) => value < want),
  maximum: ofNumber('expected at most', (value, want) => value > want),
  exclusiveMinimum: ofNumber('expected more than', (value, want) => value <= want),
  exclusiveMaximum: ofNumber('expected less than', (value, want) => value >= want),
  multipleOf: define('a number above 0', isPositive, (want, value, { path }) => {
    const times = isNumber(value) ? value / want : 0
    // 0.3 is three times 0.1, whatever floating point makes of it.
    const isWhole = Math.abs(times - Math.round(times)) <= 1e-9 * Math.max(1, Math.abs(times))
    return isWhole ? null : `${path} is ${String(value)}, expected a multiple of ${want}`
  }),
  allOf: define('a list of schemas', isList, (want, value, place) =>
    first(want, (schema) => check(schema, value, place)),
  ),
  anyOf: define('a list of schemas', isList, (want, value, place) =>
    want.some((schema) => check(schema, value, place) === null) ? null : `${place.path} meets no schema of anyOf`,
  ),
  oneOf: define('a list of schemas', isList, (want, value, place) => {
    const met = want.filter((schema) => check(schema, value, place) === null).length
    return met === 1 ? null : `${place.path} meets ${met} schemas of oneOf, expected one`
  }),
  not: define('a schema', isSchema, (want, value, place) =>
    check(want, value, place) === null ? `${place.path} meets the schema of not` : null,
  ),
}

/** Equal values, equal texts: members in the order of their names. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
  )
}
