import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { answer, chunk, lastChunk, streamHead } from '../fault/answers.ts'
import { end, model, rate, start } from '../route-elements.ts'
import { skipWithout } from '../servers/debian.ts'
import { startPostgres, type TestPostgres } from '../servers/postgres.ts'
import { startRedis, type TestRedis } from '../servers/redis.ts'
import { type Got, type Journey, openJourney } from './open.ts'

const chat = 'openai/chat/completions'
const json = { 'content-type': 'application/json' }
const good = answer({ headers: json, body: '{"model":"gpt-4o-mini","choices":[{"message":{"content":"hi"}}]}' })

/** Two Tollgates that share their gateways too, before one provider. */
describe('two Tollgates with one Redis', { skip: skipWithout('redis-server', 'postgres', 'initdb') }, () => {
  let redis: TestRedis
  let postgres: TestPostgres
  let first: Journey
  let second: Journey
  let question = 0
  before(async () => {
    redis = await startRedis()
    postgres = await startPostgres()
    const shared = { TOLLGATE_REDIS_URL: redis.url, TOLLGATE_DATABASE_URL: postgres.createDatabase() }
    first = await openJourney(shared)
    second = await openJourney({
      ...shared,
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${first.fault.url}/v1`,
    })
  })
  after(async () => {
    await Promise.all([first.close(), second.close()])
    await redis.close()
    await postgres.close()
  })
  beforeEach(() => {
    question++
    first.fault.plan('default', [good])
  })

  const body = (rest = ''): string =>
    `{"model":"gpt-4o-mini",${rest}"messages":[{"role":"user","content":"${question}"}]}`
  const send = (journey: Journey): Promise<Got> => journey.send(chat, { body: body(), headers: json })
  const cacheOf = ({ headers }: Got): unknown => [headers['cf-aig-cache-status'], headers['tollgate-cache-reason']]
  async function settings(change: Record<string, unknown>): Promise<void> {
    const heard = (): number =>
      second.tollgate.logLines.filter((line) => line.includes('another process changed settings')).length
    const before = heard()
    assert.equal((await first.tollgate.manage('PUT', '/gateways/g', change)).status, 200)
    // By a signal, or within half a second where there is no Redis.
    while (heard() === before) await delay(5)
  }
  const withLimit = (limit: number, failure: 'open' | 'closed'): Promise<void> =>
    settings({
      cache_ttl: 60,
      rate_limiting_limit: limit,
      rate_limiting_interval: 3600,
      rate_limiting_technique: 'sliding',
      rate_limiting_failure: failure,
    })
  /** Until a request is answered with this status, and from the cache or for it. */
  async function untilUsed(journey: Journey): Promise<void> {
    for (let got = await send(journey); got.headers['cf-aig-cache-status'] === 'BYPASS'; got = await send(journey)) {
      await delay(20)
    }
  }

  it('what one was answered is a hit in the other, byte for byte', async () => {
    await settings({ cache_ttl: 60 })
    const calls = first.fault.requests.length
    const miss = await send(first)
    const hit = await send(second)
    assert.deepEqual(
      [cacheOf(miss), cacheOf(hit)],
      [
        ['MISS', 'not-found'],
        ['HIT', 'stored'],
      ],
    )
    assert.deepEqual(hit.body, miss.body)
    assert.equal(first.fault.requests.length - calls, 1)
    assert.equal((await second.row(hit.logId))['cached'], true)
  })

  it('the same request, sent to both at once, makes one call', async () => {
    const calls = first.fault.requests.length
    const gots = await Promise.all(
      [first, second].flatMap((journey) => Array.from({ length: 20 }, () => send(journey))),
    )
    assert.ok(gots.every(({ status, body: bytes }) => status === 200 && bytes.equals(gots[0]?.body ?? bytes)))
    assert.equal(first.fault.requests.length - calls, 1)
    assert.equal(gots.filter(({ headers }) => headers['cf-aig-cache-status'] === 'MISS').length, 1)
  })

  it('a stream that two ask for at once comes to both of one process while it comes', async () => {
    const rest = Promise.withResolvers<void>()
    const event = chunk('data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n')
    first.fault.plan('default', [streamHead, event, { until: rest.promise }, chunk('data: [DONE]\n\n'), lastChunk])
    const calls = first.fault.requests.length
    const ask = { method: 'POST', headers: json, body: body('"stream":true,') } as const
    const both = await Promise.all([1, 2].map(() => request(`${first.base}/${chat}`, ask)))
    rest.resolve()
    const texts = await Promise.all(both.map((got) => got.body.text()))
    assert.ok(texts[0]?.endsWith('data: [DONE]\n\n'))
    assert.equal(texts[0], texts[1])
    assert.equal(first.fault.requests.length - calls, 1)
  })

  it('a limit is one for both', async () => {
    await withLimit(10, 'open')
    const gots = await Promise.all(
      Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? first : second)).map((journey, at) =>
        journey.send(chat, { body: `{"model":"m","n":${at}}`, headers: json }),
      ),
    )
    assert.equal(gots.filter(({ status }) => status === 200).length, 10)
    assert.equal(gots.filter(({ status }) => status === 429).length, 30)
  })

  it('a rate of a dynamic route is one for both, for each value of its key', async () => {
    await withLimit(10_000, 'open')
    const elements = [
      start('often'),
      rate('often', 'metadata.user_id', 10, 'large', 'small'),
      model('large', 'openai/large'),
      model('small', 'openai/small'),
      end,
    ]
    const made = await first.tollgate.manage('POST', '/gateways/g/routes', { name: 'limited', elements })
    assert.equal(made.status, 200, JSON.stringify(made.body))
    const ask = (journey: Journey, user: string, at: number): Promise<Got> =>
      journey.send('compat/chat/completions', {
        headers: { ...json, 'cf-aig-metadata': JSON.stringify({ user_id: user }) },
        body: JSON.stringify({ model: 'dynamic/limited', messages: [{ role: 'user', content: `${user} ${at}` }] }),
      })
    const userOf = (at: number): string => (at % 4 < 2 ? 'a' : 'b')
    const gots = await Promise.all(
      Array.from({ length: 40 }, (_, at) => ask(at % 2 === 0 ? first : second, userOf(at), at)),
    )
    for (const user of ['a', 'b']) {
      const models = gots.filter((_, at) => userOf(at) === user).map(({ headers }) => headers['cf-aig-model'])
      assert.equal(models.filter((name) => name === 'large').length, 10)
      assert.equal(models.filter((name) => name === 'small').length, 10)
    }
    const models = await Promise.all([ask(first, 'a', 41), ask(second, 'b', 42), ask(second, 'c', 43)])
    assert.deepEqual(
      models.map(({ headers }) => headers['cf-aig-model']),
      ['small', 'small', 'large'],
    )
  })

  it('Redis is killed: requests go on without it or are refused, as the gateway says, until it is back', async () => {
    await withLimit(10_000, 'open')
    await redis.stop()
    for (const journey of [first, second, first]) {
      const got = await send(journey)
      assert.deepEqual([got.status, cacheOf(got)], [200, ['BYPASS', 'unavailable']])
    }
    assert.deepEqual(await readiness(first), { status: 200, kv: 'away' })
    await withLimit(10_000, 'closed')
    const refused = await send(second)
    assert.equal(refused.status, 503)
    assert.match(refused.body.toString(), /rate_limiting_failure: closed/)
    assert.equal((await second.row(refused.logId))['status_code'], 503)
    await redis.start()
    await Promise.all([untilUsed(first), untilUsed(second)])
    assert.deepEqual(cacheOf(await send(second)), ['HIT', 'stored'])
    assert.deepEqual(await readiness(first), { status: 200, kv: 'ready' })
  })

  it('Redis is killed, frozen and started again in the middle of traffic: every request is answered, and none waits', async () => {
    await withLimit(1_000_000, 'open')
    let isOver = false
    const gots: { status: number; ms: number }[] = []
    const clients = Array.from({ length: 8 }, async (_, client) => {
      for (let at = 0; !isOver; at++) {
        const startMs = performance.now()
        const journey = client % 2 === 0 ? first : second
        const { status } = await journey.send(chat, { body: `{"model":"m","n":"${client} ${at % 50}"}`, headers: json })
        gots.push({ status, ms: performance.now() - startMs })
      }
    })
    await delay(300)
    await redis.stop()
    await delay(300)
    await redis.start()
    await Promise.all([untilUsed(first), untilUsed(second)])
    redis.freeze()
    await delay(800)
    redis.thaw()
    await Promise.all([untilUsed(first), untilUsed(second)])
    isOver = true
    await Promise.all(clients)
    assert.ok(gots.length > 100, `only ${gots.length} requests`)
    assert.ok(gots.every(({ status }) => status === 200))
    const slowestMs = Math.max(...gots.map(({ ms }) => ms))
    // What Redis alone may add is measured in test/kv/processes.test.ts: here all the rest runs too.
    assert.ok(slowestMs < 2000, `the slowest took ${slowestMs} ms`)
  })
})

async function readiness({ tollgate }: Journey): Promise<unknown> {
  const answered = await request(`${tollgate.url}/readyz`)
  const { kv } = (await answered.body.json()) as { kv: string }
  return { status: answered.statusCode, kv }
}
