import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { multiplyHalfEven, nanoToUsdText, nanoToUsd, scaleExactly } from './money.ts'

const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

test('a half is rounded to the even neighbour, more or less than half to the nearer', () => {
  const cases = [499, 500, 501, 1499, 1500, 1501, 2500, 3500]
  assert.deepEqual(
    cases.map((product) => multiplyHalfEven(product, 1)),
    [0, 0, 1, 1, 2, 2, 2, 4],
  )
})

test('any product is exact to half a nano-dollar, and exactly half goes to the even number', () => {
  fc.assert(
    fc.property(count, fc.oneof(count, fc.integer({ min: 0, max: 1e9 })), (quantity, rate) => {
      const product = BigInt(quantity) * BigInt(rate)
      const floor = product / 1000n
      const rest = product % 1000n
      const rounded = rest > 500n || (rest === 500n && floor % 2n === 1n) ? floor + 1n : floor
      assert.equal(multiplyHalfEven(quantity, rate), Number(rounded))
    }),
    { numRuns: 2000 },
  )
})

test('the largest product below 2^53 is not rounded up by division', () => {
  assert.equal(multiplyHalfEven(9_000_000_000_000_499, 1), 9_000_000_000_000)
  assert.equal(multiplyHalfEven(9_007_199_254_740_499, 1), 9_007_199_254_740)
})

test('prices become integers only where that is exact', () => {
  assert.equal(scaleExactly(0.282, 1e6), 282_000)
  assert.equal(scaleExactly(0.0028, 1e6), 2800)
  assert.equal(scaleExactly(0.08333333333333334, 1e6), null)
  assert.equal(scaleExactly(-1, 1e6), null)
  assert.equal(scaleExactly(Number.NaN, 1e6), null)
})

test('an amount is shown as dollars', () => {
  assert.equal(nanoToUsd(1_234_567_890), 1.23456789)
})

test('a cost in a header is a plain decimal without exponent', () => {
  const texts: [number, string][] = [
    [0, '0'],
    [1, '0.000000001'],
    [120, '0.00000012'],
    [999, '0.000000999'],
    [1000, '0.000001'],
    [90_000, '0.00009'],
    [1_234_567_890, '1.23456789'],
    [5_000_000_000_000, '5000'],
  ]
  for (const [nanoUsd, text] of texts) assert.equal(nanoToUsdText(nanoUsd), text)
})
