import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRetryAfter, waitMs } from './retry-plan.ts'

const plan = (backoff: 'constant' | 'linear' | 'exponential', delayMs = 100): Parameters<typeof waitMs>[0] => ({
  maxAttempts: 5,
  delayMs,
  backoff,
})
const waits = (backoff: 'constant' | 'linear' | 'exponential'): (number | null)[] =>
  [1, 2, 3, 4].map((attempt) => waitMs(plan(backoff), attempt, null, 0))

test('a wait stays, grows by itself or doubles', () => {
  assert.deepEqual(waits('constant'), [100, 100, 100, 100])
  assert.deepEqual(waits('linear'), [100, 200, 300, 400])
  assert.deepEqual(waits('exponential'), [100, 200, 400, 800])
})

test('chance makes a wait up to a quarter longer, and never shorter than it was set', () => {
  assert.deepEqual([waitMs(plan('constant'), 1, null, 0), waitMs(plan('constant'), 1, null, 1)], [100, 125])
})

test('no wait is longer than a minute, and who is asked to wait longer does not wait at all', () => {
  assert.equal(waitMs(plan('exponential', 60_000), 4, null, 1), 60_000)
  assert.deepEqual(
    [60_000, 60_001].map((asked) => waitMs(plan('constant'), 1, asked, 0)),
    [60_000, null],
  )
})

test('a provider asks in milliseconds, seconds or as a date, and nonsense asks for nothing', () => {
  const read = (headers: Record<string, string>): number | null => readRetryAfter(headers, 1_000_000)
  assert.equal(read({ 'retry-after-ms': '250' }), 250)
  assert.equal(read({ 'retry-after': '2' }), 2000)
  assert.equal(read({ 'retry-after': new Date(1_005_000).toUTCString() }), 5000)
  assert.equal(read({ 'retry-after': new Date(1000).toUTCString() }), 0)
  assert.deepEqual([read({}), read({ 'retry-after': 'soon' }), read({ 'retry-after': '' })], [null, null, null])
})
