import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { answer, head } from '../fault/answers.ts'
import { close } from '../fault/fault-server.ts'
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
  journey = await openJourney({ TOLLGATE_MAX_BODY_BYTES: String(31 * mebibyte) })
})
after(() => journey.close())

const lastRequest = (): Journey['fault']['requests'][number] => {
  const last = journey.fault.requests.at(-1)
  assert.ok(last)
  return last
}

describe('a request', () => {
  for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    it(`reaches the provider as ${method} with its path, query and body`, async () => {
      const body = method === 'GET' || method === 'OPTIONS' ? {} : { body: Buffer.from('{"a":1}') }
      const got = await journey.send('openai/files/f%20x/content?a=b&c=%2F&d', { method, ...body })
      assert.equal(got.status, 200)
      const { method: arrived, path, body: bytes } = lastRequest()
      assert.deepEqual(
        { arrived, path, body: bytes.toString() },
        { arrived: method, path: '/v1/files/f%20x/content?a=b&c=%2F&d', body: body.body?.toString() ?? '' },
      )
      const row = await journey.row(got.logId)
      assert.equal(row['path'], 'files/f%20x/content?a=b&c=%2F&d')
      assert.equal(row['success'], true)
    })
  }

  it('reaches the provider as HEAD, and its content-length comes back without a body', async () => {
    journey.fault.plan('head', [head(200, { 'content-length': '4711', etag: '"x"' })])
    const got = await journey.send('openai/models', { method: 'HEAD', fault: 'head' })
    assert.deepEqual([got.status, got.headers['content-length'], got.headers['etag']], [200, '4711', '"x"'])
    assert.equal((await journey.row(got.logId))['success'], true)
  })

  it('may have a GET body', async () => {
    const client = await connectRaw(journey.base)
    client.write(requestBytes(journey.base, 'openai/models', { method: 'GET', body: 'why not' }))
    await client.saw('why not')
    client.leave()
    assert.equal(lastRequest().body.toString(), 'why not')
  })

  it('keeps a binary body byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 1024 }, (_, at) => at % 256))
    await journey.send('openai/audio/transcriptions', { body: bytes, headers: { 'content-type': 'audio/wav' } })
    assert.ok(lastRequest().body.equals(bytes))
    assert.equal(lastRequest().headers['content-type'], 'audio/wav')
  })

  it('keeps a multipart body and its boundary', async () => {
    const body =
      '--XX\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--XX\r\n' +
      'content-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n\0\x01binary\r\n--XX--\r\n'
    await journey.send('openai/audio/transcriptions', {
      body,
      headers: { 'content-type': 'multipart/form-data; boundary=XX' },
    })
    assert.equal(lastRequest().body.toString(), body)
    assert.equal(lastRequest().headers['content-type'], 'multipart/form-data; boundary=XX')
  })

  it('may have an empty body', async () => {
    const got = await journey.send('openai/batches/b1/cancel', { body: '' })
    assert.equal(got.status, 200)
    assert.equal(lastRequest().headers['content-length'], '0')
  })

  it('may come in chunks', async () => {
    await journey.send(`openai/${chat}`, { body: pieces(['{"model":', '"gpt-4o"', '}']) })
    assert.equal(lastRequest().body.toString(), '{"model":"gpt-4o"}')
    assert.equal(lastRequest().headers['transfer-encoding'], undefined)
  })

  for (const [sizeMiB, framing] of [
    [9, 'a content-length'],
    [30, 'a content-length'],
    [9, 'chunks'],
    [30, 'chunks'],
  ] as const) {
    it(`of ${sizeMiB} MiB with ${framing} streams through whole, and its row tells its size`, async () => {
      const body = largeBody(sizeMiB)
      journey.fault.plan('ok', [answer({ headers: json, body: plainAnswer })])
      const got = await journey.send(`openai/${chat}`, {
        fault: 'ok',
        body: framing === 'chunks' ? slices(body) : body,
        headers: json,
      })
      assert.equal(got.status, 200)
      assert.equal(digest(lastRequest().body), digest(body))
      assert.equal(lastRequest().headers['content-length'], framing === 'chunks' ? undefined : String(body.length))
      const row = await journey.row(got.logId)
      assert.deepEqual([row['request_size'], row['model'], row['tokens_in']], [body.length, 'gpt-4o-mini', 9])
      assert.equal(row['request_head_complete'], false)
    })
  }

  it('above the limit gets 413 and a row, told by its content-length before a byte of it was read', async () => {
    const client = await connectRaw(journey.base)
    const headers = { 'content-length': String(32 * mebibyte) }
    client.write(requestBytes(journey.base, `openai/${chat}`, { headers }))
    await client.saw('TOLLGATE_MAX_BODY_BYTES')
    client.leave()
    assert.match(client.received().toString(), /^HTTP\/1\.1 413 /)
    assert.equal((await journey.row(logIdOf(client.received())))['status_code'], 413)
  })

  it('above the limit gets 413 and a row, found while its chunks streamed through', async () => {
    const got = await journey.send(`openai/${chat}`, { body: slices(largeBody(32)), headers: json })
    assert.equal(got.status, 413)
    assert.equal((await journey.row(got.logId))['status_code'], 413)
  })

  it('that is still being sent gets the provider’s early answer', async () => {
    journey.fault.planEarly('early', [
      answer({ status: 401, headers: json, body: '{"error":{"message":"no"}}' }),
      close,
    ])
    const client = await connectRaw(journey.base)
    const headers = { 'content-length': String(30 * mebibyte), 'x-fault': 'early' }
    client.write(requestBytes(journey.base, `openai/${chat}`, { headers }))
    client.write(largeBody(9))
    await client.saw('"no"')
    client.leave()
    assert.match(client.received().toString(), /^HTTP\/1\.1 401 /)
  })

  it('with Expect: 100-continue is asked for its body and passed on without that header', async () => {
    const client = await connectRaw(journey.base)
    const whole = requestBytes(journey.base, `openai/${chat}`, { headers: { expect: '100-continue' }, body: '{"a":1}' })
    const bodyAt = whole.indexOf('{')
    client.write(whole.slice(0, bodyAt))
    await client.saw('100 Continue')
    client.write(whole.slice(bodyAt))
    await client.saw('HTTP/1.1 200')
    client.leave()
    assert.equal(lastRequest().body.toString(), '{"a":1}')
    assert.equal(lastRequest().headers['expect'], undefined)
  })

  it('may have bytes in its headers that are no ASCII', async () => {
    const client = await connectRaw(journey.base)
    const headers = { 'x-name': 'caf\xe9 \xc3\xa9' }
    client.write(Buffer.from(requestBytes(journey.base, 'openai/models', { method: 'GET', headers }), 'latin1'))
    await client.saw('HTTP/1.1 200')
    client.leave()
    assert.equal(lastRequest().headers['x-name'], 'caf\xe9 \xc3\xa9')
  })
})

