import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Kv } from '../../src/kv/kv.ts'
import { skipWithout } from '../servers/debian.ts'
import { admitAtOnce, answerOf, askFor, countedBy, find, keep, lead, passed } from './answers.ts'
import { openRedis, type RedisUnderTest } from './open-redis.ts'

const skip = skipWithout('redis-server')
const never = new AbortController().signal
const dayMs = 86_400_000

describe('kv: Redis between processes', { skip }, () => {
  let under: RedisUnderTest
  let kv: Kv
  let other: Kv
  before(async () => {
    under = await openRedis()
    // Nobody looks from time to time: what comes was told. And a machine that is busy with other tests may take its time.
    const times = { askMs: 10_000, pollMs: 3_600_000 }
    kv = await under.open({ times })
    other = await under.open({ times })
  })
  after(() => under.close())
  beforeEach(() => under.command('FLUSHALL'))

  it('who finds the lease of another waits for its answer, and gets it byte for byte', async () => {
    const answer = answerOf('told', { logBody: Buffer.from('log') })
    const lease = await lead(kv, askFor(1, 'a'))
    const waiting = [kv, other, other].map(async (engine) => {
      assert.deepEqual(await engine.admit(askFor(1, 'a')), { type: 'busy' })
      return await engine.awaitAnswer(1, '1:a', never)
    })
    await delay(50)
    await kv.settle(lease, { answer, ttlMs: 60_000 })
    for (const got of await Promise.all(waiting)) assert.deepEqual(got, answer)
    assert.deepEqual(await find(other, askFor(1, 'a')), answer)
  })

  it('an answer that was settled before somebody could wait for it is found', async () => {
    const lease = await lead(kv, askFor(1, 'a'))
    assert.equal((await other.admit(askFor(1, 'a'))).type, 'busy')
    await kv.settle(lease, { answer: answerOf('early'), ttlMs: 60_000 })
    // What is told of it comes before anybody listens.
    await delay(50)
    assert.equal((await other.awaitAnswer(1, '1:a', never))?.body.toString(), 'early')
  })

  it('a leader that came to nothing, or whose answer is too long, sends all others on their own way', async () => {
    for (const kept of [null, { answer: answerOf(Buffer.alloc((8 << 20) + 1)), ttlMs: 60_000 }]) {
      const lease = await lead(kv, askFor(1, 'a'))
      const waiting = [other, other].map(async (engine) => {
        assert.equal((await engine.admit(askFor(1, 'a'))).type, 'busy')
        return await engine.awaitAnswer(1, '1:a', never)
      })
      await delay(50)
      await kv.settle(lease, kept)
      assert.deepEqual(await Promise.all(waiting), [null, null])
      assert.equal(await find(kv, askFor(1, 'a')), null)
    }
  })

  it('who waits and leaves is forgotten, and those who stay are not', async () => {
    const lease = await lead(kv, askFor(1, 'a'))
    const leaving = new AbortController()
    const left = other.awaitAnswer(1, '1:a', leaving.signal)
    const staying = other.awaitAnswer(1, '1:a', never)
    leaving.abort()
    assert.equal(await left, null)
    assert.equal(await other.awaitAnswer(1, '1:a', leaving.signal), null)
    assert.equal((await other.admit(askFor(1, 'a'))).type, 'busy')
    await kv.settle(lease, { answer: answerOf('stayed'), ttlMs: 60_000 })
    assert.equal((await staying)?.body.toString(), 'stayed')
    assert.equal(getEventListeners(never, 'abort').length, 0)
  })

  it('who waits when its engine is closed goes its own way', async () => {
    await lead(kv, askFor(1, 'a'))
    const closing = await under.open()
    const waiting = closing.awaitAnswer(1, '1:a', never)
    await closing.close()
    assert.equal(await waiting, null)
  })

  it('who waits for a lease that ran out, or is another one by now, goes its own way', async () => {
    const dying = await under.open({ times: { leaseMs: 200, renewMs: 3_600_000 } })
    const looking = await under.open({ times: { pollMs: 20 } })
    const lease = await lead(dying, askFor(1, 'a'))
    const waiting = looking.awaitAnswer(1, '1:a', never)
    await delay(210)
    const next = await lead(kv, askFor(1, 'a'))
    assert.equal(await waiting, null)
    // Who lost its lease settles nothing, and does not end the lease of another.
    await dying.settle(lease, { answer: answerOf('late'), ttlMs: 60_000 })
    assert.equal((await other.admit(askFor(1, 'a'))).type, 'busy')
    await kv.settle(next, { answer: answerOf('next'), ttlMs: 60_000 })
    assert.equal((await find(kv, askFor(1, 'a')))?.body.toString(), 'next')
  })

  it('a lease lives as long as its holder renews it', async () => {
    const holding = await under.open({ times: { leaseMs: 150, renewMs: 30 } })
    const lease = await lead(holding, askFor(1, 'a'))
    await delay(500)
    assert.equal((await other.admit(askFor(1, 'a'))).type, 'busy')
    await holding.settle(lease, null)
    assert.equal((await other.admit(askFor(1, 'a'))).type, 'pass')
  })

  it('who waits for another counts for no limit', async () => {
    for (const technique of ['fixed', 'sliding'] as const) {
      const limit = { requests: 3, windowMs: dayMs, technique }
      const ask = askFor(1, technique, { limit })
      await lead(kv, ask)
      const verdicts = await admitAtOnce(other, 10, ask)
      assert.ok(verdicts.every(({ type }) => type === 'busy'))
      assert.equal(passed(await admitAtOnce(other, 10, countedBy(1, limit))), 2)
    }
  })

  it('a limit is one for all processes', async () => {
    for (const technique of ['fixed', 'sliding'] as const) {
      const ask = countedBy(1, { requests: 1000, windowMs: dayMs, technique })
      const verdicts = await Promise.all([kv, other].map((engine) => admitAtOnce(engine, 1000, ask)))
      assert.equal(passed(verdicts.flat()), 1000)
    }
  })

  it('signals and answers of one store do not reach another that numbers its gateways alike', async () => {
    const apart = await under.open({ scope: 'another store' })
    const beside = await under.open({ scope: 'another store' })
    const heard: string[] = []
    await other.subscribe((message) => void heard.push(message))
    const there = Promise.withResolvers<string>()
    await beside.subscribe(there.resolve)
    await apart.publish('to my like')
    assert.equal(await there.promise, 'to my like')
    await keep(apart, askFor(1, 'a'), answerOf('there'))
    assert.equal(await find(kv, askFor(1, 'a')), null)
    assert.deepEqual(heard, [])
  })
})

