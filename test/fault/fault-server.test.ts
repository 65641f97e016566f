import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { request as send } from 'undici'
import {
  answer,
  chunk,
  cutAt,
  drip,
  head,
  stream,
  lastChunk,
  streamHead,
  workersAiAnswer,
  workersAiStream,
} from './answers.ts'
import { close, echo, type FaultServer, reset, stall, startFaultServer } from './fault-server.ts'

describe('the fault server', () => {
  let server: FaultServer
  before(async () => {
    server = await startFaultServer()
  })
  after(() => server.close())

  /** Sends bytes as they are and gives every byte that comes back until the connection ends. */
  async function raw(bytes: string): Promise<Buffer> {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.write(bytes)
    return buffer(socket)
  }
  const get = (name: string): string => `GET /plan/${name}/x HTTP/1.1\r\nhost: a\r\n\r\n`

  it('echoes what it got, also from a body in chunks', async () => {
    const answered = await send(`${server.url}/v1/chat?a=b`, {
      method: 'POST',
      headers: { 'X-Odd': '1' },
      body: Readable.from([Buffer.from('hel'), Buffer.from('lo')]),
    })
    const got = (await answered.body.json()) as { path: string; body: string; headers: Record<string, string> }
    assert.equal(got.path, '/v1/chat?a=b')
    assert.equal(got.body, 'hello')
    assert.equal(got.headers['x-odd'], '1')
    const journaled = server.requests.at(-1)
    assert.ok(journaled?.rawHeaders.includes('X-Odd') === true)
    assert.equal(await journaled.ended, 'answered')
  })

  it('sends exactly the first n bytes of an answer, for every n', async () => {
    const whole = answer({ headers: { 'content-type': 'text/plain' }, body: 'four' })
    for (let count = 0; count <= whole.length; count++) {
      server.plan('cut', cutAt(whole, count, close))
      assert.deepEqual(await raw(get('cut')), whole.subarray(0, count))
    }
  })

  it('gives the first script to the first request and the last one to all that follow, on one connection', async () => {
    server.plan(
      'flaky',
      [answer({ status: 500, body: 'no' })],
      [answer({ body: 'yes' })],
      [answer({ body: 'on' }), close],
    )
    const bytes = await raw(get('flaky') + get('flaky') + get('flaky'))
    assert.match(bytes.toString(), /^HTTP\/1\.1 500 [^]*noHTTP\/1\.1 200 [^]*yesHTTP\/1\.1 200 [^]*on$/)
  })

  it('resets in the middle of a stream, so that the client sees ECONNRESET', async () => {
    server.plan('reset', [streamHead, chunk('data: 1\n\n'), { pauseMs: 20 }, reset])
    const answered = await send(`${server.url}/x`, { headers: { 'x-fault': 'reset' } })
    await assert.rejects(answered.body.text(), { code: 'ECONNRESET' })
    assert.equal(await server.requests.at(-1)?.ended, 'cut')
  })

  it('stalls until the client leaves and tells that it left', async () => {
    server.plan('stall', [streamHead, chunk('data: 1\n\n'), stall])
    const left = new AbortController()
    const index = server.requests.length
    const answered = await send(`${server.url}/plan/stall`, { signal: left.signal })
    const body = answered.body.text()
    left.abort()
    await assert.rejects(body)
    assert.equal(await (await server.request(index)).ended, 'client-left')
  })

  it('tells that a client left in the middle of its own body', async () => {
    const index = server.requests.length
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.write('POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf')
    const request = await server.request(index)
    socket.destroy()
    assert.equal(await request.ended, 'client-left')
  })

  it('answers before the body has come, if told to', async () => {
    server.planEarly('early', [answer({ status: 413, body: 'too large' }), close])
    const bytes = await raw('POST /plan/early HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf')
    assert.match(bytes.toString(), / 413 /)
  })

  it('paces a stream: no event comes before its pause is over', async () => {
    server.plan('paced', stream(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n'], 30))
    const startedAt = performance.now()
    const answered = await send(`${server.url}/plan/paced`)
    assert.equal(await answered.body.text(), 'data: 1\n\ndata: 2\n\ndata: 3\n\n')
    assert.ok(performance.now() - startedAt >= 85)
  })

  it('waits for a promise of the test', async () => {
    const gate = Promise.withResolvers<void>()
    server.plan('gate', [streamHead, { until: gate.promise }, chunk('after'), lastChunk])
    const answered = await send(`${server.url}/plan/gate`)
    const first = once(answered.body, 'data')
    gate.resolve()
    assert.equal(String((await first)[0]), 'after')
  })

  it('sends what no library would: garbage, nothing, a wrong length, bytes that are no text, odd heads', async () => {
    const gzip = answer({ headers: { 'content-encoding': 'gzip' }, body: gzipSync('zipped') })
    const scripts: Record<string, Buffer> = {
      garbage: Buffer.from('\x00not http at all\r\n\r\n'),
      nothing: Buffer.alloc(0),
      'wrong-length': answer({ headers: { 'Content-Length': '99' }, body: 'short' }),
      'invalid-utf8': Buffer.concat([streamHead, chunk(Buffer.from([0x64, 0xc3, 0x28, 0x0a]))]),
      'giant-line': answer({ body: `data: ${'x'.repeat(3_000_000)}\n\n` }),
      'huge-header': answer({ headers: { 'x-big': 'y'.repeat(200_000) } }),
      'no-content': answer({ status: 204, body: null }),
      'not-modified': answer({ status: 304, headers: { etag: '"a"' }, body: null }),
      'early-hints': Buffer.concat([head(103, { link: '</a>' }), answer({ body: 'ok' })]),
      gzip,
    }
    for (const [name, bytes] of Object.entries(scripts)) {
      server.plan(name, [bytes, close])
      assert.ok((await raw(get(name))).equals(bytes), name)
    }
    assert.doesNotMatch(scripts['no-content']?.toString() ?? '', /content-length/)
  })

  it('drips an answer without losing a byte', async () => {
    const whole = workersAiAnswer('Hello', { prompt_tokens: 3, completion_tokens: 1 })
    server.plan('drip', [...drip(whole, 50, 1), close])
    assert.deepEqual(await raw(get('drip')), whole)
  })

  it('streams as Workers AI does on its own path', async () => {
    server.plan('workers-ai', workersAiStream(['Hel', 'lo'], { prompt_tokens: 3, completion_tokens: 2 }))
    const answered = await send(`${server.url}/accounts/a/ai/run/@cf/x`, { headers: { 'x-fault': 'workers-ai' } })
    const body = await answered.body.text()
    assert.match(body, /"response":"Hel"[^]*"response":"lo"[^]*"total_tokens":5[^]*data: \[DONE\]\n\n$/)
  })

  it('says which plan is missing', async () => {
    const answered = await send(`${server.url}/plan/mistyped`)
    assert.equal(answered.statusCode, 404)
    assert.equal(await text(answered.body), 'no plan is named mistyped')
  })

  it('counts the connections that are open', async () => {
    server.plan('open', [echo])
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    const countBefore = server.connectionCount()
    socket.write(get('open'))
    await once(socket, 'data')
    assert.equal(server.connectionCount(), countBefore + 1)
    socket.destroy()
  })
})
