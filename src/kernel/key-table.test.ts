import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { createKeyTable, type Keyed } from './key-table.ts'

interface Thing extends Keyed<Thing> {
  key: string
}

it('finds what a Map finds, whatever came and went, also where keys share a chain', () => {
  // With these endings many keys stand in one chain.
  const key = fc.tuple(fc.nat({ max: 30 }), fc.constantFrom('abc', 'abd', 'xyz')).map(([n, end]) => `${n}${end}`)
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.boolean()), { minLength: 50, maxLength: 200 }), (steps) => {
      const table = createKeyTable<Thing>()
      const expected = new Map<string, Thing>()
      for (const [name, isAdded] of steps) {
        const known = expected.get(name)
        assert.equal(table.find(name), known ?? null)
        if (isAdded && !known) {
          const thing: Thing = { key: name, next: null }
          table.add(thing)
          expected.set(name, thing)
        } else if (!isAdded) {
          const thing = known ?? { key: name, next: null }
          table.remove(thing)
          expected.delete(name)
        }
      }
      for (const [name, thing] of expected) assert.equal(table.find(name), thing)
    }),
  )
})
