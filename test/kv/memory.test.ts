import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RateLimit } from '../../src/kv/kv.ts'
import { createMemoryKv } from '../../src/kv/memory-kv.ts'
import { admitAtOnce, answerOf, askFor, countedBy, find, keep, passed } from './answers.ts'
import { kvConformance } from './conformance.ts'
import { createMovedClock } from './moved-clock.ts'

kvConformance('memory', () => {
  const clock = createMovedClock(1_700_000_000_000)
  const kv = createMemoryKv({ clock, maxBytes: 128 << 20 })
  const elapse = (ms: number): Promise<void> => Promise.resolve(clock.move(ms))
  return Promise.resolve({ kv, other: null, elapse, close: kv.close })
})

const minuteMs = 60_000

describe('kv: memory: its bytes', () => {
  it('are never more than they may be, and what is used stays', async () => {
    const maxBytes = 1 << 20
    const kv = createMemoryKv({ clock: createMovedClock(0), maxBytes })
    const sizes = Array.from({ length: 300 }, (_, at) => (at * 7919) % 40_000)
    for (const [at, size] of sizes.entries()) {
      await keep(kv, askFor(1, `${at}`), answerOf(Buffer.alloc(size), { logBody: Buffer.alloc(size) }))
      assert.ok(await find(kv, askFor(1, '0')), 'what is used stays')
    }
    let keptBytes = 0
    let keptCount = 0
    for (const [at, size] of sizes.entries()) {
      if (!(await find(kv, askFor(1, `${at}`)))) continue
      keptBytes += 2 * size
      keptCount++
    }
    assert.ok(keptBytes <= maxBytes, `${keptBytes} bytes`)
    assert.ok(keptBytes > maxBytes / 2, `${keptBytes} bytes`)
    assert.ok(keptCount < 60, `${keptCount} answers`)
  })

  it('are counted for headers too, and an answer above an eighth of them is refused', async () => {
    const kv = createMemoryKv({ clock: createMovedClock(0), maxBytes: 80_000 })
    await keep(kv, askFor(1, 'large'), answerOf(Buffer.alloc(10_000)))
    await keep(kv, askFor(1, 'log'), answerOf(Buffer.alloc(5000), { logBody: Buffer.alloc(5000) }))
    await keep(kv, askFor(1, 'headers'), answerOf('', { headers: ['x', 'h'.repeat(10_000)] }))
    await keep(kv, askFor(1, 'small'), answerOf(Buffer.alloc(9000)))
    const found = ['large', 'log', 'headers', 'small'].map((key) => find(kv, askFor(1, key)))
    assert.deepEqual(
      (await Promise.all(found)).map((answer) => answer !== null),
      [false, false, false, true],
    )
  })

  it('are copies, of what was kept and of what is found', async () => {
    const kv = createMemoryKv({ clock: createMovedClock(0), maxBytes: 1 << 20 })
    const body = Buffer.from('kept')
    await kv.settle({ gateway: 1, key: '1:a', token: '' }, { answer: { ...answerOf(''), body }, ttlMs: minuteMs })
    body.fill('x')
    const found = await find(kv, askFor(1, 'a'))
    assert.equal(found?.body.toString(), 'kept')
    // Its place is given to others many times over.
    for (let at = 0; at < 300; at++) await keep(kv, askFor(1, `${at}`), answerOf(Buffer.alloc(20_000, 'y')))
    assert.equal(found?.body.toString(), 'kept')
  })

  it('are found as they were kept, whatever comes and goes', async () => {
    const kv = createMemoryKv({ clock: createMovedClock(0), maxBytes: 1 << 20 })
    const bodies = new Map<number, string>()
    for (let at = 0; at < 5000; at++) {
      const key = Math.floor(Math.random() * 400)
      const known = await find(kv, askFor(1, `${key}`))
      if (known) assert.equal(known.body.toString(), bodies.get(key))
      const body = `${at} `.repeat(Math.floor(Math.random() ** 4 * 20_000))
      bodies.set(key, body)
      await kv.settle({ gateway: 1, key: `1:${key}`, token: '' }, { answer: answerOf(body), ttlMs: minuteMs })
    }
  })

  it('of a large answer that is used stay too', async () => {
    const kv = createMemoryKv({ clock: createMovedClock(0), maxBytes: 1 << 20 })
    await keep(kv, askFor(1, 'large'), answerOf(Buffer.alloc(100_000)))
    for (let at = 0; at < 1000; at++) {
      await keep(kv, askFor(1, `${at}`), answerOf(Buffer.alloc(10_000)))
      assert.ok(await find(kv, askFor(1, 'large')))
    }
  })

  it('of a dropped gateway are gone, and those of others are not', async () => {
    const kv = createMemoryKv({ clock: createMovedClock(0), maxBytes: 1 << 20 })
    for (const gateway of [1, 2])
      for (let at = 0; at < 50; at++) await keep(kv, askFor(gateway, `${at}`), answerOf('x'))
    await kv.drop(1, 'answers')
    for (let at = 0; at < 50; at++) {
      assert.equal(await find(kv, askFor(1, `${at}`)), null)
      assert.ok(await find(kv, askFor(2, `${at}`)))
    }
  })
})

