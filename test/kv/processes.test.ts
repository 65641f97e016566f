import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { skipWithout } from '../servers/debian.ts'
import { startRedis, type TestRedis } from '../servers/redis.ts'
import { countedBy } from './answers.ts'
import { type Asker, startAskers } from './askers.ts'

const dayMs = 86_400_000

/** A machine that is busy with other tests may take its time: what is asked here is who passes, not when. */
const askMs = 10_000

describe('kv: three processes with one Redis', { skip: skipWithout('redis-server') }, () => {
  let redis: TestRedis
  const started: Asker[] = []
  before(async () => {
    redis = await startRedis()
  })
  after(async () => {
    await Promise.all(started.map((asker) => asker.kill()))
    await redis.close()
  })
  const start = async (...args: Parameters<typeof startAskers>): Promise<Asker[]> => {
    const askers = await startAskers(...args)
    started.push(...askers)
    return askers
  }

  it('of 2000 requests at once against 1000 exactly 1000 pass, again and again', async () => {
    const askers = await start(3, redis.url, { askMs })
    const passedBy = [0, 0, 0]
    for (let run = 0; run < 8; run++) {
      for (const technique of ['fixed', 'sliding'] as const) {
        const ask = countedBy(100 + run, { requests: 1000, windowMs: dayMs, technique })
        const reports = await Promise.all(askers.map((asker) => asker.ask({ type: 'admit', count: 667, ask })))
        assert.equal(sum(reports.map(({ passed }) => passed)), 1000, `${technique}, run ${run}`)
        for (const [at, { passed = 0 }] of reports.entries()) passedBy[at] = (passedBy[at] ?? 0) + passed
      }
    }
    assert.ok(
      passedBy.every((passed) => passed > 0 && passed < 15_000),
      `they took turns: ${passedBy.join(', ')}`,
    )
  })

  it('of 100 equal requests at once one leads, and all others are told its answer', async () => {
    const askers = await start(3, redis.url, { askMs, pollMs: 60_000 })
    for (let run = 0; run < 5; run++) {
      const counts = [34, 33, 33]
      const reports = await Promise.all(
        askers.map((asker, at) => asker.ask({ type: 'share', count: counts[at] ?? 0, key: `shared ${run}` })),
      )
      assert.equal(sum(reports.map(({ leases }) => leases)), 1)
      assert.equal(sum(reports.map(({ answered }) => answered)), 99)
    }
  })

  it('a process that is killed holds up those who wait for it no longer than its lease lives', async () => {
    const times = { askMs, leaseMs: 2000, renewMs: 500, pollMs: 200 }
    const askers = await start(3, redis.url, times)
    const [leader] = await start(1, redis.url, times)
    await leader?.ask({ type: 'lead', key: 'killed' })
    const following = askers.map((asker) => asker.ask({ type: 'share', count: 10, key: 'killed' }))
    // Longer than a lease lives without being renewed.
    await delay(2500)
    const killedMs = performance.now()
    await leader?.kill()
    const reports = await Promise.all(following)
    const heldMs = performance.now() - killedMs
    assert.ok(heldMs > 1000 && heldMs < 3500, `${heldMs} ms`)
    assert.equal(sum(reports.map(({ alone }) => alone)), 30)
  })

  it('Redis is killed, started empty, frozen: nobody throws or waits, and all use it again', async () => {
    const askers = await start(3, redis.url)
    const asking = askers.map((asker) => asker.ask({ type: 'ask-on', ms: 7000 }))
    await delay(500)
    await redis.stop()
    await delay(1000)
    await redis.start()
    await delay(1500)
    redis.freeze()
    await delay(1500)
    redis.thaw()
    const reports = await Promise.all(asking)
    for (const { asked = 0, away = 0, slowestMs = 0, lagMs = 0, last, lines = [] } of reports) {
      assert.ok(asked > 2000 && away > asked / 10 && away < asked, `${away} of ${asked} away`)
      assert.ok(slowestMs < 400 + lagMs, `the slowest took ${slowestMs} ms, ${lagMs} ms of them its process`)
      assert.equal(last, 'pass')
      const messages = lines.map((line) => (JSON.parse(line) as { message: string }).message.slice(0, 13))
      assert.deepEqual(messages, ['Redis is away', 'Redis is back', 'Redis is away', 'Redis is back'])
    }
  })
})

function sum(numbers: readonly (number | undefined)[]): number {
  return numbers.reduce<number>((total, number = 0) => total + number, 0)
}
