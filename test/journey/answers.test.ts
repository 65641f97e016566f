import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { request } from 'undici'
import { answer, chunk, head, lastChunk } from '../fault/answers.ts'
import { close, echo } from '../fault/fault-server.ts'
import { type Journey, openJourney } from './open.ts'
import { connectRaw, logIdOf, requestBytes } from './raw-client.ts'

const mebibyte = 1024 * 1024
const chat = 'chat/completions'
const plainAnswer = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Grüße' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
})
const json = { 'content-type': 'application/json' }

let journey: Journey
before(async () => {
  journey = await openJourney()
})
after(() => journey.close())

const lastRequest = (): Journey['fault']['requests'][number] => {
  const last = journey.fault.requests.at(-1)
  assert.ok(last)
  return last
}

describe('an answer', () => {
  for (const status of [200, 201, 202, 301, 302, 307, 308, 400, 401, 403, 404, 418, 429, 500, 502, 503, 529]) {
    it(`with status ${status} comes back with its status and body untouched`, async () => {
      const body = `{"error": {"message":"status  ${status}"} }`
      journey.fault.plan('status', [answer({ status, headers: { ...json, location: 'http://elsewhere/' }, body })])
      const got = await journey.send(`openai/${chat}`, { fault: 'status', body: '{}' })
      assert.deepEqual([got.status, got.body.toString()], [status, body])
      assert.equal(got.headers['location'], 'http://elsewhere/')
      const row = await journey.row(got.logId)
      assert.deepEqual([row['status_code'], row['success'], row['outcome']], [status, false, 'complete'])
      assert.equal(row['error'], `status  ${status}`)
    })
  }

  for (const [status, headers] of [
    [204, {}],
    [304, { etag: '"a"' }],
    [304, { 'content-length': '5' }],
  ] as const) {
    it(`with status ${status} and the headers ${JSON.stringify(headers)} has no body and ends at once`, async () => {
      journey.fault.plan('empty', [answer({ status, headers, body: null })])
      const client = await connectRaw(journey.base)
      client.write(
        requestBytes(journey.base, 'openai/models', {
          method: 'GET',
          headers: { 'x-fault': 'empty', connection: 'close' },
        }),
      )
      const bytes = await client.closed
      assert.match(bytes.toString(), new RegExp(`^HTTP/1.1 ${status} [^]*\r\n\r\n$`))
      const row = await journey.row(logIdOf(bytes))
      assert.deepEqual([row['outcome'], row['success']], ['complete', status === 204])
    })
  }

  it('keeps its headers, also those that come twice, but not cookies and those of the hop', async () => {
    const lines = [
      'Content-Type: application/json; charset=utf-8',
      'Content-Length: 2',
      'X-Request-Id: req_1',
      'x-ratelimit-remaining-tokens: 99',
      'Link: </a>',
      'Link: </b>',
      'Set-Cookie: a=1',
      'Set-Cookie: b=2',
      'Keep-Alive: timeout=9',
      'Connection: X-Hop',
      'X-Hop: 1',
      'Proxy-Authenticate: Basic',
      'Alt-Svc: h3=":443"',
      'cf-aig-log-id: not-ours',
      'cf-aig-cache-status: HIT',
      'tollgate-cost: 9',
      'x-name: caf\xe9',
    ]
    journey.fault.plan('headers', [Buffer.from(`HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n{}`, 'latin1')])
    const got = await journey.send('openai/models', { method: 'GET', fault: 'headers' })
    const { headers } = got
    assert.deepEqual(headers['link'], ['</a>', '</b>'])
    assert.equal(headers['content-type'], 'application/json; charset=utf-8')
    assert.equal(headers['x-request-id'], 'req_1')
    assert.equal(headers['x-ratelimit-remaining-tokens'], '99')
    for (const name of [
      'set-cookie',
      'x-hop',
      'proxy-authenticate',
      'alt-svc',
      'cf-aig-cache-status',
      'tollgate-cost',
    ]) {
      assert.equal(headers[name], undefined, name)
    }
    assert.notEqual(got.logId, 'not-ours')
    assert.equal(headers['cf-aig-event-id'], got.logId)
    assert.equal(headers['cf-aig-step'], '0')
  })

  it('may have bytes in its headers that are no ASCII', async () => {
    journey.fault.plan('bytes', [
      Buffer.from(
        'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-a: caf\xe9\r\nx-b: \xc3\xa9 \xf0\x9f\x8c\x8d\r\n\r\nok',
        'latin1',
      ),
    ])
    const client = await connectRaw(journey.base)
    client.write(
      requestBytes(journey.base, 'openai/models', {
        method: 'GET',
        headers: { 'x-fault': 'bytes', connection: 'close' },
      }),
    )
    const text = (await client.closed).toString('latin1')
    assert.match(text, /^HTTP\/1\.1 200 [^]*x-a: caf\xe9\r\nx-b: \xc3\xa9 \xf0\x9f\x8c\x8d\r\n[^]*ok$/)
  })

  const compressors = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync, zstd: zstdCompressSync }
  for (const [coding, compress] of Object.entries(compressors)) {
    it(`in ${coding} comes untouched, and its row has the text and the tokens`, async () => {
      const bytes = compress(Buffer.from(plainAnswer))
      journey.fault.plan('packed', [answer({ headers: { ...json, 'content-encoding': coding }, body: bytes })])
      const got = await journey.send(`openai/${chat}`, {
        fault: 'packed',
        body: '{"model":"gpt-4o-mini"}',
        headers: { 'accept-encoding': `${coding}, x-unknown` },
      })
      assert.equal(lastRequest().headers['accept-encoding'], coding)
      assert.ok(got.body.equals(bytes))
      assert.equal(got.headers['content-encoding'], coding)
      const row = await journey.row(got.logId)
      assert.deepEqual([row['tokens_in'], row['tokens_out'], row['success']], [9, 2, true])
      assert.equal(String(await journey.kept(got.logId, 'response')), plainAnswer)
    })

    it(`that is an event stream in ${coding} though identity was asked is given as readable events`, async () => {
      const events = `data: ${plainAnswer.replace('"message"', '"delta"')}\n\ndata: [DONE]\n\n`
      const bytes = compress(Buffer.from(events))
      const parts = [bytes.subarray(0, 20), bytes.subarray(20)]
      const headers = {
        'content-type': 'text/event-stream',
        'content-encoding': coding,
        'transfer-encoding': 'chunked',
      }
      journey.fault.plan('packed-stream', [head(200, headers), ...parts.map((part) => chunk(part)), lastChunk])
      const got = await journey.send(`openai/${chat}`, {
        fault: 'packed-stream',
        body: '{"model":"gpt-4o-mini","stream":true,"stream_options":{"include_usage":true}}',
        headers: { 'accept-encoding': coding },
      })
      assert.equal(lastRequest().headers['accept-encoding'], 'identity')
      assert.equal(got.body.toString(), events)
      assert.equal(got.headers['content-encoding'], undefined)
      const row = await journey.row(got.logId)
      assert.deepEqual([row['tokens_in'], row['success']], [9, true])
    })
  }

  it('whose compressed bytes break off ends with an error for the client and is no success', async () => {
    const bytes = gzipSync(plainAnswer.repeat(50)).subarray(0, -20)
    journey.fault.plan('half-packed', [
      answer({ headers: { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }, body: bytes }),
    ])
    const got = await journey.send(`openai/${chat}`, { fault: 'half-packed', body: '{"stream":true}' })
    assert.match(
      got.body.toString(),
      /(?:^|\n\n)data: \{"error":\{"message":"The provider sent a stream that cannot be decompressed".*\}\}\n\n$/,
    )
    const [row] = await journey.tollgate.logs('g')
    assert.deepEqual([row?.['success'], row?.['outcome']], [false, 'upstream_broken'])
  })

  it('may come in one piece of 5 MiB', async () => {
    const body = Buffer.alloc(5 * mebibyte, 'x')
    journey.fault.plan('long', [answer({ headers: { 'content-type': 'application/octet-stream' }, body })])
    const got = await journey.send('openai/files/f/content', { method: 'GET', fault: 'long' })
    assert.ok(got.body.equals(body))
    assert.equal(got.headers['content-length'], String(body.length))
    assert.equal((await journey.row(got.logId))['response_size'], body.length)
  })

  it('may end with its connection instead of a length', async () => {
    journey.fault.plan('to-the-end', ['HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n', plainAnswer, close])
    const got = await journey.send(`openai/${chat}`, { fault: 'to-the-end', body: '{}' })
    assert.equal(got.body.toString(), plainAnswer)
    assert.deepEqual((await journey.row(got.logId))['tokens_in'], 9)
  })

  it('may begin with 103 Early Hints', async () => {
    journey.fault.plan('hints', [
      head(103, { link: '</a>' }),
      { pauseMs: 5 },
      answer({ headers: json, body: plainAnswer }),
    ])
    const got = await journey.send(`openai/${chat}`, { fault: 'hints', body: '{}' })
    assert.deepEqual([got.status, got.body.toString()], [200, plainAnswer])
  })
})

