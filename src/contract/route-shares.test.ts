import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { findShareFaults, readShares } from './route-shares.ts'

const faults = (...labels: string[]): string[] =>
  findShareFaults(Object.fromEntries(labels.map((label) => [label, {}]))).map(({ message }) => message)

describe('the branches of a percentage element', () => {
  it('are 100 together, in any of their forms', () => {
    for (const labels of [
      ['100%'],
      ['10%', '90%'],
      ['10', '90'],
      ['33.333%', '33.333% b', '33.334 %'],
      ['50%', '50% the other half'],
      ['20%', 'else'],
    ]) {
      assert.deepEqual(faults(...labels), [], labels.join())
    }
    assert.deepEqual(
      readShares(['12.5%', 'else']),
      new Map([
        ['12.5%', 12_500],
        ['else', 87_500],
      ]),
    )
  })

  it('that are not are refused', () => {
    for (const labels of [
      ['10%', '80%'],
      ['60%', '50%'],
      ['100%', 'else'],
      ['101%', 'else'],
    ]) {
      assert.match(faults(...labels).join(), /must be 100 together/, labels.join())
      assert.equal(readShares(labels), null)
    }
    for (const label of ['half', '0%', '-5%', '1e2%', '10.0001%', '10%%', '']) {
      assert.match(faults(label, 'else').join(), /named by its percentage/, label)
    }
    assert.match(faults().join(), /1 to 5 branches, here are 0/)
    assert.match(faults('10%', '10% b', '20%', '20% b', '20% c', 'else').join(), /here are 6/)
  })

  it('add up whatever their number of decimals', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 4 }), (parts) => {
        const rest = 100_000 - parts.reduce((sum, part) => sum + part, 0)
        const labels = [...parts, rest].map((part, index) => `${part / 1000}% ${index}`)
        assert.deepEqual([...(readShares(labels)?.values() ?? [])], [...parts, rest])
        assert.equal(readShares(labels.slice(1)), null)
      }),
    )
  })
})
