import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findSchemaFault, findViolation } from './json-schema.ts'

function says(schema: unknown, value: unknown, expected: RegExp | null): void {
  assert.equal(findSchemaFault(schema), null)
  const found = findViolation(schema, value)
  const isAsExpected = expected === null ? found === null : found !== null && expected.test(found)
  assert.ok(isAsExpected, `${JSON.stringify(schema)} of ${JSON.stringify(value)}: ${found}`)
}

test('an answer is held against what structured outputs are described with, and the place is named', () => {
  const person = {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 2, maxLength: 3, pattern: '^[A-Z]' },
      age: { type: ['integer', 'null'], minimum: 0, exclusiveMaximum: 150 },
      tags: { type: 'array', items: { enum: ['a', { b: 1 }] }, uniqueItems: true, minItems: 1, maxItems: 2 },
    },
    required: ['name'],
    additionalProperties: false,
  }
  says(person, { name: 'Ann', age: 3, tags: ['a', { b: 1 }] }, null)
  says(person, { name: 'Ann', age: null }, null)
  says(person, [], /^\$ is no object$/)
  says(person, {}, /^\$ has no name$/)
  says(person, { name: 'A' }, /^\$\.name has 1 characters, expected at least 2$/)
  says(person, { name: 'Anna' }, /at most 3/)
  says(person, { name: 'ann' }, /^\$\.name does not match/)
  says(person, { name: 'Ann', age: 150 }, /^\$\.age is 150, expected less than 150$/)
  says(person, { name: 'Ann', age: -1 }, /at least 0/)
  says(person, { name: 'Ann', age: 1.5 }, /^\$\.age is no integer or null$/)
  says(person, { name: 'Ann', tags: ['a', 'c'] }, /^\$\.tags\[1\] is none of/)
  says(person, { name: 'Ann', tags: ['a', 'a'] }, /^\$\.tags has an item twice$/)
  says(person, { name: 'Ann', tags: [] }, /at least 1/)
  says(person, { name: 'Ann', other: 1 }, /^\$\.other is not allowed$/)
  // What Object's prototype has is no member.
  says({ required: ['toString'] }, {}, /has no toString/)
})

test('schemas are joined, negated, and refer to each other and to themselves', () => {
  says({ anyOf: [{ type: 'string' }, { const: { a: 1, b: 2 } }] }, { b: 2, a: 1 }, null)
  says({ anyOf: [{ type: 'string' }, { const: 1 }] }, 2, /no schema of anyOf/)
  says({ oneOf: [{ minimum: 1 }, { maximum: 3 }] }, 2, /meets 2 schemas of oneOf/)
  says({ allOf: [{ minimum: 1 }, { multipleOf: 0.1 }] }, 1.3, null)
  says({ allOf: [{ minimum: 1 }, { multipleOf: 0.1 }] }, 1.35, /a multiple of 0\.1/)
  says({ not: { type: 'null' } }, null, /the schema of not/)
  says({ prefixItems: [{ type: 'string' }], items: false }, ['a'], null)
  says({ prefixItems: [{ type: 'string' }], items: false }, ['a', 1], /^\$\[1\] is not allowed$/)
  says({ propertyNames: { maxLength: 1 }, maxProperties: 2 }, { ab: 1 }, /^\$\.ab has 2 characters/)
  const tree = {
    $ref: '#/$defs/node',
    $defs: { node: { type: 'object', properties: { 'l/r': { type: 'array', items: { $ref: '#/$defs/node' } } } } },
  }
  says(tree, { 'l/r': [{ 'l/r': [] }] }, null)
  says(tree, { 'l/r': [{ 'l/r': [1] }] }, /^\$\.l\/r\[0\]\.l\/r\[0\] is no object$/)
})

test('a schema that cannot be used is told where', () => {
  const fault = (schema: unknown, expected: RegExp) => assert.match(findSchemaFault(schema) ?? '', expected)
  fault({ properties: { a: { minLenght: 3 } } }, /^schema\.properties\.a\.minLenght is not supported$/)
  fault({ type: 'text' }, /^schema\.type must be of string, number/)
  fault({ type: 'toString' }, /^schema\.type must be/)
  fault({ pattern: '(a)\\1' }, /^schema\.pattern cannot be used: /)
  fault({ $ref: 'https://example.com/s.json' }, /^schema\.\$ref leads to no schema/)
  fault({ $ref: '#/$defs/none' }, /leads to no schema/)
  fault({ anyOf: [{ items: 3 }] }, /^schema\.anyOf\.0\.items must be a schema$/)
  fault({ properties: null }, /^schema\.properties must be/)
})

test('no schema takes for ever', () => {
  says({ $ref: '#' }, 1, /nests deeper/)
  const twice = { anyOf: [{ $ref: '#' }, { $ref: '#' }] }
  assert.notEqual(findViolation(twice, 1), null)
  says(
    { items: { anyOf: Array.from({ length: 100 }, () => ({ type: 'null' })) } },
    Array(5000).fill(1),
    /anyOf|too large/,
  )
})
