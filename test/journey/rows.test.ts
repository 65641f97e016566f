import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { request } from 'undici'
import { answer, chunk, head, stream } from '../fault/answers.ts'
import { close } from '../fault/fault-server.ts'
import { type Journey, openJourney } from './open.ts'
import { connectRaw, logIdOf, requestBytes } from './raw-client.ts'

const mebibyte = 1024 * 1024
const chat = 'openai/chat/completions'
const body = '{"model":"gpt-4o-mini","messages":[]}'

let journey: Journey
before(async () => {
  journey = await openJourney({ TOLLGATE_MAX_BODY_BYTES: String(31 * mebibyte) }, { bodyIdleMs: 150 })
})
after(() => journey.close())

/** Sends a GET to any address of this server. */
async function get(
  address: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; logId: string; text: string }> {
  const answered = await request(address, { headers })
  return {
    status: answered.statusCode,
    logId: String(answered.headers['cf-aig-log-id']),
    text: await answered.body.text(),
  }
}

const isRow = (logId: string, gateway = 'g'): Promise<boolean> =>
  journey.row(logId, gateway).then(
    () => true,
    () => false,
  )

describe('what is logged', () => {
  it('is nothing in a gateway that collects no logs, unless a request asks for it', async () => {
    const quiet = await journey.tollgate.gateway('quiet', { collect_logs: false })
    const silent = await get(`${quiet}/openai/models`)
    const asked = await get(`${quiet}/openai/models`, { 'cf-aig-collect-log': 'true' })
    assert.match(silent.logId, /^[0-9a-f-]{36}$/)
    assert.deepEqual([await isRow(silent.logId, 'quiet'), await isRow(asked.logId, 'quiet')], [false, true])
  })

  it('is nothing of a request with cf-aig-collect-log: false', async () => {
    const got = await journey.send(chat, { body, headers: { 'cf-aig-collect-log': 'false' } })
    assert.equal(await isRow(got.logId), false)
    assert.ok(!dataHolds(got.logId))
  })

  it('are no bodies of a request with cf-aig-collect-log-payload: false, and all else', async () => {
    const got = await journey.send(chat, { body, headers: { 'cf-aig-collect-log-payload': 'false' } })
    const row = await journey.row(got.logId)
    assert.deepEqual([row['model'], row['success'], row['request_size']], ['gpt-4o-mini', true, body.length])
    assert.deepEqual([row['request_head'], row['response_head']], ['', ''])
    assert.deepEqual(
      [await journey.kept(got.logId, 'request'), await journey.kept(got.logId, 'response')],
      [null, null],
    )
  })

  it('are both bodies, metadata as an object, the event id, the user agent and the sizes', async () => {
    const got = await journey.send(chat, {
      body,
      headers: {
        'cf-aig-metadata': Buffer.from('{"user":"Zoë","n":1,"ok":true}').toString('latin1'),
        'cf-aig-event-id': 'event-7',
        'user-agent': 'test/7',
        'content-type': 'application/json',
      },
    })
    assert.equal(got.headers['cf-aig-event-id'], 'event-7')
    const row = await journey.row(got.logId)
    assert.deepEqual(row['metadata'], { user: 'Zoë', n: 1, ok: true })
    assert.deepEqual([row['event_id'], row['user_agent'], row['step']], ['event-7', 'test/7', 0])
    assert.deepEqual([row['request_size'], row['response_size']], [body.length, got.body.length])
    assert.equal(String(await journey.kept(got.logId, 'request')), body)
    assert.equal(String(await journey.kept(got.logId, 'response')), got.body.toString())
  })

  it('is a body past 10 MB cut off and marked, with its true size', async () => {
    const large = Buffer.alloc(12 * mebibyte, 'r')
    journey.fault.plan('large', [answer({ headers: { 'content-type': 'text/plain' }, body: large })])
    const got = await journey.send(chat, { body: large, fault: 'large' })
    assert.ok(got.body.equals(large))
    const row = await journey.row(got.logId)
    assert.deepEqual([row['request_size'], row['response_size']], [large.length, large.length])
    assert.deepEqual([row['request_head_complete'], row['response_head_complete']], [false, false])
    const [keptRequest, keptResponse] = [
      await journey.kept(got.logId, 'request'),
      await journey.kept(got.logId, 'response'),
    ]
    assert.equal(keptResponse?.length, 10 * mebibyte)
    assert.ok(keptRequest && keptRequest.length >= 8 * mebibyte && keptRequest.length < large.length)
  })

  it('is a compressed answer that grows past 10 MB without its bytes, and marked', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * mebibyte, 'b'))
    journey.fault.plan('bomb', [
      answer({ headers: { 'content-type': 'text/plain', 'content-encoding': 'gzip' }, body: bomb }),
    ])
    const got = await journey.send(chat, { body, fault: 'bomb', headers: { 'accept-encoding': 'gzip' } })
    assert.ok(got.body.equals(bomb))
    const row = await journey.row(got.logId)
    assert.deepEqual([row['success'], row['response_head_complete'], row['response_size']], [true, false, bomb.length])
  })

  it('is a request whose body is broken JSON, which the provider gets untouched', async () => {
    for (const broken of [
      '{"model":"gpt-4o-mini",',
      '{"model":',
      '[1,2',
      '{',
      'null',
      '\xff\xfe',
      '{"model":{"a":1}}',
    ]) {
      const got = await journey.send(chat, { body: broken })
      assert.equal(got.status, 200)
      assert.equal(journey.fault.requests.at(-1)?.body.toString(), broken)
      const row = await journey.row(got.logId)
      assert.deepEqual([row['success'], row['request_size']], [true, Buffer.byteLength(broken)])
    }
  })

  for (const [name, value] of [
    ['cf-aig-collect-log', 'maybe'],
    ['cf-aig-collect-log-payload', '0'],
    ['cf-aig-event-id', 'x'.repeat(257)],
  ] as const) {
    it(`is a request refused for ${name}: ${value.slice(0, 9)}, with 400/7001 and its path`, async () => {
      const countBefore = journey.fault.requests.length
      const got = await journey.send(chat, { body, headers: { [name]: value } })
      const { errors } = JSON.parse(got.body.toString()) as { errors: { code: number; path: string[] }[] }
      assert.deepEqual([got.status, errors[0]?.code, errors[0]?.path], [400, 7001, ['header', name]])
      const row = await journey.row(got.logId)
      assert.deepEqual([row['status_code'], row['outcome'], row['request_head']], [400, 'refused', ''])
      assert.equal(journey.fault.requests.length, countBefore)
    })
  }

  it('is an unknown provider, refused with 400/2008', async () => {
    const got = await journey.send('opnai/chat/completions', { body })
    assert.equal(got.status, 400)
    assert.equal(JSON.parse(got.body.toString()).internalCode, 2008)
    const row = await journey.row(got.logId)
    assert.deepEqual([row['provider'], row['status_code']], ['opnai', 400])
    assert.match(String(row['error']), /opnai/)
  })

  it('is a request at an unknown gateway not, since there is nowhere to put it', async () => {
    const got = await get(`${journey.tollgate.url}/v1/test/nowhere/openai/models`)
    assert.deepEqual([got.status, JSON.parse(got.text).internalCode], [400, 2001])
  })
})

