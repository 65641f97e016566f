import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { answer } from '../fault/answers.ts'
import { startFaultServer } from '../fault/fault-server.ts'
import { skipWithout } from '../servers/debian.ts'
import { startPostgres, type TestPostgres } from '../servers/postgres.ts'
import {
  adminToken,
  allRows,
  manage,
  send as sendKind,
  type Sent,
  spawnServer,
  startProvider,
  startServer,
} from './kill-driver.ts'
import { startForTest } from '../tollgate.ts'
import { type Journey, openJourney } from './open.ts'

const chatPath = 'chat/completions'
const chat = `openai/${chatPath}`
const json = { 'content-type': 'application/json' }
const good = answer({
  headers: json,
  body: '{"model":"gpt-4o-mini","choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}',
})
const body = '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello"}]}'

describe('a Tollgate on PostgreSQL', { skip: skipWithout('postgres', 'initdb') }, () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres.close())

  async function open(url: string): Promise<Journey> {
    const journey = await openJourney({ TOLLGATE_DATABASE_URL: url }, { stopMs: 10_000 })
    journey.fault.plan('default', [good])
    return journey
  }
  const send = ({ send: sendTo }: Journey) => sendTo(chat, { body, headers: json })
  const readiness = async ({ tollgate }: Journey): Promise<number> => (await fetch(`${tollgate.url}/readyz`)).status
  async function untilReadiness(journey: Journey, status: number): Promise<void> {
    while ((await readiness(journey)) !== status) await delay(50)
  }

  it('has its gateways, its rows and their bodies there', async () => {
    const url = postgres.createDatabase()
    const journey = await open(url)
    const { logId } = await send(journey)
    const row = await journey.row(logId)
    assert.deepEqual([row['success'], row['tokens_in'], row['model']], [true, 3, 'gpt-4o-mini'])
    assert.equal((await journey.kept(logId, 'request'))?.toString(), body)
    const { manage: call } = journey.tollgate
    const filtered = await call('GET', '/gateways/g/logs?model=gpt-4o-mini&success=true&order_by=provider')
    assert.equal((filtered.body.result as unknown[]).length, 1)
    assert.equal((await call('PUT', '/gateways/g', { cache_ttl: 60 })).status, 200)
    assert.equal((await call('POST', '/gateways', { id: 'g' })).status, 400)
    // Nobody can have an id with these; it must not be a failure of the server either.
    assert.equal((await call('GET', '/gateways/a%00b')).status, 404)
    assert.deepEqual(postgres.query(url, 'select id from logs'), [logId])
    assert.deepEqual(postgres.query(url, "select settings::json->>'cache_ttl' from gateways"), ['60'])
    await journey.close()
  })

  it('shares them with a second one, which hears of changes without any other line to the first', async () => {
    const url = postgres.createDatabase()
    const first = await open(url)
    const second = await startForTest({
      TOLLGATE_DATABASE_URL: url,
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: `${first.fault.url}/v1`,
    })
    const sendTo = async (base: string): Promise<string> => {
      const answered = await fetch(`${base}/${chat}`, { method: 'POST', body, headers: json })
      await answered.arrayBuffer()
      assert.equal(answered.status, 200)
      return String(answered.headers.get('cf-aig-log-id'))
    }
    const bases = [first.base, `${second.url}/v1/test/g`]
    const ids = await Promise.all(Array.from({ length: 40 }, (_, index) => sendTo(bases[index % 2] ?? '')))
    for (const { logs } of [first.tollgate, second]) {
      while ((await logs('g')).length < ids.length) await delay(50)
      assert.deepEqual((await logs('g')).map((row) => String(row['id'])).toSorted(), ids.toSorted())
    }
    assert.equal((await second.manage('DELETE', '/gateways/g')).status, 200)
    const refusal = async (): Promise<number> => (await send(first)).status
    while ((await refusal()) !== 400) await delay(50)
    await second.close()
    await first.close()
  })

  it('knows at once what another process made a moment ago: gateway, token, custom provider and key', async () => {
    const url = postgres.createDatabase()
    const fault = await startFaultServer()
    fault.plan('default', [good])
    const dir = mkdtempSync(path.join(tmpdir(), 'tollgate-postgres-'))
    const environment = {
      TOLLGATE_DATABASE_URL: url,
      TOLLGATE_ENCRYPTION_KEY: Buffer.alloc(32, 5).toString('base64'),
      TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1',
    }
    const [first, second] = await Promise.all(
      ['first', 'second'].map((name) => startServer(mkdtempSync(path.join(dir, name)), fault.url, { environment })),
    )
    assert.ok(first && second)
    const ask = async (address: string, token: string, headers: Record<string, string> = {}, sent = body) => {
      const answered = await fetch(`${second.url}/v1/test/${address}`, {
        method: 'POST',
        body: sent,
        headers: { ...json, 'cf-aig-authorization': `Bearer ${token}`, ...headers },
      })
      const text = await answered.text()
      assert.equal(answered.status, 200, `${address}: ${text}`)
    }
    const make = async (below: string, made: unknown): Promise<Record<string, unknown>> =>
      (await manage(first.url, 'POST', below, made)).result as Record<string, unknown>
    const customOf = (slug: string) => ({ name: slug, slug, base_url: `${fault.url}/v1`, enable: true })
    const keyOf = (slug: string, alias: string) => ({
      alias,
      default_config: false,
      provider_slug: slug,
      secret: `sk-of-${alias}`,
    })
    try {
      // Signals do not reach the second, and it looks every half second by itself: too late for most of these.
      for (let round = 0; round < 5; round++) {
        const [gateway, slug, configs] = [`g${round}`, `c${round}`, `/gateways/g${round}/provider_configs`]
        await make('/gateways', { id: gateway })
        await make('/custom-providers', customOf(slug))
        await ask(`${gateway}/custom-${slug}/${chatPath}`, adminToken)
        const { value } = await make('/tokens', { name: 't', permissions: ['AI Gateway Run'] })
        await ask(`${gateway}/custom-${slug}/${chatPath}`, String(value))
        const named = (alias: string) => ({ 'cf-aig-byok-alias': alias })
        await make(configs, keyOf(`custom-${slug}`, 'native'))
        await ask(`${gateway}/custom-${slug}/${chatPath}`, adminToken, named('native'))
        assert.equal(fault.requests.at(-1)?.headers.authorization, 'Bearer sk-of-native')
        await make(configs, keyOf(`custom-${slug}`, 'chat'))
        const chatBody = `{"model":"custom-${slug}/m","messages":[]}`
        await ask(`${gateway}/compat/${chatPath}`, adminToken, named('chat'), chatBody)
        assert.equal(fault.requests.at(-1)?.headers.authorization, 'Bearer sk-of-chat')
        await make('/custom-providers', customOf(`${slug}-step`))
        const step = { provider: `custom-${slug}-step`, endpoint: chatPath, headers: {}, query: { model: 'm' } }
        await ask(gateway, adminToken, {}, JSON.stringify([step]))
      }
      assert.ok(!fault.requests.some(({ rawHeaders }) => rawHeaders.join().includes(adminToken)))
    } finally {
      await Promise.all([first.end('SIGTERM'), second.end('SIGTERM')])
      await fault.close()
    }
    rmSync(dir, { recursive: true })
  })

  it('passes all traffic while the database is stopped or frozen, and has every row once afterwards', async () => {
    const url = postgres.createDatabase()
    const journey = await open(url)
    const sent: string[] = []
    const failures: number[] = []
    let isOver = false
    const clients = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const { status, logId } = await send(journey)
        sent.push(logId)
        if (status !== 200) failures.push(status)
        await delay(5)
      }
    })
    const more = async (): Promise<void> => {
      const count = sent.length
      while (sent.length < count + 50) await delay(10)
    }
    const assertAway = async (): Promise<void> => {
      for (const below of ['/gateways', '/gateways/g/logs']) {
        const { status, body: envelope } = await journey.tollgate.manage('GET', below)
        assert.deepEqual(
          [status, envelope.success, envelope.result, envelope.errors[0]?.code],
          [503, false, null, 7000],
        )
        assert.match(String(envelope.errors[0]?.message), /^The database cannot be used now: /)
      }
      assert.equal((await journey.tollgate.manage('POST', '/gateways', { id: 'new' })).status, 503)
    }

    await more()
    await postgres.stop()
    await untilReadiness(journey, 503)
    await assertAway()
    await more()
    await postgres.start()
    await untilReadiness(journey, 200)
    await more()
    postgres.freeze()
    await untilReadiness(journey, 503)
    await assertAway()
    await more()
    postgres.thaw()
    await untilReadiness(journey, 200)
    await more()
    // A crash in the middle of all this, with the next start at once.
    await postgres.stop()
    await postgres.start()
    await more()
    isOver = true
    await Promise.all(clients)

    assert.deepEqual(failures, [])
    await untilReadiness(journey, 200)
    const metrics = async (): Promise<string> => (await fetch(`${journey.tollgate.url}/metrics`)).text()
    while (!/^tollgate_journal_pending 0$/m.test(await metrics())) await delay(100)
    assert.match(await metrics(), new RegExp(`^tollgate_journal_stored_total ${sent.length}$`, 'm'))
    assert.match(await metrics(), /^tollgate_journal_dropped_total 0$/m)
    assert.match(await metrics(), /^tollgate_journal_waiting_bytes 0$/m)
    assert.deepEqual(postgres.query(url, 'select id from logs order by id'), sent.toSorted())
    assert.equal((await journey.tollgate.manage('POST', '/gateways', { id: 'new' })).status, 200)
    await journey.close()
  })

  it('stops in order while the database is away, and moves what waited after the next start', async () => {
    const environment = { TOLLGATE_DATABASE_URL: postgres.createDatabase() }
    const dataDir = mkdtempSync(path.join(tmpdir(), 'tollgate-postgres-'))
    const fault = await startFaultServer()
    const server = await startServer(dataDir, fault.url, { environment })
    await manage(server.url, 'POST', '/gateways', { id: 'g' })
    const ids: string[] = []
    const sendOne = async (): Promise<void> => {
      const answered = await fetch(`${server.url}/v1/test/g/${chat}`, { method: 'POST', body, headers: json })
      ids.push(String(answered.headers.get('cf-aig-log-id')))
      await answered.arrayBuffer()
    }
    await sendOne()
    assert.equal((await allRows(server.url)).length, 1)
    await postgres.stop()
    for (let count = 0; count < 20; count++) await sendOne()
    const stoppedMs = performance.now()
    assert.deepEqual(await server.end('SIGTERM'), { code: 0, signal: null })
    assert.ok(performance.now() - stoppedMs < 10_000)

    await postgres.start()
    const again = await startServer(dataDir, fault.url, { environment })
    const rows = await allRows(again.url)
    assert.deepEqual(rows.map((row) => String(row['id'])).toSorted(), ids.toSorted())
    await again.end('SIGTERM')
    await fault.close()
    rmSync(dataDir, { recursive: true })
  })

  it('killed again and again under load has every finished request there exactly once', async () => {
    const url = postgres.createDatabase()
    const environment = { TOLLGATE_DATABASE_URL: url }
    const dataDir = mkdtempSync(path.join(tmpdir(), 'tollgate-postgres-'))
    const provider = await startProvider(() => {})
    const all: Sent[] = []
    for (let life = 0; life < 6; life++) {
      const server = await startServer(dataDir, provider.url, { environment })
      if (life === 0) await manage(server.url, 'POST', '/gateways', { id: 'g' })
      const gone = once(server.child, 'exit')
      let left = 40 + life * 37
      const client = async (number: number): Promise<void> => {
        const agent = new Agent({ keepAlive: true })
        for (let count = 0; left > 0; count++) {
          const kind = (['plain', 'stream', 'large'] as const)[count % 3] ?? 'plain'
          const sent = await sendKind(`${server.url}/v1/test/g`, agent, kind, `${life}-${number}-${count}`, () => {
            if (--left === 0) server.child.kill('SIGKILL')
          })
          all.push(sent)
        }
        agent.destroy()
      }
      await Promise.all([client(0), client(1), client(2), client(3), gone])
    }
    const server = await startServer(dataDir, provider.url, { environment })
    while (!/^tollgate_journal_waiting_bytes 0$/m.test(await (await fetch(`${server.url}/metrics`)).text()))
      await delay(50)
    const names = postgres.query(url, "select detail::json->>'eventId' from logs")
    assert.equal(new Set(names).size, names.length)
    const finished = all.filter(({ sawEnd }) => sawEnd)
    assert.ok(finished.length > 6 * 40)
    assert.deepEqual(
      finished.map(({ name }) => name).filter((name) => !names.includes(name)),
      [],
    )
    await server.end('SIGTERM')
    await provider.close()
    rmSync(dataDir, { recursive: true })
  })

  it('that cannot reach its database ends with one line that says what to do', async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'tollgate-postgres-'))
    const url = 'postgres://me:hush-hush@127.0.0.1:9/tollgate?sslpassword=hush-hush'
    const child = spawnServer(dataDir, 'http://127.0.0.1:9', [], { TOLLGATE_DATABASE_URL: url })
    const [said, logged, [code]] = await Promise.all([text(child.stderr), text(child.stdout), once(child, 'exit')])
    assert.equal(code, 1)
    assert.match(said, /^tollgate: TOLLGATE_DATABASE_URL is "postgres:\/\/me:\*\*\*@127[^\n]*ECONNREFUSED[^\n]*\n$/)
    assert.doesNotMatch(said + logged, /hush/)
    assert.equal(logged, '')
    rmSync(dataDir, { recursive: true })
  })
})
