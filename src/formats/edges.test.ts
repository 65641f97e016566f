import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { firstMembers, lastMembers } from './edges.ts'

test('the last members are read from the name on', () => {
  const body = Buffer.from('{"id":"x","choices":[{"text":"a"}],"usage":{"n":1},"tier":"default"}\n')
  assert.deepEqual(lastMembers(body, 'usage'), { usage: { n: 1 }, tier: 'default' })
})

test('the first members are read up to the name', () => {
  const body = Buffer.from('{"id":"x","created":1,"model":"gpt","choices":[')
  assert.deepEqual(firstMembers(body, 'model'), { id: 'x', created: 1, model: 'gpt' })
  assert.deepEqual(firstMembers(Buffer.from(' {"model": "gpt" , "x": 1}'), 'model'), { model: 'gpt' })
})

test('a member of the same name that is not at the top is not taken for it', () => {
  assert.equal(lastMembers(Buffer.from('{"a":{"usage":{"n":1}}}'), 'usage'), null)
  assert.equal(lastMembers(Buffer.from('{"a":[{"usage":1}]}'), 'usage'), null)
  assert.equal(firstMembers(Buffer.from('{"a":{"model":"inner"},"model":"outer"}'), 'model'), null)
  assert.equal(firstMembers(Buffer.from('[{"model":"inner"}]'), 'model'), null)
})

test('a text that looks like a member is not taken for one', () => {
  const body = Buffer.from(JSON.stringify({ content: 'say "usage":{"n":9}} and "model":"fake"', end: 1 }))
  assert.equal(lastMembers(body, 'usage'), null)
  assert.equal(firstMembers(body, 'model'), null)
})

test('whatever the object, what is read is what the whole holds', () => {
  const keys = fc.constantFrom('model', 'usage', 'a', 'b')
  const value = fc.oneof(fc.constantFrom('x', 'say "usage":1}', '"model":"m"'), fc.jsonValue({ maxDepth: 2 }))
  const nested = fc.oneof(value, fc.dictionary(keys, value), fc.array(fc.dictionary(keys, value)))
  fc.assert(
    fc.property(fc.dictionary(keys, nested), (object) => {
      const bytes = Buffer.from(JSON.stringify(object))
      const whole = JSON.parse(bytes.toString()) as Record<string, unknown>
      for (const found of [lastMembers(bytes, 'usage'), firstMembers(bytes, 'model')]) {
        for (const [name, member] of Object.entries(found ?? {})) assert.deepEqual(member, whole[name])
      }
    }),
    { numRuns: 2000 },
  )
})
