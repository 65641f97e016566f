import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Kv, RateLimit } from '../../src/kv/kv.ts'
import { admitAtOnce, answerOf, askFor, countedBy, find, keep, lead, passed } from './answers.ts'

export interface KvUnderTest {
  kv: Kv
  /** The engine of another process on the same data; null where an engine has none. */
  other: Kv | null
  /** Lets time go by for the engine: moves its clock, or waits. */
  elapse(ms: number): Promise<void>
  close(): Promise<void>
}

/** So long that no test meets its end by chance. */
const dayMs = 86_400_000
const techniques = ['fixed', 'sliding'] as const

/** What every engine must do. `open` gives an empty one. */
export function kvConformance(name: string, open: () => Promise<KvUnderTest>, skip: string | false = false): void {
  const withKv = (sentence: string, body: (under: KvUnderTest) => Promise<void>): void => {
    it(sentence, { skip }, async () => {
      const under = await open()
      try {
        await body(under)
      } finally {
        await under.close()
      }
    })
  }

  describe(`kv: ${name}: answers`, () => {
    withKv('an answer comes back byte for byte, with headers, log body and nulls', async ({ kv }) => {
      const every = answerOf(randomBytes(3000), { status: 206, logBody: randomBytes(100), isLogTruncated: true })
      const bare = answerOf('{}', { headers: [], model: null, tokensIn: null, tokensOut: null, costNanoUsd: null })
      const emptyLog = answerOf('x', { logBody: Buffer.alloc(0), costNanoUsd: 0 })
      for (const [at, answer] of [every, bare, emptyLog].entries()) {
        await keep(kv, askFor(1, `a${at}`), answer)
        assert.deepEqual(await find(kv, askFor(1, `a${at}`)), answer)
        assert.deepEqual(await find(kv, askFor(1, `a${at}`)), answer)
      }
    })

    withKv('a body of 0 bytes, one of 8 MiB and a key of 100 characters are kept', async ({ kv }) => {
      const large = randomBytes(8 << 20)
      await keep(kv, askFor(1, 'empty'), answerOf(''))
      await keep(kv, askFor(1, 'k'.repeat(98)), answerOf(large))
      assert.equal((await find(kv, askFor(1, 'empty')))?.body.length, 0)
      assert.ok((await find(kv, askFor(1, 'k'.repeat(98))))?.body.equals(large))
      assert.equal(await find(kv, askFor(1, 'k'.repeat(97))), null)
    })

    withKv('an answer is gone when its time is over, and a newer one replaces it', async ({ kv, elapse }) => {
      const ask = askFor(1, 'a')
      await keep(kv, ask, answerOf('old'), 200)
      assert.equal((await find(kv, ask))?.body.toString(), 'old')
      await elapse(201)
      assert.equal(await find(kv, ask), null)
      await keep(kv, ask, answerOf('new'))
      assert.equal((await find(kv, ask))?.body.toString(), 'new')
    })

    withKv('what is settled with nothing, or for no time, is not kept', async ({ kv }) => {
      const ask = askFor(1, 'a')
      await kv.settle(await lead(kv, ask), null)
      await kv.settle(await lead(kv, ask), { answer: answerOf('x'), ttlMs: 0 })
      assert.equal(await find(kv, ask), null)
    })

    withKv('keys and gateways never share', async ({ kv }) => {
      const asks = [askFor(1, 'a'), askFor(1, 'b'), askFor(2, 'a'), askFor(11, 'a')]
      for (const [at, ask] of asks.entries()) {
        assert.equal(await find(kv, ask), null)
        await keep(kv, ask, answerOf(`answer ${at}`))
      }
      for (const [at, ask] of asks.entries()) {
        assert.equal((await find(kv, ask))?.body.toString(), `answer ${at}`)
      }
    })

    withKv('all answers of a gateway are dropped, and those of others are not', async ({ kv }) => {
      for (let at = 0; at < 1200; at++) await keep(kv, askFor(1, `a${at}`), answerOf(`${at}`))
      await keep(kv, askFor(2, 'a'), answerOf('other'))
      await kv.drop(1, 'answers')
      for (let at = 0; at < 1200; at++) assert.equal(await find(kv, askFor(1, `a${at}`)), null)
      assert.equal((await find(kv, askFor(2, 'a')))?.body.toString(), 'other')
      await keep(kv, askFor(1, 'a0'), answerOf('again'))
      assert.equal((await find(kv, askFor(1, 'a0')))?.body.toString(), 'again')
      await kv.drop(3, 'answers')
    })

    withKv('nothing is kept for a gateway that was dropped with everything', async ({ kv }) => {
      await keep(kv, askFor(1, 'a'), answerOf('a'))
      const lease = await lead(kv, askFor(1, 'b'))
      await kv.drop(1, 'everything')
      assert.equal(await find(kv, askFor(1, 'a')), null)
      await kv.settle(lease, { answer: answerOf('late'), ttlMs: 60_000 })
      assert.equal(await find(kv, askFor(1, 'b')), null)
      await keep(kv, askFor(1, 'c'), answerOf('later'))
      assert.equal(await find(kv, askFor(1, 'c')), null)
    })
  })

  describe(`kv: ${name}: leases`, () => {
    withKv('the first caller passes with a lease, and who goes its own way never gets one', async ({ kv }) => {
      const ask = askFor(1, 'a')
      const alone = { ...ask, cache: { key: '1:a', joins: false } }
      assert.deepEqual(await kv.admit(alone), { type: 'pass', lease: null })
      const lease = await lead(kv, ask)
      assert.deepEqual({ gateway: lease.gateway, key: lease.key }, { gateway: 1, key: '1:a' })
      assert.deepEqual(await kv.admit(alone), { type: 'pass', lease: null })
      assert.deepEqual(await kv.admit({ ...ask, cache: null }), { type: 'pass', lease: null })
      await kv.settle(lease, null)
      assert.ok(await lead(kv, ask))
    })

    withKv('a request that is limited takes no lease', async ({ kv }) => {
      const limit: RateLimit = { requests: 1, windowMs: dayMs, technique: 'sliding' }
      await kv.admit(countedBy(1, limit))
      assert.equal((await kv.admit(askFor(1, 'a', { limit }))).type, 'limited')
      assert.ok(await lead(kv, askFor(1, 'a')))
    })
  })

  describe(`kv: ${name}: limits`, () => {
    for (const technique of techniques) {
      withKv(`${technique}: of 2000 at once against 1000 exactly 1000 pass`, async ({ kv }) => {
        const ask = countedBy(1, { requests: 1000, windowMs: dayMs, technique })
        const verdicts = await admitAtOnce(kv, 2000, ask)
        assert.equal(passed(verdicts), 1000)
        for (const verdict of verdicts) {
          if (verdict.type === 'pass') assert.equal(verdict.lease, null)
          else assert.ok(verdict.type === 'limited' && verdict.resetMs >= 1 && verdict.resetMs <= dayMs)
        }
        assert.equal((await kv.admit(countedBy(2, ask.limit ?? assert.fail()))).type, 'pass')
      })

      withKv(`${technique}: who waits as long as it is told passes`, async ({ kv, elapse }) => {
        const ask = countedBy(1, { requests: 2, windowMs: 300, technique })
        for (let round = 0; round < 3; round++) {
          let verdict = await kv.admit(ask)
          while (verdict.type === 'pass') verdict = await kv.admit(ask)
          assert.ok(verdict.type === 'limited' && verdict.resetMs >= 1 && verdict.resetMs <= 300)
          await elapse(verdict.resetMs)
          assert.equal((await kv.admit(ask)).type, 'pass')
        }
      })

      withKv(`${technique}: what is answered from the cache is not counted`, async ({ kv }) => {
        const limit: RateLimit = { requests: 2, windowMs: dayMs, technique }
        const ask = askFor(1, 'a', { limit })
        await keep(kv, ask, answerOf('a'))
        const verdicts = await admitAtOnce(kv, 10, ask)
        assert.ok(verdicts.every(({ type }) => type === 'hit'))
        assert.deepEqual([passed(await admitAtOnce(kv, 3, countedBy(1, limit)))], [1])
        assert.equal((await kv.admit(ask)).type, 'hit')
      })
    }

    withKv('a limit of another kind or window begins anew, a higher number goes on counting', async ({ kv }) => {
      const ask = (requests: number, windowMs: number, technique: RateLimit['technique']) =>
        countedBy(1, { requests, windowMs, technique })
      assert.equal(passed(await admitAtOnce(kv, 5, ask(2, dayMs, 'fixed'))), 2)
      assert.equal(passed(await admitAtOnce(kv, 5, ask(3, dayMs, 'fixed'))), 1)
      assert.equal(passed(await admitAtOnce(kv, 5, ask(2, dayMs, 'sliding'))), 2)
      assert.equal(passed(await admitAtOnce(kv, 5, ask(4, dayMs, 'sliding'))), 2)
      assert.equal(passed(await admitAtOnce(kv, 5, ask(2, dayMs / 2, 'sliding'))), 2)
      assert.equal(passed(await admitAtOnce(kv, 5, ask(2, dayMs, 'fixed'))), 2)
    })

    withKv('windows of a gateway that have a name count for themselves, in all processes', async ({ kv, other }) => {
      for (const technique of techniques) {
        const own = countedBy(1, { requests: 2, windowMs: dayMs, technique })
        const named = { ...own, window: `key-${technique}` }
        assert.equal(passed(await admitAtOnce(kv, 3, named)), 2)
        if (other) assert.equal(passed(await admitAtOnce(other, 3, named)), 0)
        assert.equal(passed(await admitAtOnce(kv, 3, { ...named, window: 'another' })), 2)
        assert.equal(passed(await admitAtOnce(kv, 3, { ...named, gateway: 2 })), 2)
        assert.equal(passed(await admitAtOnce(kv, 3, own)), 2)
      }
    })

    withKv('counters are dropped with everything, and not with the answers', async ({ kv }) => {
      for (const technique of techniques) {
        const ask = countedBy(1, { requests: 2, windowMs: dayMs, technique })
        assert.equal(passed(await admitAtOnce(kv, 3, ask)), 2)
        await kv.drop(1, 'answers')
        assert.equal(passed(await admitAtOnce(kv, 3, ask)), 0)
        await kv.drop(1, 'everything')
        assert.equal(passed(await admitAtOnce(kv, 3, ask)), 2)
      }
    })
  })

  describe(`kv: ${name}: signals`, () => {
    withKv('what a process publishes reaches the others and not itself', async ({ kv, other }) => {
      const own: string[] = []
      const theirs = Promise.withResolvers<string>()
      await kv.subscribe((message) => void own.push(message))
      await other?.subscribe(theirs.resolve)
      await kv.publish('{"a": "ü"}')
      if (other) assert.equal(await theirs.promise, '{"a": "ü"}')
      assert.deepEqual(own, [])
    })

    withKv('it answers a ping', async ({ kv }) => {
      await kv.ping()
    })
  })
}