describe('a client that is slow or sends too much', () => {
  it('gets 408 and a row where it falls silent in its body', async () => {
    const client = await connectRaw(journey.base)
    client.write(requestBytes(journey.base, chat, { headers: { 'content-length': '1000' }, body: '{"half":' }))
    await client.saw('send it without pauses')
    assert.match(client.received().toString(), /^HTTP\/1\.1 408 /)
    assert.equal((await journey.row(logIdOf(client.received())))['status_code'], 408)
    await client.closed
  })

  it('gets 408 and a row where it falls silent in a body that streams through', async () => {
    const index = journey.fault.requests.length
    const client = await connectRaw(journey.base)
    client.write(requestBytes(journey.base, chat, { headers: { 'content-length': String(20 * mebibyte) } }))
    client.write(Buffer.alloc(9 * mebibyte, ' '))
    await client.saw('send it without pauses')
    const row = await journey.row(logIdOf(client.received()))
    assert.deepEqual([row['status_code'], row['request_size']], [408, 9 * mebibyte])
    assert.equal(await (await journey.fault.request(index)).ended, 'client-left')
    await client.closed
  })

  it('is not slow while its body comes in small pieces', async () => {
    const client = await connectRaw(journey.base)
    client.write(requestBytes(journey.base, chat, { headers: { 'content-length': '12' } }))
    for (const letter of '{"model":1}\n') {
      client.write(letter)
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    await client.saw('HTTP/1.1 200')
    client.leave()
  })

  it('may use its connection again, or finds it closed, after a refusal in the middle of its body', async () => {
    for (const size of [1000, 40 * mebibyte]) {
      const client = await connectRaw(journey.base)
      client.write(requestBytes(journey.base, 'nobody/x', { headers: { 'content-length': String(size) } }))
      await client.saw('HTTP/1.1 400')
      client.write(Buffer.alloc(size, ' '))
      client.write(requestBytes(journey.base, 'openai/models', { method: 'GET' }))
      await Promise.race([client.saw('HTTP/1.1 200'), client.closed])
      client.leave()
    }
  })
})

describe('a request without a good credential', () => {
  it('gets 401/2009, has a row without bodies, and of a flood only ten rows a second', async () => {
    const guarded = await journey.tollgate.gateway('guarded', { authentication: true })
    const first = await request(`${guarded}/${chat}`, {
      method: 'POST',
      body,
      headers: { 'cf-aig-authorization': 'Bearer tg_wrong', 'cf-aig-metadata': '{"a":1}' },
    })
    const refusal = (await first.body.json()) as { internalCode: number; errors: { code: number }[] }
    assert.deepEqual([first.statusCode, refusal.internalCode, refusal.errors[0]?.code], [401, 2009, 2009])
    const row = await journey.row(String(first.headers['cf-aig-log-id']), 'guarded')
    assert.deepEqual(
      [row['status_code'], row['authentication'], row['request_head'], row['response_head']],
      [401, false, '', ''],
    )

    const startedAt = performance.now()
    await Promise.all(Array.from({ length: 200 }, () => get(`${guarded}/openai/models`)))
    const seconds = Math.ceil((performance.now() - startedAt) / 1000) + 1
    const count = (await journey.tollgate.logs('guarded')).length
    assert.ok(count >= 10 && count <= 1 + 10 * seconds, `${count} rows in ${seconds} s`)
    assert.equal(
      (await get(`${guarded}/openai/models`, { 'cf-aig-authorization': journey.tollgate.adminToken })).status,
      200,
    )
  })
})

describe('a secret', () => {
  const canary = 'sk-canary-4b1d7e/9f+2c5a='
  const encoded = encodeURIComponent(canary)
  const places: Record<string, { headers?: Record<string, string>; query?: string }> = {
    'in Authorization': { headers: { authorization: `Bearer ${canary}` } },
    'in x-api-key': { headers: { 'x-api-key': canary } },
    'in x-goog-api-key': { headers: { 'x-goog-api-key': canary } },
    'in cf-aig-authorization': { headers: { 'cf-aig-authorization': `Bearer ${canary}` } },
    'in the query': { query: `?key=${encoded}` },
    'in the query, where a long path is cut off': { query: `?x=${'y'.repeat(2020 - chat.length)}&key=${encoded}` },
    'twice, once as a part of the other': {
      headers: { authorization: `Bearer ${canary.slice(0, 12)}`, 'x-api-key': canary },
    },
  }
  const echoes = {
    'in an answer': [
      answer({
        headers: { 'content-type': 'application/json', 'x-echo': canary },
        body: `{"model":"${canary}","key":"${canary}"}`,
      }),
    ],
    'in an error': [
      answer({
        status: 401,
        headers: { 'content-type': 'application/json' },
        body: `{"error":{"message":"Incorrect API key: ${canary}"}}`,
      }),
    ],
    'in a compressed answer': [
      answer({
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: gzipSync(`{"key":"${canary}"}`),
      }),
    ],
    'in a stream': stream([`data: {"choices":[{"delta":{"content":"${canary}"}}]}\n\n`, 'data: [DONE]\n\n']),
    'in an error of a stream': stream([`data: {"error":{"message":"bad ${canary}"}}\n\n`]),
    'in a content type': [head(200, { 'content-type': `text/${canary}` }), 'x', close],
    'in a broken answer': [head(200, { 'content-length': '999' }), canary, close],
    'in a stream that breaks': [
      head(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked', 'x-echo': canary }),
      chunk(`data: {"choices":[{"delta":{"content":"${canary}"}}]}\n\n`),
      close,
    ],
  }

  for (const [place, { headers = {}, query = '' }] of Object.entries(places)) {
    it(`${place} is in no file, log line, metric or API answer, whatever the provider echoes`, async () => {
      const ids: string[] = []
      for (const [echo, steps] of Object.entries(echoes)) {
        journey.fault.plan('echo', steps)
        const client = await connectRaw(journey.base)
        const sentBody = `{"model":"m","stream":true,"stream_options":{"include_usage":true},"user":"${canary}"}`
        client.write(
          requestBytes(journey.base, `${chat}${query}`, {
            headers: {
              'x-fault': 'echo',
              connection: 'close',
              'cf-aig-metadata': `{"${canary}":"${canary}"}`,
              ...headers,
            },
            body: sentBody,
          }),
        )
        const bytes = await client.closed
        assert.equal(journey.fault.requests.at(-1)?.body.toString(), sentBody, echo)
        ids.push(logIdOf(bytes))
      }
      const said: string[] = [...journey.tollgate.logLines, (await get(`${journey.tollgate.url}/metrics`)).text]
      said.push(JSON.stringify(await journey.tollgate.logs('g')))
      for (const id of ids) {
        said.push(JSON.stringify(await journey.row(id)))
        said.push(String(await journey.kept(id, 'request')), String(await journey.kept(id, 'response')))
      }
      for (const secret of [canary, encoded, canary.slice(0, 12), canary.slice(12)]) {
        assert.ok(!said.some((text) => text.includes(secret)), `${secret} was said`)
        assert.ok(!dataHolds(secret), `${secret} is in a file`)
      }
    })
  }

  it('that is a word of Tollgate’s own harms no row', async () => {
    for (const word of [
      'provider',
      '"status":',
      'complete',
      'null,"error',
      '01a20000',
      '{"choices',
      '\\"\\"\\"\\"\\"',
    ]) {
      const got = await journey.send(chat, { body, headers: { 'x-api-key': word, authorization: `Bearer ${word}` } })
      const row = await journey.row(got.logId)
      assert.deepEqual([row['provider'], row['status_code'], row['outcome']], ['openai', 200, 'complete'], word)
    }
  })
})

describe('accounts', () => {
  it('with the same gateway id do not see each other’s rows', async () => {
    const { url, adminToken } = journey.tollgate
    const authorization = `Bearer ${adminToken}`
    const of = (account: string): string => `${url}/client/v4/accounts/${account}/ai-gateway/gateways`
    for (const account of ['one', 'two']) {
      const made = await request(of(account), {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: '{"id":"same"}',
      })
      assert.equal(made.statusCode, 200)
      await made.body.dump()
    }
    const { logId } = await get(`${url}/v1/one/same/openai/models`)
    const list = async (account: string): Promise<{ id: string }[]> =>
      JSON.parse((await get(`${of(account)}/same/logs`, { authorization })).text).result
    assert.deepEqual(
      (await list('one')).map(({ id }) => id),
      [logId],
    )
    assert.deepEqual(await list('two'), [])
    for (const below of ['', '/request', '/response']) {
      assert.equal((await get(`${of('two')}/same/logs/${logId}${below}`, { authorization })).status, 404)
    }
    assert.equal((await get(`${of('one')}/same/logs/${logId}`, { authorization })).status, 200)
  })
})

/** Whether a text stands in any file of the data folder. */
function dataHolds(text: string): boolean {
  const { dataDir } = journey.tollgate
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  assert.ok(files.length > 3)
  return files.some((entry) => readFileSync(path.join(entry.parentPath, entry.name)).includes(text))
}
