import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createClient } from '@redis/client'
import type { RateLimit } from '../../src/kv/kv.ts'
import { createMemoryKv } from '../../src/kv/memory-kv.ts'
import { createKeysOf } from '../../src/kv/redis-keys.ts'
import { admitScript } from '../../src/kv/redis-scripts.ts'
import { skipWithout } from '../servers/debian.ts'
import { startRedis, type TestRedis } from '../servers/redis.ts'
import { countedBy } from './answers.ts'
import { createMovedClock } from './moved-clock.ts'

const skip = skipWithout('redis-server')
const minuteMs = 60_000
const startUs = 1_700_000_000_000_000 + 12_345_678

/** The real script in a real Redis, with a clock that the test moves. */
describe('kv: Redis: limits while the clock of the server moves', { skip }, () => {
  let redis: TestRedis
  let client: ReturnType<typeof createClient>
  /** What the server's clock says. */
  let nowUs = startUs
  const text = admitScript.text.replace("redis.call('TIME')", "cjson.decode(redis.call('GET', 'now'))")
  const { answer, lease, window, groups } = createKeysOf('test')(1)
  before(async () => {
    assert.notEqual(text, admitScript.text)
    redis = await startRedis()
    client = createClient({ url: redis.url })
    await client.connect()
  })
  after(async () => {
    client.destroy()
    await redis.close()
  })
  beforeEach(async () => {
    nowUs = startUs
    await client.sendCommand(['FLUSHALL'])
  })

  /** 0, or the milliseconds to wait. */
  async function take({ technique, requests, windowMs }: RateLimit): Promise<number> {
    const set = client.set('now', `[${Math.floor(nowUs / 1e6)}, ${nowUs % 1e6}]`)
    const args = ['0', '', '0', technique, String(requests), String(windowMs)]
    const taken = client.sendCommand<number>(['EVAL', text, '4', answer, lease, window, groups, ...args])
    await set
    return await taken
  }
  async function passing(count: number, limit: RateLimit): Promise<number> {
    let passed = 0
    for (let at = 0; at < count; at++) if ((await take(limit)) === 0) passed++
    return passed
  }

  it('fixed: the same requests pass as with counters in memory', async () => {
    const limit: RateLimit = { requests: 7, windowMs: minuteMs, technique: 'fixed' }
    const clock = createMovedClock(startUs / 1000)
    const memory = createMemoryKv({ clock, maxBytes: 1 })
    for (let at = 0; at < 1000; at++) {
      const moveMs = Math.floor(Math.random() ** 4 * 100_000)
      nowUs += moveMs * 1000
      clock.move(moveMs)
      const verdict = await memory.admit(countedBy(1, limit))
      assert.equal(await take(limit), verdict.type === 'limited' ? Math.ceil(verdict.resetMs - 1e-6) : 0)
    }
  })

  for (const technique of ['fixed', 'sliding'] as const) {
    const limit: RateLimit = { requests: 10, windowMs: minuteMs, technique }

    it(`${technique}: a clock that is put back opens no full window, and blocks for no longer than one`, async () => {
      for (const stepUs of [1, 1e6, 59e6, 3600e6, 86_400e6]) {
        nowUs += 86_400e6 * 3
        assert.equal(await passing(20, limit), 10)
        nowUs -= stepUs
        const resetMs = await take(limit)
        assert.ok(resetMs > 0 && resetMs <= minuteMs, `${resetMs} ms after a step of ${stepUs}`)
        nowUs += resetMs * 1000 - 1000
        assert.equal(await passing(20, limit), 0)
        nowUs += 1000
        assert.ok((await passing(20, limit)) > 0)
      }
    })

    it(`${technique}: many steps back block no longer than a window each, and are forgotten`, async () => {
      assert.equal(await passing(20, limit), 10)
      for (let step = 0; step < 10; step++) {
        nowUs -= 30e6
        assert.equal(await passing(5, limit), 0)
      }
      nowUs += minuteMs * 1000
      assert.equal(await passing(20, limit), 10)
      nowUs += 2 * minuteMs * 1000
      assert.equal(await passing(20, limit), 10)
    })
  }

  it('sliding: no minute ever holds more than the limit, while the clock is put back again and again', async () => {
    for (let run = 0; run < 10; run++) {
      await client.sendCommand(['FLUSHALL'])
      const limit: RateLimit = { requests: 50, windowMs: minuteMs, technique: 'sliding' }
      /** As a clock has it that nobody sets. */
      let trueUs = 0
      const passedUs: number[] = []
      for (let at = 0; at < 600; at++) {
        const resetMs = await take(limit)
        if (resetMs === 0) passedUs.push(trueUs)
        const waits = resetMs > 0 && Math.random() < 0.3
        const moveUs = waits ? resetMs * 1000 : Math.floor(Math.random() ** 6 * 5e6)
        trueUs += moveUs
        nowUs += moveUs
        if (Math.random() < 0.02) nowUs -= Math.floor(Math.random() * 100e6)
      }
      assert.ok(passedUs.length > 100, `only ${passedUs.length} passed`)
      for (let at = 50; at < passedUs.length; at++) {
        assert.ok((passedUs[at] ?? 0) - (passedUs[at - 50] ?? 0) >= minuteMs * 1000, `run ${run}, request ${at}`)
      }
    }
  })

  it('sliding: a request is refused at most a thousandth of the window too early', async () => {
    const limit: RateLimit = { requests: 3, windowMs: minuteMs, technique: 'sliding' }
    const passedUs: number[] = []
    for (let at = 0; at < 1000; at++) {
      const resetMs = await take(limit)
      if (resetMs === 0) passedUs.push(nowUs)
      const freeUs = (passedUs.at(-3) ?? 0) + 60e6 + 60e3
      assert.ok(resetMs === 0 || nowUs < freeUs, `request ${at}`)
      if (at % 20 === 0) nowUs += 180e6
      nowUs = Math.random() < 0.5 ? Math.max(nowUs, freeUs) : nowUs + Math.floor(Math.random() ** 4 * 20e6)
    }
  })
})
