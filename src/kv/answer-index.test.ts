import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { createAnswerIndex } from './answer-index.ts'

interface Known {
  hash: number
  offset: number
  group: number
}

/** Hashes that want the same few slots, at the end of the table too, or any. */
const hash = fc.oneof(fc.integer({ min: 1020, max: 1027 }), fc.constantFrom(-1, 0, 1023, 2047), fc.integer())
const step = fc.record({
  hash,
  key: fc.nat({ max: 40 }),
  does: fc.constantFrom('add', 'add', 'add', 'move', 'remove', 'removeGroup'),
})

it('finds what a Map finds, whatever came, moved and went', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 100, maxLength: 300 }), fc.constantFrom(0, 700, 3000), (steps, others) => {
      const known = new Map<string, Known>()
      const index = createAnswerIndex((page, offset, key) => page === 1 && known.get(key)?.offset === offset)
      // Enough of them make it grow.
      for (let at = 0; at < others; at++) index.add(Math.imul(at, 0x9e3779b1), 2, at, 9)
      let offset = 0
      for (const { hash: wanted, key: number, does } of steps) {
        const key = String(number)
        const it = known.get(key)
        const slot = it ? index.find(key, it.hash) : -1
        if (it) assert.deepEqual([index.page(slot), index.offset(slot), index.group(slot)], [1, it.offset, it.group])
        if (does === 'add' && !it) {
          offset++
          known.set(key, { hash: wanted, offset, group: number % 3 })
          index.add(wanted, 1, offset, number % 3)
        } else if (does === 'move' && it) {
          it.offset = ++offset
          index.move(slot, 1, offset)
        } else if (does === 'remove' && it) {
          known.delete(key)
          index.remove(slot)
          assert.equal(index.findAt(it.hash, 1, it.offset), -1)
        } else if (does === 'removeGroup') {
          index.removeGroup(number % 3)
          for (const [name, { hash: gone, offset: last, group }] of known) {
            if (group !== number % 3) continue
            known.delete(name)
            assert.equal(index.findAt(gone, 1, last), -1)
          }
        }
      }
      for (const [key, it] of known) {
        assert.equal(index.offset(index.find(key, it.hash)), it.offset)
        assert.equal(index.findAt(it.hash, 1, it.offset), index.find(key, it.hash))
      }
      for (let at = 0; at < others; at++) {
        const slot = index.findAt(Math.imul(at, 0x9e3779b1), 2, at)
        assert.equal(index.offset(slot), at)
      }
    }),
    { numRuns: 60 },
  )
})
