import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { createHeldBytes } from './held-bytes.ts'

const size = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 3000, max: 20_000 }))

it('gives every reader all bytes in their order, wherever it begins and however they came', () => {
  fc.assert(
    fc.property(fc.array(size, { maxLength: 40 }), fc.nat(), (sizes, seed) => {
      const held = createHeldBytes()
      const whole: Buffer[] = []
      for (const [index, length] of sizes.entries()) {
        const bytes = Buffer.alloc(length, index + 1)
        held.append(bytes)
        whole.push(bytes)
      }
      const expected = Buffer.concat(whole)
      assert.equal(held.end(), expected.length)
      assert.ok(held.all().equals(expected))
      const begin = expected.length === 0 ? 0 : seed % expected.length
      const read: Buffer[] = []
      let at = begin
      for (let piece = held.from(at); piece; piece = held.from(at)) {
        read.push(piece)
        at += piece.length
        held.drop(at)
      }
      assert.ok(Buffer.concat(read).equals(expected.subarray(begin)))
    }),
  )
})

it('keeps what is not read yet when the rest is let go', () => {
  const held = createHeldBytes()
  for (let at = 0; at < 100; at++) held.append(Buffer.alloc(1000, at))
  held.drop(50_500)
  assert.equal(held.from(50_500)?.[0], 50)
  assert.equal(held.from(99_999)?.[0], 99)
  held.drop(100_000)
  assert.equal(held.from(99_999), null)
  held.append(Buffer.from([7]))
  assert.deepEqual([...(held.from(100_000) ?? [])], [7])
})
