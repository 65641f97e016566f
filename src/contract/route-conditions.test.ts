import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { findConditionFaults } from './route-conditions.ts'

const faults = (conditions: unknown): string[] =>
  findConditionFaults(conditions).map(({ path, message }) => `${path.join('/')}: ${message}`)

describe('conditions', () => {
  it('of every operator are good', () => {
    assert.deepEqual(
      faults({
        'metadata.plan': 'paid',
        'metadata.age': { $gte: 18, $lt: 65.5 },
        'metadata.team': { $in: ['a', 1, null, true] },
        'body.model': { $regex: '^gpt-', $not: { $eq: 'gpt-2' } },
        'body.options.depth': { $nin: [3], $ne: null, $lte: 'b', $gt: 'a' },
        'headers.x-tenant': { $exists: true },
        $or: [{ 'metadata.a': { $eq: 1 } }, { $and: [{ 'metadata.b': false }, { $not: { 'metadata.c': 1 } }] }],
      }),
      [],
    )
  })

  for (const [conditions, fault] of [
    [undefined, /^: expected an object such as/],
    [null, /^: expected an object/],
    [[], /^: expected an object/],
    ['metadata.plan', /^: expected an object/],
    [{}, /not an empty one/],
    [{ plan: 1 }, /^plan: "plan" is no field: metadata.NAME/],
    [{ 'user.plan': 1 }, /is no field/],
    [{ metadata: { plan: 'paid' } }, /^metadata: "metadata" is no field/],
    [{ 'metadata.': 1 }, /is no field/],
    [{ $nor: [] }, /^\$nor: \$nor is no way to join/],
    [{ $where: 'x' }, /no way to join/],
    [{ $or: [] }, /^\$or: expected a list that is not empty/],
    [{ $and: { 'metadata.a': 1 } }, /^\$and: expected a list/],
    [{ $or: [{ 'metadata.a': 1 }, 7] }, /^\$or\/1: expected an object/],
    [{ 'metadata.a': {} }, /^metadata.a: expected a value or an object.*not an empty one/],
    [{ 'metadata.a': [1] }, /^metadata.a: expected a value/],
    [{ 'metadata.a': { $like: 'x' } }, /^metadata.a\/\$like: "\$like" is no operator/],
    [{ 'metadata.a': { constructor: 'x' } }, /is no operator/],
    [{ 'metadata.a': { $eq: { b: 1 } } }, /\$eq: expected a text, a number/],
    [{ 'metadata.a': { $gt: true } }, /\$gt: expected a number or a text/],
    [{ 'metadata.a': { $in: 'x' } }, /\$in: expected a list/],
    [{ 'metadata.a': { $in: [[]] } }, /\$in\/0: expected a text/],
    [{ 'metadata.a': { $exists: 1 } }, /\$exists: expected true or false/],
    [{ 'metadata.a': { $regex: '(' } }, /\$regex: "\(" cannot be used: a group is not closed/],
    [{ 'metadata.a': { $regex: '(?=x)' } }, /ahead or behind, which cannot be done in linear time/],
    [{ 'metadata.a': { $regex: '(a{99}){99}' } }, /too large once its repetitions/],
    [{ 'metadata.a': { $regex: '' } }, /1 to 256 characters/],
    [{ 'metadata.a': { $regex: 'x'.repeat(257) } }, /1 to 256 characters/],
    [{ 'metadata.a': { $not: 'x' } }, /\$not: expected a value or an object/],
    [{ 'metadata.a': 'x'.repeat(1025) }, /at most 1024 characters/],
  ] as const) {
    it(`${JSON.stringify(conditions)?.slice(0, 60)} are refused: ${fault.source}`, () => {
      const found = faults(conditions)
      assert.equal(found.length, 1, found.join('; '))
      assert.match(found[0] ?? '', fault)
    })
  }

  it('may be neither deep nor large without end, and are told so once', () => {
    let deep: unknown = { 'metadata.a': 1 }
    for (let depth = 0; depth < 100_000; depth++) deep = { $not: deep }
    assert.deepEqual(
      faults(deep).map((fault) => fault.split(': ')[1]),
      ['conditions may be nested 16 deep at most'],
    )
    const large = { $or: Array.from({ length: 600 }, () => ({ 'metadata.a': 1 })) }
    assert.match(faults(large).join(), /^\$or: conditions may have 500 parts at most$/)
    const wide = { $or: Array.from({ length: 400 }, () => ({ 'metadata.a': 1 })) }
    assert.equal(faults(wide).length, 1)
  })

  it('are judged without a throw, whatever they are', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void faults(value)))
  })

  it('that are put together from good ones are good, and with a bad one are not', () => {
    const field = fc.constantFrom('metadata.a', 'body.b.c', 'headers.x-d')
    const scalar = fc.oneof(fc.string({ maxLength: 9 }), fc.integer(), fc.boolean(), fc.constant(null))
    const test = fc.oneof(
      scalar,
      fc.record({ $eq: scalar }),
      fc.record({ $in: fc.array(scalar, { minLength: 1, maxLength: 3 }) }),
      fc.record({ $gt: fc.integer(), $exists: fc.boolean() }),
      fc.record({ $not: fc.record({ $ne: scalar }) }),
    )
    const { good } = fc.letrec<{ good: Record<string, unknown> }>((tie) => ({
      good: fc.oneof(
        { maxDepth: 4 },
        fc.tuple(field, test).map(([name, value]) => ({ [name]: value })),
        fc.array(tie('good'), { minLength: 1, maxLength: 3 }).map((all) => ({ $and: all })),
        fc.array(tie('good'), { minLength: 1, maxLength: 3 }).map((any) => ({ $or: any })),
        tie('good').map((not) => ({ $not: not })),
      ),
    }))
    fc.assert(
      fc.property(good, (conditions) => {
        assert.deepEqual(faults(conditions), [])
        assert.equal(faults({ $and: [conditions, { 'metadata.x': { $bad: 1 } }] }).length, 1)
      }),
    )
  })
})
