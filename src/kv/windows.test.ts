import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMovedClock } from '../../test/kv/moved-clock.ts'
import { createWindows } from './windows.ts'

const hourMs = 3_600_000

for (const technique of ['fixed', 'sliding'] as const) {
  const limit = { requests: 1, windowMs: hourMs, technique }

  test(`${technique}: of windows that clients name those are forgotten that are over, and no others`, () => {
    const clock = createMovedClock(hourMs * 1000)
    const windows = createWindows(clock)
    for (let at = 0; at < 5000; at++) assert.equal(windows.takeOneOfMany(1, `early ${at}`, limit), 0)
    clock.move(hourMs - 1)
    for (let at = 0; at < 20_000; at++) assert.equal(windows.takeOneOfMany(1, `late ${at}`, limit), 0)
    for (let at = 0; at < 5000; at++) assert.ok(windows.takeOneOfMany(1, `early ${at}`, limit) > 0)
    clock.move(1)
    assert.equal(windows.takeOneOfMany(1, 'early 0', limit), 0)
  })

  test(`${technique}: of too many that clients name the newest stay, and no other window feels them`, () => {
    const windows = createWindows(createMovedClock(hourMs * 1000))
    assert.equal(windows.take(1, '', limit), 0)
    for (let at = 0; at < 200_001; at++) windows.takeOneOfMany(1, `${at}`, limit)
    assert.ok(windows.take(1, '', limit) > 0)
    assert.ok(windows.takeOneOfMany(1, '200000', limit) > 0)
    assert.ok(windows.takeOneOfMany(1, '150000', limit) > 0)
    assert.equal(windows.takeOneOfMany(1, '0', limit), 0, 'the oldest begins anew')
  })
}
