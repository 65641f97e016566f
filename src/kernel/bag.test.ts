import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createBag } from './bag.ts'

test('holds what was put in and not taken out, in whatever order that happens', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant('add' as const), fc.nat())), (steps) => {
      const bag = createBag<number>()
      const removals: (() => void)[] = []
      const expected = new Set<number>()
      for (const step of steps) {
        if (step === 'add') {
          expected.add(removals.length)
          removals.push(bag.add(removals.length))
        } else if (removals.length > 0) {
          const which = step % removals.length
          removals[which]?.()
          expected.delete(which)
        }
      }
      assert.deepEqual(new Set(bag.values()), expected)
      assert.equal(bag.values().length, expected.size)
    }),
  )
})