describe('kv: Redis: what is in it', { skip }, () => {
  let under: RedisUnderTest
  let kv: Kv
  before(async () => {
    under = await openRedis()
    kv = await under.open({ times: { askMs: 10_000 } })
  })
  after(() => under.close())
  beforeEach(() => under.command('FLUSHALL'))

  it('is under one prefix, with the gateway as hash tag, and every key expires', async () => {
    for (const technique of ['fixed', 'sliding'] as const) {
      const limit = { requests: 100, windowMs: 2000, technique }
      for (let at = 0; at < 20; at++)
        await keep(kv, askFor(technique === 'fixed' ? 1 : 2, `${at}`, { limit }), answerOf('a'))
      await delay(10)
    }
    await lead(kv, askFor(1, 'led'))
    await keep(kv, askFor(3, 'a'), answerOf('a'))
    await kv.drop(3, 'everything')
    await kv.ping()
    const keys = (await under.command('KEYS', '*')) as string[]
    const kinds = new Set(keys.map((key) => key.replace(/:[^:{]*\d$|:led$/, '')))
    assert.deepEqual([...kinds].toSorted(), [
      'tollgate:{test:1}:answer:1',
      'tollgate:{test:1}:answers',
      'tollgate:{test:1}:lease:1',
      'tollgate:{test:1}:window',
      'tollgate:{test:2}:answer:2',
      'tollgate:{test:2}:answers',
      'tollgate:{test:2}:groups',
      'tollgate:{test:2}:window',
      'tollgate:{test:3}:gone',
    ])
    for (const key of keys) assert.ok(Number(await under.command('PTTL', key)) > 0, key)
  })

  it('is a miss where another version of Tollgate wrote the answer', async () => {
    await under.command('SET', 'tollgate:{test:1}:answer:1:a', Buffer.from([99, 1, 2, 3]), 'PX', '60000')
    await keep(kv, askFor(1, 'a'), answerOf('own'))
    assert.equal((await find(kv, askFor(1, 'a')))?.body.toString(), 'own')
  })

  it('lists the answers of a gateway no longer than they live', async () => {
    await keep(kv, askFor(1, 'long'), answerOf('a'), 60_000)
    for (let at = 0; at < 50; at++) await keep(kv, askFor(1, `short ${at}`), answerOf('a'), 1)
    await delay(5)
    await keep(kv, askFor(1, 'last'), answerOf('a'), 10)
    assert.equal(await under.command('ZCARD', 'tollgate:{test:1}:answers'), 2)
    assert.ok(Number(await under.command('PTTL', 'tollgate:{test:1}:answers')) > 50_000)
  })

  it('counts on where memory is full, keeps no more answers, and says so', async () => {
    const filling = answerOf(Buffer.alloc(1 << 20))
    for (let at = 0; at < 5; at++) await keep(kv, askFor(1, `${at}`), filling)
    await under.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'maxmemory', String(4 << 20))
    await keep(kv, askFor(1, '5'), filling)
    assert.equal(await find(kv, askFor(1, '5')), null)
    for (const technique of ['fixed', 'sliding'] as const) {
      const limit = { requests: 100, windowMs: dayMs, technique }
      assert.equal(passed(await admitAtOnce(kv, 300, countedBy(2, limit))), 100)
    }
    const ask = askFor(3, 'a')
    const lease = await lead(kv, ask)
    assert.equal((await kv.admit(ask)).type, 'busy')
    await kv.settle(lease, { answer: filling, ttlMs: 60_000 })
    assert.ok(await lead(kv, ask))
    assert.equal(under.lines.filter((line) => line.includes('OOM')).length, 1)
    assert.ok(!under.lines.some((line) => line.includes('away')))
    await under.command('CONFIG', 'SET', 'maxmemory', '0')
    await keep(kv, askFor(1, '5'), filling)
    assert.ok(await find(kv, askFor(1, '5')))
  })

  it('gets at most 64 MiB at once from a process, and the leases of all the rest end', async () => {
    const answer = answerOf(Buffer.alloc(8 << 20))
    const asks = Array.from({ length: 12 }, (_, at) => askFor(1, `${at}`))
    const leases = await Promise.all(asks.map((ask) => lead(kv, ask)))
    await Promise.all(leases.map(async (lease) => await kv.settle(lease, { answer, ttlMs: 60_000 })))
    const found = await Promise.all(asks.map((ask) => find(kv, ask)))
    assert.equal(found.filter((one) => one !== null).length, 7)
    for (const [at, ask] of asks.entries()) if (!found[at]) assert.ok(await lead(kv, ask))
  })

  it('may forget the scripts at any time', async () => {
    await keep(kv, askFor(1, 'a'), answerOf('a'))
    await under.command('SCRIPT', 'FLUSH')
    assert.ok(await find(kv, askFor(1, 'a')))
    await under.command('SCRIPT', 'FLUSH')
    await keep(kv, askFor(1, 'b'), answerOf('b'))
    await kv.drop(1, 'everything')
    assert.equal(await find(kv, askFor(1, 'b')), null)
  })

  it('has at most a thousand groups of requests, and forgets them when they count no longer', async () => {
    const ask = countedBy(1, { requests: 1_000_000, windowMs: 1000, technique: 'sliding' })
    for (const endMs = performance.now() + 1500; performance.now() < endMs;) await admitAtOnce(kv, 3, ask)
    const groups = Number(await under.command('LLEN', 'tollgate:{test:1}:groups')) / 2
    assert.ok(groups > 100 && groups <= 1001, `${groups} groups`)
    await delay(2100)
    assert.equal(await under.command('EXISTS', 'tollgate:{test:1}:groups', 'tollgate:{test:1}:window'), 0)
  })
})
