import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signTest } from './sign-test.ts'

/** By the definition, in whole numbers: twice the chance of the rarer tail. */
function exactly(better: number, worse: number): number {
  const trials = BigInt(better + worse)
  let ways = 1n
  let sum = 1n
  for (let k = 1n; k <= BigInt(Math.min(better, worse)); k++) {
    ways = (ways * (trials - k + 1n)) / k
    sum += ways
  }
  const scale = 10n ** 40n
  return Math.min(1, Number((2n * sum * scale) / 2n ** trials) / 1e40)
}

test('the sign test gives the values of its definition', () => {
  // As R says: binom.test(8, 10)$p.value, binom.test(15, 20)$p.value.
  assert.ok(Math.abs(signTest(8, 2) - 0.109375) < 1e-12)
  assert.ok(Math.abs(signTest(5, 15) - 0.04138946533203125) < 1e-12)
  assert.equal(signTest(0, 0), 1)
  assert.equal(signTest(7, 7), 1)
  for (const [better, worse] of [
    [1, 0],
    [5, 0],
    [10, 3],
    [59, 6],
    [501, 500],
    [2000, 2200],
  ] as const) {
    const expected = exactly(better, worse)
    for (const got of [signTest(better, worse), signTest(worse, better)]) {
      assert.ok(Math.abs(got - expected) <= 1e-9 * expected, `${better} and ${worse}: ${got} for ${expected}`)
    }
  }
})

test('the sign test takes any number of pairs', () => {
  assert.ok(signTest(500_000, 501_000) > 0.3 && signTest(500_000, 501_000) < 0.33)
  assert.equal(signTest(0, 1_000_000), 0)
})
