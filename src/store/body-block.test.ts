import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { type Bodies, decodeBlock, encodeBlock } from './body-block.ts'

it('any bodies come back from a block, null apart from empty', () => {
  const body = fc.option(fc.uint8Array({ maxLength: 300 }))
  fc.assert(
    fc.property(fc.array(fc.record({ request: body, response: body }), { maxLength: 20 }), (slots) => {
      const bytes = (of: Uint8Array | null): number[] | null => (of === null ? null : [...of])
      const plain = (all: Bodies[]) => all.map(({ request, response }) => [bytes(request), bytes(response)])
      assert.deepEqual(plain(decodeBlock(encodeBlock(slots))), plain(slots))
    }),
  )
})
