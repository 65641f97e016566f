import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isDeeperThan } from './json-depth.ts'

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

test('the depth of any JSON is known from its text', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const [text, depth] = [JSON.stringify(value), depthOf(value)]
      assert.equal(isDeeperThan(text, depth), false)
      if (depth > 0) assert.equal(isDeeperThan(text, depth - 1), true)
    }),
  )
})

test('brackets in strings nest nothing, and a text that is no JSON throws nothing', () => {
  assert.equal(isDeeperThan('{"[[[[":"\\"[[[[{\\\\"}', 1), false)
  for (const text of ['', '"', '"\\', ']]]]', '[[[']) assert.equal(isDeeperThan(text, 3), false)
})
