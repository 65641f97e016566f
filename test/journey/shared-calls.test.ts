import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { answer, chunk, lastChunk, streamHead } from '../fault/answers.ts'
import { reset, type Step } from '../fault/fault-server.ts'
import { type Got, type Journey, openJourney, type Row } from './open.ts'
import { connectRaw, logIdOf, requestBytes } from './raw-client.ts'

const chat = 'openai/chat/completions'
const json = { 'content-type': 'application/json' }
const usage = '"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}'
const goodBody = `{"model":"gpt-4o-mini","choices":[{"message":{"role":"assistant","content":"hi"}}],${usage}}`
const good = answer({ headers: json, body: goodBody })
const event = (text: string): Buffer => chunk(`data: {"choices":[{"index":0,"delta":{"content":"${text}"}}]}\n\n`)
const done = chunk(`data: {"model":"gpt-4o-mini","choices":[],${usage}}\n\ndata: [DONE]\n\n`)
const asksUsage = '"stream":true,"stream_options":{"include_usage":true},'

let journey: Journey
let question = 0
before(async () => {
  journey = await openJourney()
  await journey.tollgate.manage('PUT', '/gateways/g', { cache_ttl: 60 })
})
after(() => journey.close())
beforeEach(() => void question++)

/** The same body for all requests of one test. */
const body = (rest = ''): string =>
  `{"model":"gpt-4o-mini",${rest}"messages":[{"role":"user","content":"${question}"}]}`

/** Whose connection ends with its answer. */
const closing = { ...json, 'x-fault': 'crowd', connection: 'close' }

const callsNow = (): number => journey.fault.requests.filter((request) => request.path.endsWith('completions')).length

interface Crowd {
  /** The one that made the call. */
  first: Promise<Got>
  others: Promise<Got[]>
  all: Promise<Got[]>
  calls(): number
}

/** Sends one request and, once the provider has it, `count - 1` equal ones; resolves when Tollgate has them all. */
async function crowd(count: number, steps: (readonly Step[])[], rest = ''): Promise<Crowd> {
  const before = callsNow()
  const next = journey.fault.requests.length
  journey.fault.plan('crowd', ...steps)
  const send = (): Promise<Got> => journey.send(chat, { fault: 'crowd', body: body(rest), headers: json })
  const first = send()
  await journey.fault.request(next)
  const others = Promise.all(Array.from({ length: count - 1 }, send))
  await marker()
  return {
    first,
    others,
    all: Promise.all([first, others]).then(([one, more]) => [one, ...more]),
    calls: () => callsNow() - before,
  }
}

/** What was sent before has come in once this, which was sent later, is answered. */
async function marker(): Promise<void> {
  for (let round = 0; round < 3; round++) await journey.send('openai/models', { method: 'GET' })
}

function gate(): { until: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { until: promise, open: resolve }
}

const rowsOf = (gots: readonly Got[]): Promise<Row[]> => Promise.all(gots.map(({ logId }) => journey.row(logId)))
const statuses = (gots: readonly Got[]): unknown[] => gots.map(({ headers }) => headers['cf-aig-cache-status'])

/** One row has what the call used; the sum over all rows is that of one call. */
function assertPaidOnce(rows: readonly Row[]): void {
  const paid = rows.filter((row) => Number(row['tokens_in']) > 0)
  assert.equal(paid.length, 1, 'rows with tokens')
  assert.ok(Number(paid[0]?.['cost']) > 0)
  assert.equal(rows.filter((row) => Number(row['cost']) > 0).length, 1, 'rows with a cost')
}

describe('100 identical simultaneous misses', () => {
  it('make one call, and one row pays for it', async () => {
    const { until, open } = gate()
    const { all, calls } = await crowd(100, [[{ until }, good]])
    open()
    const gots = await all
    assert.equal(calls(), 1)
    for (const got of gots) assert.deepEqual([got.status, got.body.toString()], [200, goodBody])
    assert.deepEqual(statuses(gots), ['MISS', ...Array.from({ length: 99 }, () => 'HIT')])
    const rows = await rowsOf(gots)
    assertPaidOnce(rows)
    assert.equal(rows.filter((row) => row['cached'] === true && row['saved_tokens_in'] === 7).length, 99)
  })

  it('make one call where they are streamed, and each has the stream as it comes', async () => {
    const { until, open } = gate()
    const { all, calls } = await crowd(
      100,
      [[streamHead, event('a'), { until }, event('b'), done, lastChunk]],
      asksUsage,
    )
    const early = await connectRaw(journey.base)
    early.write(requestBytes(journey.base, chat, { headers: { ...json, 'x-fault': 'crowd' }, body: body(asksUsage) }))
    // A late follower has what came before, while the provider still holds the rest back.
    await early.saw('"content":"a"')
    open()
    const gots = await all
    await early.saw('[DONE]')
    early.leave()
    assert.equal(calls(), 1)
    for (const got of gots) assert.deepEqual(got.body, gots[0]?.body)
    assertPaidOnce(await rowsOf(gots))
  })
})

