import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Kv, Verdict } from '../../src/kv/kv.ts'
import { skipWithout } from '../servers/debian.ts'
import { admitAtOnce, answerOf, askFor, countedBy, find, keep, lead, passed } from './answers.ts'
import { openRedis, type RedisUnderTest } from './open-redis.ts'

const skip = skipWithout('redis-server')
const never = new AbortController().signal
const limited = countedBy(1, { requests: 1_000_000, windowMs: 60_000, technique: 'sliding' })

describe('kv: Redis away', { skip }, () => {
  let under: RedisUnderTest
  beforeEach(async () => {
    under = await openRedis()
  })
  afterEach(() => under.close())

  it('killed: every request is told so at once, and without a restart it is used again', async () => {
    const kv = await under.open()
    for (let round = 1; round <= 2; round++) {
      assert.equal((await kv.admit(limited)).type, 'pass')
      await under.redis.stop()
      const { verdicts, slowestMs } = await admitFor(kv, 500)
      assert.ok(verdicts.length > 50)
      assert.ok(verdicts.every(({ type }) => type === 'away'))
      assert.ok(slowestMs < 100, `${slowestMs} ms`)
      await under.redis.start()
      await untilUsed(kv)
      assert.deepEqual(levelsOf(under), Array(round).fill(['warn', 'info']).flat())
    }
    assert.match(under.lines[0] ?? '', /Redis is away.*"redis":"127\.0\.0\.1:\d+"/)
    assert.match(under.lines[1] ?? '', /Redis is back.*"away_seconds":\d/)
  })

  it('restarted empty: counting begins anew', async () => {
    const kv = await under.open()
    const ask = countedBy(1, { requests: 5, windowMs: 86_400_000, technique: 'fixed' })
    assert.equal(passed(await admitAtOnce(kv, 10, ask)), 5)
    await under.redis.stop()
    await under.redis.start()
    await untilUsed(kv)
    assert.equal(passed(await admitAtOnce(kv, 10, ask)), 5)
  })

  it('frozen: one wait of 250 ms, then every request is told at once, until it answers again', async () => {
    const kv = await under.open()
    await kv.admit(limited)
    under.redis.freeze()
    const first = await admitFor(kv, 1)
    assert.deepEqual(first.verdicts, [{ type: 'away' }])
    assert.ok(first.slowestMs > 200 && first.slowestMs < 400, `${first.slowestMs} ms`)
    const { verdicts, slowestMs } = await admitFor(kv, 1500)
    assert.ok(verdicts.every(({ type }) => type === 'away'))
    assert.ok(slowestMs < 100, `${slowestMs} ms`)
    under.redis.thaw()
    await untilUsed(kv)
    assert.deepEqual(levelsOf(under), ['warn', 'info'])
  })

  it('frozen for long: the connection is given up for a new one, which works when it is thawed', async () => {
    const kv = await under.open({ times: { retryMs: 20, askMs: 50, connectMs: 100, pulseMs: 50, otherMs: 50 } })
    const clients = async (): Promise<string[]> =>
      String(await under.command('CLIENT', 'LIST')).match(/\baddr=\S+/g) ?? []
    const before = await clients()
    under.redis.freeze()
    await delay(2500)
    under.redis.thaw()
    await untilUsed(kv)
    const after = await clients()
    assert.ok(before.length >= 2 && before.every((address) => !after.includes(address)))
  })

  it('frozen: a lease whose request went away meanwhile is ended when Redis says that it was given', async () => {
    const kv = await under.open()
    const other = await under.open()
    under.redis.freeze()
    assert.equal((await kv.admit(askFor(1, 'a'))).type, 'away')
    under.redis.thaw()
    await untilUsed(other)
    const thawedMs = performance.now()
    while ((await other.admit(askFor(1, 'a'))).type === 'busy') await delay(10)
    assert.ok(performance.now() - thawedMs < 1000)
  })

  it('a process that was busy itself does not take Redis for frozen', async () => {
    const kv = await under.open()
    await kv.admit(limited)
    const asked = admitAtOnce(kv, 20, limited)
    await new Promise((resolve) => setImmediate(resolve))
    for (const endMs = performance.now() + 600; performance.now() < endMs;);
    assert.equal(passed(await asked), 20)
    assert.deepEqual(under.lines, [])
  })

  it('who waits for an answer goes its own way', async () => {
    const kv = await under.open({ times: { pollMs: 100 } })
    await lead(kv, askFor(1, 'a'))
    const waiting = kv.awaitAnswer(1, '1:a', never)
    await under.redis.stop()
    assert.equal(await waiting, null)
    assert.equal(await kv.awaitAnswer(1, '1:a', never), null)
  })

  it('a settled answer is not kept, and what must be known is refused', async () => {
    const kv = await under.open()
    const lease = await lead(kv, askFor(1, 'a'))
    await under.redis.stop()
    await admitFor(kv, 1)
    await kv.settle(lease, { answer: answerOf('lost'), ttlMs: 60_000 })
    await assert.rejects(kv.ping(), { code: 'unavailable' })
    await assert.rejects(kv.publish('x'), { code: 'unavailable' })
    await assert.rejects(kv.drop(1, 'answers'), { code: 'unavailable' })
  })

  it('away at the start: it is told, and used as soon as it is there', async () => {
    await under.redis.stop()
    const kv = await under.open()
    assert.equal((await kv.admit(limited)).type, 'away')
    const heard = Promise.withResolvers<string>()
    await kv.subscribe(heard.resolve)
    assert.deepEqual(levelsOf(under), ['warn'])
    await under.redis.start()
    await untilUsed(kv)
    await tellUntilHeard(await under.open(), heard.promise)
  })

  it('a lost subscription is made again and told, and an answer that was missed is found', async () => {
    const kv = await under.open({ times: { pollMs: 200 } })
    const other = await under.open()
    const heard = Promise.withResolvers<string>()
    await kv.subscribe(heard.resolve)
    const lease = await lead(other, askFor(1, 'a'))
    const waiting = kv.awaitAnswer(1, '1:a', never)
    await delay(50)
    await under.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    // Both engines have noticed: what is settled now needs the connection of requests only.
    await delay(20)
    await other.settle(lease, { answer: answerOf('missed'), ttlMs: 60_000 })
    assert.equal((await waiting)?.body.toString(), 'missed')
    await tellUntilHeard(other, heard.promise)
  })

  it('a Redis that may not be written to is of no use, until it may', async () => {
    const kv = await under.open()
    await under.command('CONFIG', 'SET', 'replica-serve-stale-data', 'yes')
    await under.command('REPLICAOF', '127.0.0.1', '1')
    assert.equal((await kv.admit(limited)).type, 'away')
    assert.equal((await kv.admit(limited)).type, 'away')
    await under.command('REPLICAOF', 'NO', 'ONE')
    await untilUsed(kv)
    assert.match(under.lines[0] ?? '', /READONLY/)
    assert.deepEqual(levelsOf(under), ['warn', 'info'])
  })

  it('a key that somebody else uses troubles one gateway, and is told once', async () => {
    const kv = await under.open()
    await under.command('SET', 'tollgate:{test:1}:window', 'not ours')
    for (let at = 0; at < 5; at++) {
      assert.equal((await kv.admit(limited)).type, 'away')
      assert.equal((await kv.admit({ ...limited, gateway: 2 })).type, 'pass')
    }
    assert.equal(under.lines.length, 1)
    assert.match(under.lines[0] ?? '', /WRONGTYPE/)
  })

  it('a password that is wrong or missing is told as such, and never written', async () => {
    await under.command('CONFIG', 'SET', 'requirepass', 'the-secret')
    const { port } = under.redis
    for (const credentials of [':not-the-secret@', 'nobody:not-the-secret@', '']) {
      under.lines.length = 0
      const kv = await under.open({ url: `redis://${credentials}127.0.0.1:${port}` })
      assert.equal((await kv.admit(limited)).type, 'away')
      assert.equal(under.lines.length, 1)
      assert.match(under.lines[0] ?? '', /refuses the user or the password in TOLLGATE_REDIS_URL.*(WRONGPASS|NOAUTH)/)
      assert.doesNotMatch(under.lines[0] ?? '', /secret/)
    }
  })

  it('user, password and database come from the address', async () => {
    // As docs/redis.md has it.
    const rights = '~tollgate:* &tollgate:* +@read +@write +@scripting +@pubsub +@connection +time'
    await under.command('ACL', 'SETUSER', 'me', 'on', '>p:ss@/ü', ...rights.split(' '))
    const kv = await under.open({ url: `redis://me:p%3Ass%40%2F%C3%BC@127.0.0.1:${under.redis.port}/5` })
    await keep(kv, askFor(1, 'a'), answerOf('a'))
    assert.match(String(await under.command('INFO', 'keyspace')), /db5:keys=2/)
    assert.match(String(await under.command('CLIENT', 'LIST')), /name=tollgate db=5|db=5 .*user=me/)
    assert.ok(await find(kv, askFor(1, 'a')))
    for (const technique of ['fixed', 'sliding'] as const) {
      const ask = countedBy(1, { requests: 5, windowMs: 86_400_000, technique })
      assert.equal(passed(await admitAtOnce(kv, 10, ask)), 5)
    }
    await kv.publish('x')
    await kv.drop(1, 'everything')
    assert.deepEqual(under.lines, [])
  })
})

