import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { chunk, lastChunk, streamHead } from '../fault/answers.ts'
import { type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import {
  allRows,
  kinds,
  manage,
  type Row,
  send,
  type Sent,
  type Server,
  spawnServer,
  startProvider,
  startServer,
} from './kill-driver.ts'
import { connectRaw, logIdOf, requestBytes } from './raw-client.ts'

/** Two servers on folders of their own at once, since a start takes longer than the life after it. */
const livesOfEach = 26
const clients = 6
const triggers = ['stream', 'plain', 'abort'] as const

function makeDataDir(): string {
  return mkdtempSync(path.join(tmpdir(), 'tollgate-kill-'))
}

// More than a minute on a quiet machine: most of it is starting.
const timeout = 220_000

it(
  `two servers killed ${livesOfEach} times each under load have every finished request exactly once`,
  { timeout },
  async () => {
    await Promise.all([liveAndDie(0), liveAndDie(1)])
  },
)

async function liveAndDie(seed: number): Promise<void> {
  const dataDir = makeDataDir()
  const all: Promise<Sent>[] = []
  const aborted = new Set<string>()
  let life: Life | null = null
  const provider = await startProvider((name) => {
    // What is given up after the kill is the kill's doing.
    if (!life?.isAlive()) return
    aborted.add(name)
    life.happened('abort')
  })
  let server: Server | null = null
  try {
    for (let number = 0; number < livesOfEach; number++) {
      server = await startServer(dataDir, provider.url)
      if (number === 0) await manage(server.url, 'POST', '/gateways', { id: 'g' })
      life = createLife(server, triggers[number % triggers.length] ?? 'stream', (number * 7 + seed * 3) % 23)
      await putUnderLoad(life, all, `${seed}-${number}`)
    }
    server = await startServer(dataDir, provider.url)
    const rows = await allRows(server.url)
    const finished = (await Promise.all(all)).filter(({ sawEnd }) => sawEnd)
    assert.ok(finished.length > 2 * livesOfEach && aborted.size > livesOfEach, 'that was no load')
    checkRows(rows, finished, aborted)
    assert.match(await (await fetch(`${server.url}/metrics`)).text(), /^tollgate_journal_waiting_bytes 0$/m)
  } finally {
    server?.child.kill('SIGKILL')
    await provider.close()
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
  }
}

function checkRows(rows: Row[], finished: readonly Sent[], aborted: ReadonlySet<string>): void {
  const byId = new Map(rows.map((row) => [row['id'], row]))
  const byName = Map.groupBy(rows, (row) => String(row['event_id']))
  assert.equal(byId.size, rows.length)
  for (const [name, same] of byName) assert.equal(same.length, 1, `${name} has ${same.length} rows`)
  for (const { logId, name, kind } of finished) {
    const row = byId.get(logId)
    assert.ok(row, `${name} (${kind}) was seen whole, and has no row`)
    assert.deepEqual([row['success'], row['tokens_in'], row['event_id']], [true, 3, name])
  }
  for (const name of aborted) {
    const row = byName.get(name)?.[0]
    assert.ok(row, `the provider saw ${name} given up, and it has no row`)
    assert.equal(row['outcome'], 'client_left')
  }
}

type Trigger = (typeof triggers)[number]

/** One server until its death. */
interface Life {
  base: string
  isAlive(): boolean
  /** Kills the server at once if it is the trigger's turn. */
  happened(what: Trigger): void
  /** Resolves when the process is gone. */
  over: Promise<unknown>
}

/** A server that dies when `trigger` happened `count` times and then once more. */
function createLife(server: Server, trigger: Trigger, count: number): Life {
  let left = count
  let isAlive = true
  return {
    base: `${server.url}/v1/test/g`,
    isAlive: () => isAlive,
    happened(what) {
      if (!isAlive || what !== trigger || left-- > 0) return
      isAlive = false
      server.child.kill('SIGKILL')
    },
    over: once(server.child, 'exit'),
  }
}

/** Several clients send one request after the other until the server dies. */
async function putUnderLoad(life: Life, all: Promise<Sent>[], prefix: string): Promise<void> {
  let count = 0
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true })
    while (life.isAlive()) {
      const number = count++
      const kind = kinds[number % kinds.length] ?? 'plain'
      const sent = send(life.base, agent, kind, `${prefix}-${number}`, () =>
        life.happened(kind === 'stream' ? 'stream' : 'plain'),
      )
      all.push(sent)
      await sent
    }
    agent.destroy()
  }
  await Promise.all([...Array.from({ length: clients }, client), life.over])
}

