import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { answer } from '../fault/answers.ts'
import { type CuttingProxy, startCuttingProxy } from '../servers/cutting-proxy.ts'
import { skipWithout } from '../servers/debian.ts'
import { startPostgres, type TestPostgres } from '../servers/postgres.ts'
import { startRedis, type TestRedis } from '../servers/redis.ts'
import { type Journey, openJourney } from './open.ts'

const chat = 'openai/chat/completions'
const json = { 'content-type': 'application/json' }
const good = answer({
  headers: json,
  body: '{"model":"gpt-4o-mini","choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}',
})

/** As two machines do it: one PostgreSQL, one Redis, both behind a network that the test makes slow. */
describe('two Tollgates that share all', { skip: skipWithout('redis-server', 'postgres', 'initdb') }, () => {
  let postgres: TestPostgres
  let redis: TestRedis
  let database: string
  let toPostgres: CuttingProxy
  let toRedis: CuttingProxy
  let both: readonly [Journey, Journey]
  before(async () => {
    postgres = await startPostgres()
    redis = await startRedis()
    database = postgres.createDatabase()
    toPostgres = await startCuttingProxy(Number(new URL(database).port))
    toRedis = await startCuttingProxy(redis.port)
    const through = new URL(database)
    through.port = String(toPostgres.port)
    const shared = {
      TOLLGATE_DATABASE_URL: through.href,
      TOLLGATE_REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
      TOLLGATE_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
    }
    const first = await openJourney(shared)
    both = [first, await openJourney({ ...shared, TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${first.fault.url}/v1` })]
    first.fault.plan('default', [good])
  })
  after(async () => {
    await Promise.all(both.map((journey) => journey.close()))
    await Promise.all([toPostgres.close(), toRedis.close()])
    await Promise.all([postgres.close(), redis.close()])
  })

  const metricsOf = async ({ tollgate }: Journey): Promise<string> => (await fetch(`${tollgate.url}/metrics`)).text()
  const readyOf = async ({ tollgate }: Journey): Promise<string> => (await fetch(`${tollgate.url}/readyz`)).text()

  it('fail no request and lose no row while both are slowed, stopped and started again under load', async () => {
    const settings = { cache_ttl: 60, rate_limiting_limit: 10_000_000, rate_limiting_interval: 3600 }
    assert.equal((await both[0].tollgate.manage('PUT', '/gateways/g', settings)).status, 200)
    const sent: string[] = []
    const failures: number[] = []
    let isOver = false
    const clients = Array.from({ length: 8 }, async (_, client) => {
      for (let at = 0; !isOver; at++) {
        // Every third question was asked before, by this client or by the other Tollgate's.
        const question = at % 3 === 0 ? `common ${at % 30}` : `own ${client} ${at}`
        const { status, logId } = await both[client % 2 === 0 ? 0 : 1].send(chat, {
          body: `{"model":"gpt-4o-mini","messages":[{"role":"user","content":"${question}"}]}`,
          headers: json,
        })
        sent.push(logId)
        if (status !== 200) failures.push(status)
      }
    })
    const more = async (): Promise<void> => {
      const count = sent.length
      while (sent.length < count + 100) await delay(10)
    }
    const steps: (() => unknown)[] = [
      () => toRedis.slow(100),
      () => toPostgres.slow(300),
      // Longer than a request waits for it.
      () => toRedis.slow(600),
      () => redis.stop(),
      () => postgres.stop(),
      () => redis.start(),
      () => postgres.start(),
      () => toRedis.slow(0),
      () => toPostgres.slow(0),
    ]
    for (const step of steps) {
      await more()
      await step()
    }
    await more()
    isOver = true
    await Promise.all(clients)

    assert.deepEqual(failures, [])
    for (const journey of both) {
      while (!/^tollgate_journal_pending 0$/m.test(await metricsOf(journey))) await delay(100)
      assert.match(await metricsOf(journey), /^tollgate_journal_dropped_total 0$/m)
    }
    assert.deepEqual(postgres.query(database, 'select id from logs order by id'), sent.toSorted())
  })

  it('obey a changed setting within a second, also where its signal is lost', async () => {
    const [first, second] = both
    const statusAt = async (journey: Journey): Promise<number> =>
      (await journey.send(chat, { body: '{"model":"gpt-4o-mini"}', headers: json })).status
    for (const isSignalled of [true, false]) {
      if (!isSignalled) await redis.stop()
      for (const authentication of [true, false]) {
        assert.equal((await first.tollgate.manage('PUT', '/gateways/g', { authentication })).status, 200)
        const changedAt = performance.now()
        assert.equal(await statusAt(first), authentication ? 401 : 200)
        while ((await statusAt(second)) !== (authentication ? 401 : 200)) {
          assert.ok(performance.now() - changedAt < 1000, `not obeyed within a second (signalled: ${isSignalled})`)
        }
      }
    }
    await redis.start()
    for (const journey of both) while (!(await readyOf(journey)).includes('"kv":"ready"')) await delay(20)
  })

  it('use a key that the other stored or rotated, and together keep to its limit', async () => {
    const [first, second] = both
    const configs = '/gateways/g/provider_configs'
    const limit = { rate_limit: 1000, rate_limit_period: 86_400 }
    const config = { alias: 'main', default_config: true, provider_slug: 'openai', secret: 'sk-of-the-first', ...limit }
    const made = await first.tollgate.manage('POST', configs, config)
    const { id } = made.body.result as { id: string }
    const sendTo = async ({ tollgate, send }: Journey): Promise<number> => {
      const headers = { ...json, 'cf-aig-authorization': `Bearer ${tollgate.adminToken}`, 'cf-aig-skip-cache': 'true' }
      return (await send(chat, { body: '{"model":"gpt-4o-mini"}', headers })).status
    }
    const lastKey = () => first.fault.requests.at(-1)?.headers.authorization
    const untilKey = async (key: string | undefined, journey = second): Promise<void> => {
      const changedAt = performance.now()
      do {
        assert.ok(performance.now() - changedAt < 1000, `${key} was not used within a second`)
        await sendTo(journey)
      } while (lastKey() !== key)
    }
    await untilKey('Bearer sk-of-the-first')
    const changes = { secret: 'sk-rotated' }
    assert.equal((await first.tollgate.manage('PUT', `${configs}/${id}`, changes)).status, 200)
    await untilKey('Bearer sk-rotated')

    // In a window of this length one is counted: by who knows of it now.
    const exact = { secret: 'sk-exact', rate_limit: 11, rate_limit_period: 43_200 }
    assert.equal((await second.tollgate.manage('PUT', `${configs}/${id}`, exact)).status, 200)
    await untilKey('Bearer sk-exact', first)
    const statuses = await Promise.all(Array.from({ length: 40 }, (_, at) => sendTo(at % 2 === 0 ? first : second)))
    assert.equal(statuses.filter((status) => status === 200).length, 10)
    assert.equal(statuses.filter((status) => status === 429).length, 30)

    assert.equal((await first.tollgate.manage('DELETE', `${configs}/${id}`)).status, 200)
    await untilKey(undefined)
  })

  it('know a token of the other at once, and one that was revoked no more within a second', async () => {
    const [first, second] = both
    const made = await first.tollgate.manage('POST', '/tokens', { name: 'shared', permissions: ['AI Gateway Run'] })
    const { id, value } = made.body.result as { id: string; value: string }
    const headers = { ...json, 'cf-aig-authorization': `Bearer ${value}` }
    const statusAt = async (journey: Journey): Promise<number> =>
      (await journey.send(chat, { body: '{"model":"gpt-4o-mini"}', headers })).status
    assert.deepEqual([await statusAt(second), await statusAt(first)], [200, 200])
    assert.equal((await second.tollgate.manage('DELETE', `/tokens/${id}`)).status, 200)
    const revokedAt = performance.now()
    assert.equal(await statusAt(second), 401)
    while ((await statusAt(first)) !== 401) {
      assert.ok(performance.now() - revokedAt < 1000, 'a revoked token was taken for longer than a second')
    }
  })
})
