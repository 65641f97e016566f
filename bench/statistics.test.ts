import assert from 'node:assert/strict'
import { it } from 'node:test'
import { median, percentile, slope } from './statistics.ts'

it('the median is the middle value, or the mean of the middle two', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([4, 1, 2, 100]), 3)
})

it('the slope of a line is its growth per step, and noise around a level has none', () => {
  assert.equal(slope([3, 5, 7, 9]), 2)
  assert.equal(slope([1, -1, -1, 1]), 0)
})

it('a percentile is the value below which that share lies, the last one the largest', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  assert.deepEqual([percentile(values, 0.5), percentile(values, 0.95), percentile(values, 1)], [51, 96, 100])
})