describe('the path', () => {
  for (const [sent, arrived] of [
    [`openai/v1/${chat}`, `/v1/${chat}`],
    [`openai/${chat}`, `/v1/${chat}`],
    ['openai', '/v1/'],
    ['openai/', '/v1/'],
    ['openai/?a', '/v1/?a'],
    ['openai/a//b/c/', '/v1/a//b/c/'],
    ['openai/v1/v1/x', '/v1/v1/x'],
    ['openai/a%2Fb%3F', '/v1/a%2Fb%3F'],
  ] as const) {
    it(`${sent} is ${arrived} at the provider`, async () => {
      await journey.send(sent, { method: 'GET' })
      assert.equal(lastRequest().path, arrived)
    })
  }

  for (const path of ['../x', 'a/../b', 'a/..', '%2e%2e/x', '.%2E/x', 'a%2f..%2fb', '%252e%252e/x', 'a/%25252e%2e/b']) {
    it(`${path} is refused with 400/2008 and a row, and nothing is sent`, async () => {
      const countBefore = journey.fault.requests.length
      const client = await connectRaw(journey.base)
      client.write(requestBytes(journey.base, `openai/${path}`, { method: 'GET', headers: { connection: 'close' } }))
      const bytes = await client.closed
      assert.match(bytes.toString(), /^HTTP\/1\.1 400 [^]*"internalCode":2008/)
      assert.equal(journey.fault.requests.length, countBefore)
      const row = await journey.row(logIdOf(bytes))
      assert.deepEqual([row['status_code'], row['path']], [400, path])
    })
  }

  it('may hold a backslash, which separates nothing', async () => {
    const client = await connectRaw(journey.base)
    client.write(requestBytes(journey.base, 'openai/a\\..\\b', { method: 'GET' }))
    await client.saw('HTTP/1.1 200')
    client.leave()
    assert.equal(lastRequest().path, '/v1/a%5C..%5Cb')
  })
})

