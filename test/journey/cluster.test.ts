import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { request } from 'undici'
import { answer, chunk, lastChunk, streamHead } from '../fault/answers.ts'
import { type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import { skipWithout } from '../servers/debian.ts'
import { startRedis, type TestRedis } from '../servers/redis.ts'
import {
  adminToken,
  allRows,
  type LogLine,
  manage,
  send,
  type Sent,
  type Server,
  startProvider,
  startServer,
} from './kill-driver.ts'
import { connectRaw, requestBytes } from './raw-client.ts'

const json = { 'content-type': 'application/json' }
const good = answer({
  headers: json,
  body: '{"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}',
})

describe('two workers', { skip: skipWithout('redis-server') }, () => {
  let redis: TestRedis
  let fault: FaultServer
  let dataDir: string
  let server: Server
  let lines: LogLine[]
  before(async () => {
    redis = await startRedis()
    fault = await startFaultServer()
    dataDir = mkdtempSync(path.join(tmpdir(), 'tollgate-cluster-'))
    server = await startHere(fault.url)
    fault.plan('default', [good])
  })
  after(async () => {
    server.child.kill('SIGKILL')
    await fault.close()
    await redis.close()
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
  })

  function startHere(providerUrl: string): Promise<Server> {
    lines = []
    const environment = { TOLLGATE_WORKERS: '2', TOLLGATE_REDIS_URL: redis.url }
    return startServer(dataDir, providerUrl, { environment, onLine: (line) => void lines.push(line) })
  }
  const pids = (): number[] =>
    lines.filter(({ message }) => message === 'a worker takes requests').map((line) => Number(line['pid']))

  /** Each on a connection of its own: the workers take them in turn. */
  async function ask(
    gateway: string,
    text: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; cache: unknown }> {
    const answered = await request(`${server.url}/v1/test/${gateway}/openai/chat/completions`, {
      method: 'POST',
      headers: { ...json, ...headers, connection: 'close' },
      body: `{"model":"m","messages":[{"role":"user","content":"${text}"}]}`,
    })
    await answered.body.text()
    return { status: answered.statusCode, cache: answered.headers['cf-aig-cache-status'] }
  }

  it('take requests behind one port, and each has lanes of its own in the journal', async () => {
    await manage(server.url, 'POST', '/gateways', { id: 'g' })
    await Promise.all(Array.from({ length: 20 }, (_, index) => ask('g', `q${index}`)))
    assert.equal((await allRows(server.url)).length, 20)
    const lanes = new Set(readdirSync(path.join(dataDir, 'journal')).map((name) => name.split('-')[0]))
    assert.ok(lanes.has('small') && lanes.has('small.1'), [...lanes].join())
    for (let scrape = 0; scrape < 4; scrape++) {
      const metrics = await request(`${server.url}/metrics`, { headers: { connection: 'close' } })
      assert.match(await metrics.body.text(), /^tollgate_journal_accepted_total 20$/m)
    }
  })

  it('share cached answers, calls that are under way, and the limit', async () => {
    await manage(server.url, 'POST', '/gateways', { id: 'cached', cache_ttl: 60 })
    assert.equal((await ask('cached', 'one')).cache, 'MISS')
    const again = await Promise.all(Array.from({ length: 8 }, () => ask('cached', 'one')))
    assert.deepEqual(new Set(again.map(({ cache }) => cache)), new Set(['HIT']))

    const before = fault.requests.length
    const { promise, resolve } = Promise.withResolvers<void>()
    fault.plan('held', [{ until: promise }, good])
    const all = Promise.all(Array.from({ length: 40 }, () => ask('cached', 'two', { 'x-fault': 'held' })))
    await fault.request(before)
    await Promise.all(Array.from({ length: 4 }, () => ask('g', 'marker')))
    resolve()
    assert.deepEqual(new Set((await all).map(({ status }) => status)), new Set([200]))
    assert.equal(fault.requests.slice(before).filter(({ headers }) => headers['x-fault'] === 'held').length, 1)

    await manage(server.url, 'POST', '/gateways', {
      id: 'limited',
      rate_limiting_limit: 50,
      rate_limiting_interval: 100_000,
      rate_limiting_technique: 'sliding',
    })
    const limited = await Promise.all(Array.from({ length: 100 }, (_, index) => ask('limited', `l${index}`)))
    assert.equal(limited.filter(({ status }) => status === 200).length, 50)
    assert.equal(limited.filter(({ status }) => status === 429).length, 50)
  })

  it('know a gateway the moment it is made, and `default` at its first use, whoever is asked', async () => {
    for (let made = 0; made < 5; made++) {
      await manage(server.url, 'POST', '/gateways', { id: `new-${made}` })
      const all = await Promise.all(Array.from({ length: 6 }, (_, index) => ask(`new-${made}`, `n${index}`)))
      assert.deepEqual(new Set(all.map(({ status }) => status)), new Set([200]))
    }
    const authorized = { 'cf-aig-authorization': adminToken }
    const first = await Promise.all(Array.from({ length: 6 }, () => ask('default', 'd', authorized)))
    assert.deepEqual(new Set(first.map(({ status }) => status)), new Set([200]))
    assert.equal((await ask('nowhere', 'x')).status, 400)
  })

  it('obey a change within a second, whichever of them took it', async () => {
    await manage(server.url, 'POST', '/gateways', { id: 'changing' })
    for (const authentication of [true, false, true]) {
      await manage(server.url, 'PUT', '/gateways/changing', { authentication })
      const changedAt = performance.now()
      const wanted = authentication ? 401 : 200
      const statuses = async (): Promise<number[]> =>
        (await Promise.all(Array.from({ length: 8 }, () => ask('changing', 'x')))).map(({ status }) => status)
      while (!(await statuses()).every((status) => status === wanted)) {
        assert.ok(performance.now() - changedAt < 1000, 'a worker still obeys the old setting')
      }
    }
  })

  it('of which one is killed lose no finished request, and it is started again', async () => {
    const provider = await startProvider(() => {})
    await server.end('SIGTERM')
    server = await startHere(provider.url)
    await manage(server.url, 'DELETE', '/gateways/g')
    await manage(server.url, 'POST', '/gateways', { id: 'g' })
    const sent: Sent[] = []
    let isKilled = false
    await Promise.all(
      Array.from({ length: 8 }, async (_, client) => {
        const agent = new Agent({ keepAlive: true })
        for (let number = 0; number < 60; number++) {
          if (client === 0 && number === 30) {
            process.kill(pids()[0] ?? 0, 'SIGKILL')
            isKilled = true
          }
          const kind = number % 2 === 0 ? 'plain' : 'stream'
          sent.push(await send(`${server.url}/v1/test/g`, agent, kind, `${client}-${number}`, () => {}))
        }
        agent.destroy()
      }),
    )
    assert.ok(isKilled)
    while (pids().length < 3) await new Promise((resolve) => server.child.stdout.once('data', resolve))
    const rows = new Map((await allRows(server.url)).map((row) => [row['id'], row]))
    const finished = sent.filter(({ sawEnd }) => sawEnd)
    assert.ok(finished.length > 400, `only ${finished.length} of ${sent.length} were answered`)
    for (const { logId, name } of finished) assert.ok(rows.get(logId), `${name} was seen whole, and has no row`)
    await provider.close()
  })

  it('are told to stop together, finish their streams, and lose no row', async () => {
    await server.end('SIGTERM')
    server = await startHere(fault.url)
    const gate = Promise.withResolvers<void>()
    const event = chunk('data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n')
    fault.plan('gate', [streamHead, event, { until: gate.promise }, chunk('data: [DONE]\n\n'), lastChunk])
    const base = `${server.url}/v1/test/g`
    const clients = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const client = await connectRaw(base)
        const body = '{"model":"m","stream":true}'
        client.write(requestBytes(base, 'openai/chat/completions', { headers: { 'x-fault': 'gate' }, body }))
        await client.saw('Hel')
        return client
      }),
    )
    const before = (await allRows(server.url)).length
    const ended = server.end('SIGTERM')
    while (!lines.some(({ message }) => message === 'stopping')) {
      await new Promise((resolve) => server.child.stdout.once('data', resolve))
    }
    gate.resolve()
    for (const client of clients) assert.match((await client.closed).toString(), /\[DONE\]/)
    assert.deepEqual(await ended, { code: 0, signal: null })
    server = await startHere(fault.url)
    assert.equal((await allRows(server.url)).length, before + 6)
  })

  it('whose port is taken do not start, and say so', async () => {
    const other = mkdtempSync(path.join(tmpdir(), 'tollgate-cluster-'))
    const environment = {
      TOLLGATE_WORKERS: '2',
      TOLLGATE_REDIS_URL: redis.url,
      TOLLGATE_PORT: new URL(server.url).port,
    }
    await assert.rejects(startServer(other, fault.url, { environment }), /ended with 1|closed its output/)
    rmSync(other, { recursive: true, force: true, maxRetries: 3 })
  })
})