describe('a process', () => {
  let fault: FaultServer
  let dataDir: string
  before(async () => {
    fault = await startFaultServer()
  })
  after(() => fault.close())
  const withDataDir = (run: () => Promise<void>) => async (): Promise<void> => {
    dataDir = makeDataDir()
    try {
      await run()
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  }

  it(
    'that is told to stop finishes its streams, ends with 0 soon after, and loses no row',
    withDataDir(async () => {
      const gate = Promise.withResolvers<void>()
      const event = 'data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n'
      fault.plan('gate', [streamHead, chunk(event), { until: gate.promise }, chunk('data: [DONE]\n\n'), lastChunk])
      const server = await startServer(dataDir, fault.url)
      await manage(server.url, 'POST', '/gateways', { id: 'g' })
      const base = `${server.url}/v1/test/g`
      const body = '{"model":"m","stream":true,"stream_options":{"include_usage":true}}'
      const streaming = await Promise.all(
        Array.from({ length: 5 }, async () => {
          const client = await connectRaw(base)
          client.write(requestBytes(base, 'openai/chat/completions', { headers: { 'x-fault': 'gate' }, body }))
          await client.saw('Hel')
          return client
        }),
      )
      // Clients open connections ahead of need.
      const unused = await connectRaw(base)
      const ended = server.end('SIGTERM')
      // From then on no new connection is taken.
      while (
        (await connectRaw(base).then(
          (client) => client.leave(),
          () => 'refused',
        )) !== 'refused'
      );
      gate.resolve()
      const releasedAt = performance.now()
      for (const client of streaming) assert.match((await client.closed).toString(), /\[DONE\][^]*\r\n0\r\n\r\n$/)
      assert.deepEqual(await ended, { code: 0, signal: null })
      assert.ok(performance.now() - releasedAt < 5000, 'idle or unused connections hold the stop up')
      await unused.closed

      const again = await startServer(dataDir, fault.url)
      const ids = (await allRows(again.url)).map((row) => row['id'])
      assert.deepEqual(new Set(ids), new Set(streaming.map((client) => logIdOf(client.received()))))
      await again.end('SIGTERM')
    }),
  )

  it(
    'beside another on the same data folder is refused with one line that says what to do',
    withDataDir(async () => {
      const server = await startServer(dataDir, fault.url)
      const second = spawnServer(dataDir, fault.url)
      const [said, [code]] = await Promise.all([text(second.stderr), once(second, 'exit')])
      assert.equal(code, 1)
      assert.match(said, /^tollgate: The data folder \S+ is in use by another Tollgate\. .*TOLLGATE_DATA_DIR.*\n$/)
      assert.equal((await fetch(`${server.url}/healthz`)).status, 200)
      await server.end('SIGTERM')
    }),
  )

  it(
    'whose launcher was killed ends too',
    withDataDir(async () => {
      const server = await startServer(dataDir, fault.url, { launcher: ['run.cjs'] })
      const gone = once(server.child.stdout, 'close')
      await server.end('SIGKILL')
      await gone
      await assert.rejects(fetch(`${server.url}/healthz`))
    }),
  )

  it(
    'whose store fails passes the traffic on, and the rows arrive after a restart',
    withDataDir(async () => {
      const server = await startServer(dataDir, fault.url)
      await manage(server.url, 'POST', '/gateways', { id: 'g' })
      alterDatabase('ALTER TABLE logs RENAME TO logs_away')
      const ids: string[] = []
      for (let round = 0; round < 20; round++) {
        const answered = await fetch(`${server.url}/v1/test/g/openai/models`)
        assert.equal(answered.status, 200)
        ids.push(String(answered.headers.get('cf-aig-log-id')))
        await answered.arrayBuffer()
      }
      const metrics = await (await fetch(`${server.url}/metrics`)).text()
      assert.match(metrics, /^tollgate_journal_dropped_total 0$/m)
      assert.match(metrics, /^tollgate_journal_pending 20$/m)
      assert.deepEqual(await server.end('SIGTERM'), { code: 0, signal: null })

      alterDatabase('ALTER TABLE logs_away RENAME TO logs')
      const again = await startServer(dataDir, fault.url)
      assert.deepEqual(new Set((await allRows(again.url)).map((row) => row['id'])), new Set(ids))
      await again.end('SIGTERM')
    }),
  )

  function alterDatabase(statement: string): void {
    const database = new DatabaseSync(path.join(dataDir, 'tollgate.db'), { timeout: 5000 })
    database.exec(statement)
    database.close()
  }
})
