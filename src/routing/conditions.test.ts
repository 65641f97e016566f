import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { findConditionFaults } from '../contract/route-conditions.ts'
import { compileConditions } from './conditions.ts'
import type { RouteInput } from './routing.ts'

const body = {
  model: 'dynamic/support',
  temperature: 0.5,
  stop: ['a', 'b'],
  nothing: null,
  messages: [
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
  ],
}
const input: RouteInput = {
  metadata: { plan: 'paid', age: 30, isStaff: true, 'a.b': 1 },
  body,
  header: (name) => ({ 'x-team': 'blue', 'x-level': '7', 'x-beta': 'true' })[name] ?? null,
  drawKey: 'k',
}
const holds = (conditions: unknown): boolean => compileConditions(conditions)(input)

describe('conditions over a request', () => {
  for (const [conditions, expected] of [
    [{ 'metadata.plan': 'paid' }, true],
    [{ 'metadata.plan': { $eq: 'free' } }, false],
    [{ 'metadata.plan': { $ne: 'free' } }, true],
    [{ 'metadata.none': { $ne: 'free' } }, true],
    [{ 'metadata.none': null }, true],
    [{ 'metadata.plan': null }, false],
    [{ 'body.nothing': null }, true],
    [{ 'metadata.age': { $gte: 30, $lt: 31 } }, true],
    [{ 'metadata.age': { $gt: 30 } }, false],
    [{ 'metadata.age': { $lte: 29.5 } }, false],
    [{ 'metadata.age': '30' }, false],
    [{ 'metadata.plan': { $gt: 'a', $lte: 'paid' } }, true],
    [{ 'metadata.plan': { $gt: 1 } }, false],
    [{ 'metadata.isStaff': true }, true],
    [{ 'metadata.a.b': 1 }, true],
    [{ 'metadata.plan': { $in: ['free', 'paid'] } }, true],
    [{ 'metadata.none': { $in: ['free', null] } }, true],
    [{ 'metadata.plan': { $nin: ['free', 'paid'] } }, false],
    [{ 'metadata.none': { $nin: ['free'] } }, true],
    [{ 'metadata.none': { $exists: false } }, true],
    [{ 'body.nothing': { $exists: true } }, true],
    [{ 'metadata.constructor': { $exists: true } }, false],
    [{ 'body.toString': { $exists: true } }, false],
    [{ 'metadata.plan': { $regex: '^p(a|b)+id$' } }, true],
    [{ 'metadata.age': { $regex: '3' } }, false],
    [{ 'metadata.plan': { $not: { $regex: '^p' } } }, false],
    [{ 'headers.X-Team': 'blue' }, true],
    [{ 'headers.x-level': { $gt: 6 } }, true],
    [{ 'headers.x-level': 7 }, true],
    [{ 'headers.x-level': '7' }, true],
    [{ 'headers.x-beta': true }, true],
    [{ 'headers.x-team': { $gt: 0 } }, false],
    [{ 'headers.x-none': { $exists: false } }, true],
    [{ 'body.temperature': { $lt: 1 } }, true],
    [{ 'body.stop': 'b' }, true],
    [{ 'body.stop.1': 'b' }, true],
    [{ 'body.stop.0': 'b' }, false],
    [{ 'body.messages.role': 'user' }, true],
    [{ 'body.messages.0.role': 'user' }, false],
    [{ 'body.messages.content.text': { $regex: 'ell' } }, true],
    [{ 'body.messages.role': { $nin: ['tool', 'user'] } }, false],
    [{ 'metadata.plan': 'paid', 'metadata.age': 31 }, false],
    [{ $or: [{ 'metadata.age': 31 }, { 'metadata.plan': 'paid' }] }, true],
    [{ $and: [{ 'metadata.age': 30 }, { $not: { 'metadata.plan': 'paid' } }] }, false],
  ] as const) {
    it(`${JSON.stringify(conditions)} ${expected ? 'hold' : 'do not hold'}`, () => {
      assert.deepEqual(findConditionFaults(conditions), [])
      assert.equal(holds(conditions), expected)
      assert.equal(holds({ $not: conditions }), !expected)
    })
  }

  it('hold for nobody without metadata, and throw for nobody', () => {
    assert.equal(compileConditions({ 'metadata.plan': 'paid' })({ ...input, metadata: null }), false)
  })

  it('match in linear time, also what would take another engine years', () => {
    const evil = compileConditions({ 'metadata.a': { $regex: '^(a+)+$' } })
    assert.equal(evil({ ...input, metadata: { a: `${'a'.repeat(100_000)}!` } }), true, 'the beginning is looked at')
    assert.equal(evil({ ...input, metadata: { a: `${'a'.repeat(1000)}!` } }), false)
  })

  it('are refused when they are stored, or give an answer for every request', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (conditions, given, other) => {
        const test = compileConditions(conditions)
        const record = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : { given }
        const asked = { metadata: record, body: { other, ...record }, header: () => JSON.stringify(given), drawKey: '' }
        assert.equal(typeof test(asked), 'boolean')
      }),
    )
  })

  it('of every shape that may be stored agree with their opposite', () => {
    const field = fc.constantFrom(
      'metadata.plan',
      'metadata.none',
      'body.stop',
      'body.messages.role',
      'headers.x-level',
    )
    const scalar = fc.oneof(
      fc.constantFrom('paid', 'a', 'user', '7'),
      fc.integer({ max: 9 }),
      fc.boolean(),
      fc.constant(null),
    )
    const pairs: readonly (readonly [string, string])[] = [
      ['$eq', '$ne'],
      ['$in', '$nin'],
    ]
    fc.assert(
      fc.property(
        field,
        fc.constantFrom(...pairs),
        fc.array(scalar, { minLength: 1, maxLength: 3 }),
        (name, pair, values) => {
          const operand = pair[0] === '$in' ? values : values[0]
          assert.notEqual(holds({ [name]: { [pair[0]]: operand } }), holds({ [name]: { [pair[1]]: operand } }))
        },
      ),
    )
  })
})
