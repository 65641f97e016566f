import type { Fault } from './fault.ts'
import { compilePattern, type Pattern } from './linear-regex.ts'

type Path = Fault['path']

/** Deeper or larger ones are nobody's intention, and would cost each request. */
const maxDepth = 16
const maxParts = 500
const maxTextLength = 1024
const maxPatternLength = 256

/** Larger ones would cost each request too much. */
const maxPatternSize = 300

/** The pattern of a `$regex`, which is matched in linear time. */
export function compileConditionPattern(source: string): Pattern {
  return compilePattern(source, { ignoresCase: false, mostSize: maxPatternSize })
}

/** What a condition may look at: `metadata.plan`, `body.model`, `headers.x-team`. */
const fieldPattern = /^(?:metadata|body|headers)(?:\.[^\s.$][^\s.]*)+$/

/** What is wrong in the conditions of a conditional element, which are written as MongoDB's queries are; empty: nothing. */
export function findConditionFaults(conditions: unknown): Fault[] {
  const check: Check = { faults: [], parts: 0 }
  checkConditions(check, conditions, [], 0)
  return check.faults
}

interface Check {
  faults: Fault[]
  /** How many were looked at; beyond the limit nothing is looked at any more. */
  parts: number
}

/** `{ field: test, ... }`, all of which must hold, and `$and`, `$or`, `$not` of such. */
function checkConditions(check: Check, value: unknown, path: Path, depth: number): void {
  const entries = entriesOf(check, value, path, depth, 'an object such as {"metadata.plan": {"$eq": "paid"}}')
  for (const [name, member] of entries) {
    const at = [...path, name]
    if (name === '$and' || name === '$or') {
      const list = listOf(check, member, at)
      for (const [index, one] of list.entries()) checkConditions(check, one, [...at, index], depth + 1)
    } else if (name === '$not') checkConditions(check, member, at, depth + 1)
    else if (name.startsWith('$')) fault(check, at, `${name} is no way to join conditions: $and, $or, $not are`)
    else if (!fieldPattern.test(name)) {
      fault(check, at, `${short(name)} is no field: metadata.NAME, body.NAME and headers.NAME are`)
    } else if (isScalar(member)) checkScalar(check, member, at)
    else checkTest(check, member, at, depth + 1)
  }
}

/** `{ $operator: operand, ... }`, all of which must hold for the field. */
function checkTest(check: Check, value: unknown, path: Path, depth: number): void {
  for (const [name, operand] of entriesOf(check, value, path, depth, 'a value or an object such as {"$eq": "paid"}')) {
    const at = [...path, name]
    const checkOperand = Object.hasOwn(operators, name) ? operators[name] : undefined
    if (name === '$not') checkTest(check, operand, at, depth + 1)
    else if (checkOperand) checkOperand(check, operand, at)
    else fault(check, at, `${short(name)} is no operator: ${Object.keys(operators).join(', ')}, $not are`)
  }
}

const operators: Record<string, (check: Check, operand: unknown, path: Path) => void> = {
  $eq: checkScalar,
  $ne: checkScalar,
  $gt: checkOrdered,
  $gte: checkOrdered,
  $lt: checkOrdered,
  $lte: checkOrdered,
  $in: checkScalars,
  $nin: checkScalars,
  $exists(check, operand, path) {
    if (typeof operand !== 'boolean') fault(check, path, 'expected true or false')
  },
  $regex(check, operand, path) {
    if (typeof operand !== 'string' || operand === '' || operand.length > maxPatternLength) {
      fault(check, path, `expected a regular expression of 1 to ${maxPatternLength} characters`)
    } else {
      const pattern = compileConditionPattern(operand)
      if ('fault' in pattern) fault(check, path, `${short(operand)} cannot be used: ${pattern.fault}`)
    }
  },
}

function checkScalar(check: Check, value: unknown, path: Path): void {
  if (!isScalar(value)) fault(check, path, 'expected a text, a number, true, false or null')
  else if (typeof value === 'string' && value.length > maxTextLength) {
    fault(check, path, `expected a text of at most ${maxTextLength} characters`)
  }
}

function checkOrdered(check: Check, value: unknown, path: Path): void {
  if (typeof value === 'number' || typeof value === 'string') checkScalar(check, value, path)
  else fault(check, path, 'expected a number or a text')
}

function checkScalars(check: Check, value: unknown, path: Path): void {
  for (const [index, one] of listOf(check, value, path).entries()) checkScalar(check, one, [...path, index])
}

function listOf(check: Check, value: unknown, path: Path): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) {
    fault(check, path, 'expected a list that is not empty')
    return []
  }
  return isTooMuch(check, path, value.length) ? [] : value
}

function entriesOf(check: Check, value: unknown, path: Path, depth: number, expected: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fault(check, path, `expected ${expected}`)
    return []
  }
  const entries = Object.entries(value)
  if (entries.length === 0) fault(check, path, `expected ${expected}, not an empty one`)
  if (depth <= maxDepth) return isTooMuch(check, path, entries.length) ? [] : entries
  fault(check, path, `conditions may be nested ${maxDepth} deep at most`)
  return []
}

function isTooMuch(check: Check, path: Path, more: number): boolean {
  const isFirst = check.parts <= maxParts
  check.parts += more
  if (check.parts <= maxParts) return false
  if (isFirst) fault(check, path, `conditions may have ${maxParts} parts at most`)
  return true
}

function fault({ faults }: Check, path: Path, message: string): void {
  faults.push({ path, message })
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function short(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}...` : text)
}