describe('request headers', () => {
  it('are forwarded in their order, spelling and number, but those of the hop, of proxies and of Tollgate', async () => {
    const client = await connectRaw(journey.base)
    const { host, pathname } = new URL(journey.base)
    const dropped = [
      ['Connection', 'keep-alive, X-Named, x-other'],
      ['Connection', 'X-Third'],
      ['X-Named', '1'],
      ['x-other', '1'],
      ['x-third', '1'],
      ['Keep-Alive', 'timeout=5'],
      ['TE', 'trailers'],
      ['Proxy-Authorization', 'Basic abc'],
      ['Proxy-Connection', 'keep-alive'],
      ['Upgrade', 'h2c'],
      ['HTTP2-Settings', 'AAMAAABkAAQ'],
      ['Cookie', 'session=1'],
      ['CF-Ray', '1'],
      ['cf-connecting-ip', '1.2.3.4'],
      ['cf-aig-metadata', '{"a":1}'],
      ['cf-aig-skip-cache', 'true'],
      ['X-Forwarded-For', '1.2.3.4'],
      ['Forwarded', 'for=1.2.3.4'],
      ['Via', '1.1 x'],
      ['X-Real-IP', '1.2.3.4'],
      ['X-Auth-Key', 'abc'],
      ['X-Auth-Email', 'a@b'],
    ] as const
    const kept = [
      ['Authorization', 'Bearer sk-client-key'],
      ['OpenAI-Beta', 'assistants=v2'],
      ['x-Stainless-Lang', 'js'],
      ['X-Twice', '1'],
      ['X-Twice', '2'],
      ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
      ['user-agent', 'test/1'],
      ['x-empty', ''],
    ] as const
    const lines = [...dropped.slice(0, 10), ...kept, ...dropped.slice(10)].map(
      ([name, value]) => `${name}: ${value}\r\n`,
    )
    client.write(`GET ${pathname}/openai/models HTTP/1.1\r\nHost: ${host}\r\n${lines.join('')}\r\n`)
    await client.saw('HTTP/1.1 200')
    client.leave()
    const arrived = pairs(lastRequest().rawHeaders)
    const ofTollgate = ['host', 'connection', 'accept-encoding', 'tollgate-hops']
    assert.deepEqual(
      arrived.filter(([name]) => !ofTollgate.includes(name)),
      kept.map(([name, value]) => [name, value]),
    )
    assert.deepEqual(arrived.find(([name]) => name === 'host')?.[1], new URL(journey.fault.url).host)
    assert.deepEqual(arrived.filter(([name]) => name === 'connection').length, 1)
  })

  it('never carry a credential of Tollgate, wherever the client put it', async () => {
    const token = journey.tollgate.adminToken
    const places: { headers?: Record<string, string>; query?: string }[] = [
      { headers: { authorization: `Bearer ${token}` } },
      { headers: { authorization: `bearer   ${token} ` } },
      { headers: { authorization: token } },
      { headers: { 'cf-aig-authorization': `Bearer ${token}` } },
      { headers: { 'cf-aig-authorization': token } },
      { headers: { 'x-api-key': token } },
      { headers: { 'x-anything': `Token ${token}` } },
      { query: `?a=b&key=${token}&c=d` },
      { query: `?x=${encodeURIComponent(token).replace('_', '%5F')}` },
    ]
    for (const { headers = {}, query = '' } of places) {
      const got = await journey.send(`openai/models${query}`, { method: 'GET', headers })
      const { rawHeaders, path } = lastRequest()
      const where = JSON.stringify({ headers, query })
      assert.ok(!`${rawHeaders.join()}${decodeURIComponent(path)}`.includes(token), where)
      const row = await journey.row(got.logId)
      assert.equal(row['authentication'], true, where)
      assert.ok(!decodeURIComponent(String(row['path'])).includes(token), where)
    }
  })
})

function largeBody(sizeMiB: number): Buffer {
  const start = Buffer.from('{"model":"gpt-4o-mini","input":"')
  const bytes = Buffer.alloc(sizeMiB * mebibyte, 'abcdefghijklmnopqrstuvwxyz0123456789 ')
  start.copy(bytes)
  bytes.write('"}', bytes.length - 2)
  return bytes
}

async function* slices(bytes: Buffer): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000)
}

async function* pieces(texts: readonly string[]): AsyncIterable<Buffer> {
  for (const text of texts) yield Buffer.from(text)
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : []))
}