describe('a leader that fails', () => {
  it('before its answer sends all who wait on their own way', async () => {
    const { until, open } = gate()
    const { first, others, calls } = await crowd(100, [[{ until }, reset], [good]])
    open()
    assert.equal((await first).status, 502)
    for (const got of await others) assert.equal(got.status, 200)
    assert.equal(calls(), 100)
  })

  it('in the middle of a plain answer does so too, and nothing of it is stored', async () => {
    const { until, open } = gate()
    const { first, others, calls } = await crowd(100, [[{ until }, good.subarray(0, -20), reset], [good]])
    open()
    assert.equal((await first).status, 502)
    for (const got of await others) assert.deepEqual([got.status, got.body.toString()], [200, goodBody])
    assert.equal(calls(), 100)
  })

  it('with a status of its own keeps it for itself', async () => {
    const { until, open } = gate()
    const refused = answer({ status: 429, headers: json, body: '{"error":{"message":"slow down"}}' })
    const { first, others } = await crowd(100, [[{ until }, refused], [good]])
    open()
    assert.equal((await first).status, 429)
    for (const got of await others) assert.equal(got.status, 200)
  })

  it('in the middle of a stream breaks it for all that had some of it, no row saved anything, nothing is stored', async () => {
    const { until, open } = gate()
    const next = journey.fault.requests.length
    journey.fault.plan('crowd', [streamHead, event('a'), { until }, reset], [streamHead, event('b'), done, lastChunk])
    const clients = await Promise.all(Array.from({ length: 10 }, () => connectRaw(journey.base)))
    const bytes = requestBytes(journey.base, chat, { headers: closing, body: body(asksUsage) })
    for (const [index, client] of clients.entries()) {
      client.write(bytes)
      if (index === 0) await journey.fault.request(next)
      await client.saw('"content":"a"')
    }
    open()
    const ids = (await Promise.all(clients.map(({ closed }) => closed))).map(logIdOf)
    const rows = await Promise.all(ids.map((id) => journey.row(id)))
    for (const row of rows) {
      assert.deepEqual([row['success'], row['saved_tokens_in'] ?? null, row['saved_cost'] ?? null], [false, null, null])
    }
    const again = await journey.send(chat, { fault: 'crowd', body: body(asksUsage), headers: json })
    assert.equal(again.headers['cf-aig-cache-status'], 'MISS')
    assert.match(again.body.toString(), /"b"/)
  })
})

describe('a client that leaves a shared call', () => {
  it('in the middle of the stream leaves it to the others, who pay for it once', async () => {
    const { until, open } = gate()
    const before = callsNow()
    const next = journey.fault.requests.length
    journey.fault.plan('crowd', [streamHead, event('a'), { until }, event('b'), done, lastChunk])
    const bytes = requestBytes(journey.base, chat, { headers: { ...json, 'x-fault': 'crowd' }, body: body(asksUsage) })
    const clients = await Promise.all(Array.from({ length: 101 }, () => connectRaw(journey.base)))
    const [leader, ...others] = clients
    assert.ok(leader)
    leader.write(bytes)
    const call = await journey.fault.request(next)
    await leader.saw('"content":"a"')
    for (const other of others) {
      other.write(bytes)
      await other.saw('"content":"a"')
    }
    leader.leave()
    await leader.closed
    const leaderId = logIdOf(leader.received())
    await rowWhenThere(leaderId)
    open()
    await Promise.all(others.map((other) => other.saw('[DONE]')))
    assert.equal(await call.ended, 'answered')
    assert.equal(callsNow() - before, 1)
    const rows = await Promise.all(clients.map((client) => journey.row(logIdOf(client.received()))))
    assert.deepEqual(
      rows.map((row) => row['success']),
      clients.map((client) => client !== leader),
    )
    assertPaidOnce(rows)
    assert.equal(Number(rows[0]?.['tokens_in']), 0)
    for (const other of others) other.leave()
  })

  it('before the answer began leaves it to the others', async () => {
    const { until, open } = gate()
    const before = callsNow()
    const next = journey.fault.requests.length
    journey.fault.plan('crowd', [{ until }, good])
    const leaving = new AbortController()
    const asked = { fault: 'crowd', body: body(), headers: json }
    const leader = journey.send(chat, { ...asked, signal: leaving.signal })
    await journey.fault.request(next)
    const others = Promise.all(Array.from({ length: 100 }, () => journey.send(chat, asked)))
    await marker()
    leaving.abort()
    await assert.rejects(leader)
    await marker()
    open()
    const gots = await others
    for (const got of gots) assert.deepEqual([got.status, got.body.toString()], [200, goodBody])
    assert.equal(callsNow() - before, 1)
    assertPaidOnce(await rowsOf(gots))
  })

  it('as the last one ends the call, and the next request makes another', async () => {
    const next = journey.fault.requests.length
    const { until, open } = gate()
    journey.fault.plan('crowd', [{ until }, good], [good])
    const leaving = new AbortController()
    const asked = { fault: 'crowd', body: body(), headers: json }
    const all = Array.from({ length: 5 }, () => journey.send(chat, { ...asked, signal: leaving.signal }))
    const call = await journey.fault.request(next)
    await marker()
    leaving.abort()
    for (const each of all) await assert.rejects(each)
    assert.equal(await call.ended, 'client-left')
    open()
    const again = await journey.send(chat, asked)
    assert.deepEqual([again.status, again.headers['cf-aig-cache-status']], [200, 'MISS'])
  })
})