describe('kv: memory: limits while the clock steps', () => {
  const limit: RateLimit = { requests: 10, windowMs: minuteMs, technique: 'fixed' }

  it('fixed: a clock that is put back opens no full window again, and blocks no longer than one', async () => {
    const clock = createMovedClock(1000 * minuteMs + 50_000)
    const kv = createMemoryKv({ clock, maxBytes: 1 })
    assert.equal(passed(await admitAtOnce(kv, 20, countedBy(1, limit))), 10)
    for (const step of [-60_000, 30_000, -3_600_000]) {
      clock.step(step)
      assert.equal(passed(await admitAtOnce(kv, 20, countedBy(1, limit))), 0)
    }
    clock.move(minuteMs)
    assert.equal(passed(await admitAtOnce(kv, 20, countedBy(1, limit))), 10)
  })

  it('fixed: a clock that is put forward opens the window of its new time', async () => {
    const clock = createMovedClock(1000 * minuteMs)
    const kv = createMemoryKv({ clock, maxBytes: 1 })
    assert.equal(passed(await admitAtOnce(kv, 20, countedBy(1, limit))), 10)
    clock.step(3_600_000)
    assert.equal(passed(await admitAtOnce(kv, 20, countedBy(1, limit))), 10)
  })

  it('sliding: steps of the clock change nothing', async () => {
    const clock = createMovedClock(1000 * minuteMs)
    const kv = createMemoryKv({ clock, maxBytes: 1 })
    const ask = countedBy(1, { ...limit, technique: 'sliding' })
    assert.equal(passed(await admitAtOnce(kv, 20, ask)), 10)
    for (const step of [-3_600_000, 7_200_000, -60_000]) {
      clock.step(step)
      assert.equal(passed(await admitAtOnce(kv, 20, ask)), 0)
    }
    clock.move(minuteMs)
    assert.equal(passed(await admitAtOnce(kv, 20, ask)), 10)
  })
})

describe('kv: memory: 50 runs of 2000 at once against 1000', () => {
  for (const technique of ['fixed', 'sliding'] as const) {
    it(`${technique}: exactly 1000 pass at once, and no window ever holds 1001`, async () => {
      for (let run = 0; run < 50; run++) {
        const clock = createMovedClock(1_700_000_000_000 + Math.floor(Math.random() * minuteMs))
        const kv = createMemoryKv({ clock, maxBytes: 1 })
        const ask = countedBy(1, { requests: 1000, windowMs: minuteMs, technique })
        assert.equal(passed(await admitAtOnce(kv, 2000, ask)), 1000)
        const timeMs = technique === 'fixed' ? clock.nowMs : clock.tickMs
        const passedMs: number[] = Array.from({ length: 1000 }, timeMs)
        // Bursts some milliseconds apart or up to a window, and some at the first moment at which one may pass again.
        for (let burst = 0; burst < 100; burst++) {
          const verdicts = await admitAtOnce(kv, Math.ceil(Math.random() * 60), ask)
          for (let left = passed(verdicts); left > 0; left--) passedMs.push(timeMs())
          const limited = verdicts.find((verdict) => verdict.type === 'limited')
          if (limited && Math.random() < 0.5) clock.move(limited.resetMs)
          else clock.move(Math.random() < 0.7 ? Math.random() * 9 : Math.random() * minuteMs)
        }
        assert.equal(fullestWindow(passedMs, technique), 1000, `run ${run}`)
      }
    })
  }
})

/** The most requests that one window of a minute holds, told from the times at which they passed. */
function fullestWindow(passedMs: readonly number[], technique: RateLimit['technique']): number {
  if (technique === 'fixed') {
    const counts = new Map<number, number>()
    for (const ms of passedMs) {
      const window = Math.floor(ms / minuteMs)
      counts.set(window, (counts.get(window) ?? 0) + 1)
    }
    return Math.max(...counts.values())
  }
  let fullest = 0
  for (let last = 0, first = 0; last < passedMs.length; last++) {
    // Differences of fractions are a little off.
    while ((passedMs[last] ?? 0) - (passedMs[first] ?? 0) > minuteMs - 1e-6) first++
    fullest = Math.max(fullest, last - first + 1)
  }
  return fullest
}