describe('connections', () => {
  it('to the provider are used again, and the client’s too', async () => {
    journey.fault.plan('ok', [answer({ headers: json, body: plainAnswer })])
    const client = await connectRaw(journey.base)
    const send = async (): Promise<void> => {
      const before = client.received().length
      client.write(requestBytes(journey.base, `openai/${chat}`, { headers: { 'x-fault': 'ok' }, body: '{}' }))
      while (!client.received().subarray(before).includes('"total_tokens":11')) await once(client.socket, 'data')
    }
    await send()
    const countBefore = journey.fault.connectionCount()
    for (let round = 0; round < 20; round++) await send()
    assert.equal(journey.fault.connectionCount(), countBefore)
    assert.equal(client.received().toString().split('HTTP/1.1 200').length - 1, 21)
    client.leave()
  })

  it('of a client that sends its next request early answer in order', async () => {
    const client = await connectRaw(journey.base)
    const one = (number: number): string =>
      requestBytes(journey.base, `openai/models/${number}`, {
        method: 'GET',
        ...(number === 3 && { headers: { connection: 'close' } }),
      })
    client.write(one(1) + one(2) + one(3))
    const text = (await client.closed).toString()
    assert.match(text, /models\/1"[^]*models\/2"[^]*models\/3"/)
  })

  it('many at once are many calls at once', async () => {
    const gate = Promise.withResolvers<void>()
    journey.fault.plan('gate', [{ until: gate.promise }, echo])
    const countBefore = journey.fault.requests.length
    const all = Array.from({ length: 50 }, () =>
      request(`${journey.base}/openai/models`, { headers: { 'x-fault': 'gate' } }),
    )
    await journey.fault.request(countBefore + 49)
    gate.resolve()
    for (const answered of await Promise.all(all)) {
      assert.equal(answered.statusCode, 200)
      await answered.body.dump()
    }
  })
})