/** Asks for some time, one request after another, and tells the longest wait. */
async function admitFor(kv: Kv, ms: number): Promise<{ verdicts: Verdict[]; slowestMs: number }> {
  const verdicts: Verdict[] = []
  let slowestMs = 0
  const endMs = performance.now() + ms
  do {
    const startMs = performance.now()
    verdicts.push(await kv.admit(limited))
    slowestMs = Math.max(slowestMs, performance.now() - startMs)
    await delay(1)
  } while (performance.now() < endMs)
  return { verdicts, slowestMs }
}

/** Until Redis is used again, and the log says so. */
async function untilUsed(kv: Kv): Promise<void> {
  await untilAnswered(async () => {
    const { type } = await kv.admit(limited)
    if (type !== 'pass') throw new Error(`it is ${type}`)
    await kv.publish('both connections')
  })
}

/** Tries until it is done, for ten seconds. */
async function untilAnswered(attempt: () => Promise<void>): Promise<void> {
  for (const endMs = performance.now() + 10_000; ; await delay(20)) {
    try {
      await attempt()
      return
    } catch (error) {
      if (performance.now() > endMs) throw error
    }
  }
}

function levelsOf({ lines }: RedisUnderTest): unknown[] {
  return lines.map((line) => (JSON.parse(line) as { level: string }).level)
}

/** What is told before the other side has subscribed again is missed. */
async function tellUntilHeard(kv: Kv, heard: Promise<string>): Promise<void> {
  let isHeard = false
  void heard.then(() => {
    isHeard = true
  })
  while (!isHeard) {
    await kv.publish('heard').catch(() => {})
    await delay(10)
  }
  assert.equal(await heard, 'heard')
}