describe('a slow reader of a shared stream', () => {
  it('that made the call holds nobody up while the answer is short enough to be kept', async () => {
    const next = journey.fault.requests.length
    const long = event('x'.repeat(256 * 1024))
    const { until, open } = gate()
    const six = Array.from({ length: 24 }, () => long)
    journey.fault.plan('crowd', [streamHead, event('a'), { until }, ...six, done, lastChunk])
    const bytes = requestBytes(journey.base, chat, { headers: { ...json, 'x-fault': 'crowd' }, body: body(asksUsage) })
    const [leader, quick] = [await connectRaw(journey.base), await connectRaw(journey.base)]
    leader.write(bytes)
    await journey.fault.request(next)
    await leader.saw('"content":"a"')
    leader.socket.pause()
    quick.write(bytes)
    await quick.saw('"content":"a"')
    open()
    await quick.saw('[DONE]')
    leader.socket.resume()
    await leader.saw('[DONE]')
    for (const client of [leader, quick]) client.leave()
  })

  it('holds nobody up, and is cut off where it lags too far behind an answer too long to be kept', async () => {
    const next = journey.fault.requests.length
    const long = event('x'.repeat(256 * 1024))
    const { until, open } = gate()
    journey.fault.plan('crowd', [
      streamHead,
      event('a'),
      { until },
      ...Array.from({ length: 160 }, () => long),
      done,
      lastChunk,
    ])
    const bytes = requestBytes(journey.base, chat, { headers: closing, body: body(asksUsage) })
    const [leader, slow] = [await connectRaw(journey.base), await connectRaw(journey.base)]
    leader.write(bytes)
    await journey.fault.request(next)
    await leader.saw('"content":"a"')
    slow.write(bytes)
    await slow.saw('"content":"a"')
    slow.socket.pause()
    let last = Buffer.alloc(0)
    const isDone = new Promise<void>((resolve) =>
      leader.socket.on('data', (piece: Buffer) => {
        last = Buffer.concat([last, piece]).subarray(-200)
        if (last.includes('[DONE]')) resolve()
      }),
    )
    open()
    await isDone
    slow.socket.resume()
    const received = await slow.closed
    assert.ok(!received.subarray(-200).includes('[DONE]'))
    assert.equal((await journey.row(logIdOf(received)))['success'], false)
    leader.leave()
  })
})

describe('a compressed answer', () => {
  it('is shared and given again only as the client can read it', async () => {
    const next = journey.fault.requests.length
    const { until, open } = gate()
    const zipped = answer({ headers: { ...json, 'content-encoding': 'gzip' }, body: gzipSync(goodBody) })
    journey.fault.plan('crowd', [{ until }, zipped], [good])
    const asked = { fault: 'crowd', body: body(), headers: { ...json, 'accept-encoding': 'gzip' } }
    const plain = { ...asked, headers: json }
    const first = journey.send(chat, asked)
    await journey.fault.request(next)
    const [same, other] = [journey.send(chat, asked), journey.send(chat, plain)]
    await marker()
    open()
    assert.equal((await first).headers['content-encoding'], 'gzip')
    assert.equal((await same).headers['content-encoding'], 'gzip')
    assert.equal((await other).body.toString(), goodBody)
    const again = await journey.send(chat, plain)
    assert.deepEqual([again.headers['cf-aig-cache-status'], again.body.toString()], ['HIT', goodBody])
  })
})

/** The row of a client that left is written while it leaves. */
async function rowWhenThere(logId: string): Promise<Row> {
  for (let tries = 0; ; tries++) {
    const row = await journey.row(logId).catch(() => null)
    if (row || tries === 200) return row ?? journey.row(logId)
    await marker()
  }
}
