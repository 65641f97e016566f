import { compileConditionPattern } from '../contract/route-conditions.ts'
import { compileField, type Field } from './fields.ts'
import type { Condition } from './routing.ts'

/** Of a longer text a pattern sees the beginning. */
const longestMatched = 2048

/**
 * Compiles what `findConditionFaults` of the contract found good. As in MongoDB's queries a field that is a list matches where
 * one of its entries does, a field that is missing equals null, and `$ne`, `$nin`, `$not` are the opposite of the others.
 * What was never good (stored by another version) does not hold.
 */
export function compileConditions(conditions: unknown): Condition {
  return all(Object.entries(asRecord(conditions)).map(([name, member]) => compileEntry(name, member)))
}

function compileEntry(name: string, member: unknown): Condition {
  if (name === '$and') return all(asArray(member).map(compileConditions))
  if (name === '$or') return any(asArray(member).map(compileConditions))
  if (name === '$not') return not(compileConditions(member))
  const field = compileField(name)
  if (field === null) return () => false
  if (typeof member !== 'object' || member === null) return equals(field, member)
  return compileTest(field, member)
}

function compileTest(field: Field, test: unknown): Condition {
  return all(Object.entries(asRecord(test)).map(([name, operand]) => compileOperator(field, name, operand)))
}

function compileOperator(field: Field, name: string, operand: unknown): Condition {
  switch (name) {
    case '$eq':
      return equals(field, operand)
    case '$ne':
      return not(equals(field, operand))
    case '$in':
      return any(asArray(operand).map((one) => equals(field, one)))
    case '$nin':
      return not(any(asArray(operand).map((one) => equals(field, one))))
    case '$gt':
      return compares(field, operand, (value, than) => value > than)
    case '$gte':
      return compares(field, operand, (value, than) => value >= than)
    case '$lt':
      return compares(field, operand, (value, than) => value < than)
    case '$lte':
      return compares(field, operand, (value, than) => value <= than)
    case '$exists':
      return (input) => field.some(input, isAnything) === operand
    case '$regex':
      return matches(field, operand)
    case '$not':
      return not(compileTest(field, operand))
    default:
      return () => false
  }
}

const isAnything = (): boolean => true

function equals(field: Field, operand: unknown): Condition {
  if (operand === null) return (input) => field.some(input, (value) => value === null) || !field.some(input, isAnything)
  return (input) => field.some(input, (value) => field.asTypeOf(operand, value) === operand)
}

/** Texts and numbers are compared with their like alone. */
function compares<T extends string | number>(
  field: Field,
  operand: unknown,
  isSo: (value: T, than: T) => boolean,
): Condition {
  const type = typeof operand
  if (type !== 'string' && type !== 'number') return () => false
  // Both are of the same type, which is one of the two.
  return (input) =>
    field.some(input, (given) => {
      const value = field.asTypeOf(operand, given)
      return typeof value === type && isSo(value as T, operand as T)
    })
}

function matches(field: Field, operand: unknown): Condition {
  const pattern = typeof operand === 'string' ? compileConditionPattern(operand) : { fault: 'it is no text' }
  if ('fault' in pattern) return () => false
  const test = (value: unknown): boolean =>
    typeof value === 'string' && pattern.test(value.slice(0, longestMatched)) === true
  return (input) => field.some(input, test)
}

function all(conditions: readonly Condition[]): Condition {
  const [only] = conditions
  if (only && conditions.length === 1) return only
  return (input) => conditions.every((condition) => condition(input))
}

function any(conditions: readonly Condition[]): Condition {
  return (input) => conditions.some((condition) => condition(input))
}

function not(condition: Condition): Condition {
  return (input) => !condition(input)
}

function asRecord(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
