import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createBinding } from '@tollgate/client'
import { answer, head, lastChunk, stream, streamHead, workersAiAnswer } from '../fault/answers.ts'
import { close, reset, stall, type Step } from '../fault/fault-server.ts'
import { type Journey, openJourney, type Row } from './open.ts'

const json = { 'content-type': 'application/json' }
const good = answer({
  headers: json,
  body: '{"model":"gpt-4o-mini","usage":{"prompt_tokens":1,"completion_tokens":2}}',
})
const bad = answer({ status: 500, headers: json, body: '{"error":{"message":"overloaded"}}' })
/** Long enough for ten requests on a busy machine. */
const breakerOpenMs = 3000
const done = 'data: [DONE]\n\n'
const delta = (content: string): string =>
  `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta: { content } }] })}\n\n`

let journey: Journey
before(async () => {
  journey = await openJourney(
    (url) => ({
      TOLLGATE_PROVIDER_WORKERS_AI_BASE_URL: `${url}/accounts/a/ai`,
      TOLLGATE_PROVIDER_GROQ_BASE_URL: 'http://127.0.0.1:1/v1',
    }),
    { answerIdleMs: 2000, headersMs: 5000, heldStartMs: 400, breakerOpenMs },
  )
})
after(() => journey.close())

let names = 0
/** Says what a provider answers, and gives the header that asks for it. */
function plan(...scripts: (readonly Step[])[]): { 'x-fault': string } {
  const name = `universal-${names++}`
  journey.fault.plan(name, ...scripts)
  return { 'x-fault': name }
}

function step(headers: Record<string, unknown>, more: Record<string, unknown> = {}): Record<string, unknown> {
  const query = { model: 'gpt-4o-mini', messages: [] }
  return { provider: 'openai', endpoint: 'chat/completions', headers, query, ...more }
}

interface Got {
  status: number
  text: string
  headers: Headers
}

async function post(sent: unknown, headers: Record<string, string> = {}, base = journey.base): Promise<Got> {
  const body = typeof sent === 'string' ? sent : JSON.stringify(sent)
  const answered = await fetch(base, { method: 'POST', body, headers })
  return { status: answered.status, text: await answered.text(), headers: answered.headers }
}

/** The rows of one request, by their steps. */
async function rowsOf(eventId: string | null, gateway = 'g'): Promise<Row[]> {
  const rows = (await journey.tollgate.logs(gateway)).filter((row) => row['event_id'] === eventId)
  return rows.toSorted((a, b) => Number(a['step']) - Number(b['step']))
}

describe('the universal endpoint', () => {
  it('gives the answer of the first step that is good, with a row for each that was tried', async () => {
    const got = await post([step(plan([bad])), step(plan([good])), step(plan([good]))])
    assert.deepEqual([got.status, got.headers.get('cf-aig-step')], [200, '1'])
    const rows = await rowsOf(got.headers.get('cf-aig-event-id'))
    assert.deepEqual(
      rows.map((row) => [row['step'], row['status_code'], row['success'], row['error'], row['path']]),
      [
        [0, 500, false, 'overloaded', 'chat/completions'],
        [1, 200, true, null, 'chat/completions'],
      ],
    )
    assert.equal(rows[1]?.['id'], got.headers.get('cf-aig-log-id'))
    assert.equal(String(await journey.kept(String(rows[0]?.['id']), 'response')), '{"error":{"message":"overloaded"}}')
  })

  it('takes a single object, and an address with a slash behind it', async () => {
    const got = await post(step(plan([good])), {}, `${journey.base}/`)
    assert.deepEqual([got.status, got.headers.get('cf-aig-step')], [200, '0'])
    journey.fault.plan('workers', [workersAiAnswer('Hi', { prompt_tokens: 3, completion_tokens: 1 })])
    const headers = { 'x-fault': 'workers', authorization: 'Bearer token' }
    const run = await post({ provider: 'workers-ai', endpoint: '@cf/meta/llama', headers, query: { prompt: 'hi' } })
    assert.equal(JSON.parse(run.text).result.response, 'Hi')
    assert.equal(journey.fault.requests.at(-1)?.path, '/accounts/a/ai/run/@cf/meta/llama')
  })

  it('sends a step with its own headers, byte by byte its query, and nothing of the request', async () => {
    const query = '{ "model":"gpt-4o-mini", "seed": 12345678901234567890,\n "messages":[] }'
    const head =
      '{"authorization":"Bearer own","x-number":7,"x-flag":true,"x-object":{"a":"ß"},"x-none":null,"cf-aig-metadata":{"n":1}}'
    const got = await post(
      `[{"provider":"openai","endpoint":"/chat/completions?api-version=2","headers":${head},"query":${query}}]`,
      { authorization: 'Bearer of-the-request', 'x-of-request': '1', cookie: 'a=b' },
    )
    const sent = JSON.parse(got.text) as { headers: Record<string, string>; body: string; path: string }
    assert.deepEqual([sent.body, sent.path], [query, '/v1/chat/completions?api-version=2'])
    assert.equal(sent.headers['authorization'], 'Bearer own')
    assert.equal(sent.headers['content-type'], 'application/json')
    assert.deepEqual([sent.headers['x-number'], sent.headers['x-flag']], ['7', 'true'])
    assert.equal(Buffer.from(sent.headers['x-object'] ?? '', 'latin1').toString(), '{"a":"ß"}')
    for (const name of ['x-none', 'x-of-request', 'cookie', 'cf-aig-metadata'])
      assert.equal(sent.headers[name], undefined)
    const [row] = await rowsOf(got.headers.get('cf-aig-event-id'))
    assert.deepEqual(row?.['metadata'], { n: 1 })
    assert.equal(String(await journey.kept(String(row?.['id']), 'request')), query)
    assert.doesNotMatch(JSON.stringify(row), /Bearer/)
  })

  it('takes authorization beside the headers, unless the headers have their own', async () => {
    for (const [more, expected] of [
      [{}, 'Bearer beside'],
      [{ Authorization: 'Bearer inside' }, 'Bearer inside'],
    ] as const) {
      const got = await post([step(more, { authorization: 'Bearer beside' })], { 'x-fault': 'default' })
      assert.equal(JSON.parse(got.text).headers.authorization, expected)
    }
  })

  it('goes on after what cannot be reached, does not answer in time, or begins with a failure', async () => {
    const failing = [
      step({}, { provider: 'groq' }),
      step(plan([stall]), { config: { requestTimeout: 80 } }),
      step(plan([reset])),
      step(plan([head(200, { ...json, 'content-length': '99' }), '{"half":', close])),
      step(plan(stream(['data: {"error":{"message":"no capacity"}}\n\n'])), { query: { model: 'x', stream: true } }),
      step(plan([streamHead, lastChunk]), { query: { model: 'x', stream: true } }),
      step(plan([answer({ status: 401, body: 'who?' })])),
      step(plan([answer({ status: 302, headers: { location: 'http://127.0.0.1:1/' } })])),
      step(plan([head(500, { 'content-length': '99' }), 'never ends', stall])),
    ]
    const fine = step(plan(stream([delta('Hello'), done])), { query: { model: 'x', stream: true } })
    const got = await post([...failing, fine])
    assert.equal(got.text, delta('Hello') + done)
    assert.equal(got.headers.get('cf-aig-step'), String(failing.length))
    const rows = await rowsOf(got.headers.get('cf-aig-event-id'))
    assert.deepEqual(
      rows.map((row) => [row['status_code'], row['outcome']]),
      [
        [502, 'upstream_broken'],
        [504, 'upstream_timeout'],
        [502, 'upstream_broken'],
        [502, 'upstream_broken'],
        [200, 'upstream_broken'],
        [200, 'upstream_broken'],
        [401, 'complete'],
        [302, 'complete'],
        [500, 'upstream_broken'],
        [200, 'complete'],
      ],
    )
    assert.deepEqual(
      rows.map((row) => row['success']),
      [...failing.map(() => false), true],
    )
  })

  it('gives the last failure as it is where no step is good', async () => {
    const got = await post([step(plan([bad])), step(plan([answer({ status: 429, body: 'slow down' })]))])
    assert.deepEqual([got.status, got.text, got.headers.get('cf-aig-step')], [429, 'slow down', '1'])
    const unreachable = await post([step(plan([bad])), step({}, { provider: 'groq' })])
    assert.deepEqual([unreachable.status, unreachable.headers.get('cf-aig-step')], [502, '1'])
    assert.equal(JSON.parse(unreachable.text).internalCode, 2005)
  })

  it('tries a step again before it goes on, as step, request or gateway say, in this order', async () => {
    const twice = plan([bad], [bad], [good])
    const got = await post(
      [
        step({ ...twice, 'cf-aig-max-attempts': 3, 'cf-aig-retry-delay': '1' }, { config: { maxAttempts: 2 } }),
        step(plan([good])),
      ],
      { 'cf-aig-max-attempts': '5' },
    )
    assert.equal(got.headers.get('cf-aig-step'), '1')
    assert.equal(journey.fault.requests.filter(({ headers }) => headers['x-fault'] === twice['x-fault']).length, 2)
    const [first] = await rowsOf(got.headers.get('cf-aig-event-id'))
    assert.equal((await journey.row(String(first?.['id'])))['attempts'] instanceof Array, true)
  })

  it('caches each step, and a step may say otherwise than its request', async () => {
    const cached = step({ ...plan([good], [bad]), 'cf-aig-cache-key': 'universal' })
    const headers = { 'cf-aig-cache-ttl': '3600' }
    assert.equal((await post([cached], headers)).headers.get('cf-aig-cache-status'), 'MISS')
    const hit = await post([step(plan([bad])), cached], headers)
    assert.deepEqual([hit.headers.get('cf-aig-cache-status'), hit.headers.get('cf-aig-step')], ['HIT', '1'])
    const off = { ...(cached['headers'] as object), 'cf-aig-cache-ttl': '0' }
    assert.equal((await post([step(off)], headers)).headers.get('cf-aig-cache-status'), 'BYPASS')
  })

  it('counts once for the rate limit, however many steps are tried', async () => {
    const base = await journey.tollgate.gateway('limited', { rate_limiting_limit: 2, rate_limiting_interval: 3600 })
    const list = [step(plan([bad])), step(plan([bad])), step(plan([good]))]
    assert.equal((await post(list, {}, base)).status, 200)
    assert.equal((await post(list, {}, base)).status, 200)
    const refused = await post(list, {}, base)
    assert.deepEqual([refused.status, JSON.parse(refused.text).internalCode], [429, 2003])
  })

  it('asks for a token where its gateway does, and passes none on', async () => {
    const base = await journey.tollgate.gateway('closed', { authentication: true })
    const { adminToken } = journey.tollgate
    assert.equal((await post([step({ 'cf-aig-authorization': `Bearer ${adminToken}` })], {}, base)).status, 401)
    const got = await post(
      [step({ 'cf-aig-authorization': `Bearer ${adminToken}`, 'x-mine': adminToken })],
      { 'cf-aig-authorization': `Bearer ${adminToken}` },
      base,
    )
    assert.equal(got.status, 200)
    assert.ok(!got.text.includes(adminToken))
  })

  const malformed: Record<string, [body: string, code: number, path: unknown, words: RegExp]> = {
    'an empty body': ['', 7001, [], /no JSON/],
    'half a JSON': ['[{"provider":"openai"', 7001, [], /no JSON/],
    'an empty list': ['[]', 7001, [], /list of steps is empty/],
    'no list': ['"openai"', 7001, [], /no list of steps/],
    'a list of texts': ['["openai"]', 7001, ['body', 0, 'provider'], /Step 0: "provider"/],
    'no provider': ['[{"endpoint":"x","query":{}}]', 7001, ['body', 0, 'provider'], /"provider"/],
    'no endpoint': ['{"provider":"openai","query":{}}', 7001, ['body', 0, 'endpoint'], /"endpoint"/],
    'no query': ['{"provider":"openai","endpoint":"x"}', 7001, ['body', 0, 'query'], /"query"/],
    'headers that are a list': [
      '{"provider":"openai","endpoint":"x","query":{},"headers":[]}',
      7001,
      ['body', 0, 'headers'],
      /"headers"/,
    ],
    'a line break in a header': [
      '{"provider":"openai","endpoint":"x","query":{},"headers":{"a":"b\\r\\nc: d"}}',
      7001,
      ['body', 0, 'headers', 'a'],
      /control character/,
    ],
    'a space in an endpoint': [
      '{"provider":"openai","endpoint":"x HTTP/1.1","query":{}}',
      7001,
      ['body', 0, 'endpoint'],
      /"endpoint"/,
    ],
    'an unknown setting': [
      '{"provider":"openai","endpoint":"x","query":{},"config":{"maxAttempt":2}}',
      7001,
      ['body', 0, 'config', 'maxAttempt'],
      /none of/,
    ],
    'a wrong setting': [
      '{"provider":"openai","endpoint":"x","query":{},"config":{"maxAttempts":9}}',
      7001,
      ['body', 0, 'headers', 'cf-aig-max-attempts'],
      /1 to 5/,
    ],
    'a second step with an unknown provider': [
      `[${JSON.stringify(step({}))},{"provider":"nobody","endpoint":"x","query":{}}]`,
      2008,
      ['body', 1],
      /Step 1: Invalid provider "nobody": none has this slug/,
    ],
    'an endpoint that leaves its base': [
      '{"provider":"openai","endpoint":"a/../../x","query":{}}',
      2008,
      ['body', 0],
      /leaves the provider's base/,
    ],
    'too many steps': [JSON.stringify(Array.from({ length: 21 }, () => step({}))), 7001, [], /at most 20/],
  }
  for (const [name, [body, code, path, words]] of Object.entries(malformed)) {
    it(`answers ${name} with 400, says why, and calls nobody`, async () => {
      const callsBefore = journey.fault.requests.length
      const got = await post(body)
      const { internalCode, message, errors } = JSON.parse(got.text)
      assert.deepEqual([got.status, internalCode, errors[0].path ?? []], [400, code, path])
      assert.match(message, words)
      assert.equal(journey.fault.requests.length, callsBefore)
      const row = await journey.row(String(got.headers.get('cf-aig-log-id')))
      assert.deepEqual([row['provider'], row['status_code'], row['success']], ['universal', 400, false])
    })
  }

  it('keeps no word of a list that it refuses, for credentials stand in it', async () => {
    const got = await post(
      '[{"provider":"nobody","endpoint":"x","headers":{"authorization":"Bearer canary-123"},"query":{}}]',
    )
    const logId = String(got.headers.get('cf-aig-log-id'))
    assert.equal(await journey.kept(logId, 'request'), null)
    assert.ok(!JSON.stringify(await journey.row(logId)).includes('canary'))
  })

  it('takes POST and nothing else', async () => {
    const got = await fetch(journey.base)
    assert.deepEqual([got.status, got.headers.get('allow')], [405, 'POST'])
  })

  it('works with the binding of @tollgate/client, and with the shape that ai-gateway-provider sends', async () => {
    const binding = createBinding({
      baseURL: journey.tollgate.url,
      token: journey.tollgate.adminToken,
      account_id: 'test',
    })
    const answered = await binding.gateway('g').run([step(plan([bad])), step(plan([good]))] as never, {
      gateway: { retries: { maxAttempts: 1 }, requestTimeoutMs: 3000, metadata: { team: 'red' } },
    })
    assert.deepEqual([answered.status, answered.headers.get('cf-aig-step')], [200, '1'])
    const log = await binding.gateway('g').getLog(String(answered.headers.get('cf-aig-log-id')))
    assert.deepEqual(log.metadata, { team: 'red' })
    // Its options stand in the headers of each step where it is given a binding.
    const options = { 'cf-aig-cache-ttl': 60, 'cf-aig-metadata': '{"team":"blue"}', 'cf-aig-max-attempts': 2 }
    const own = await binding.gateway('g').run(step({ ...plan([good]), ...options }) as never)
    assert.equal(own.status, 200)
  })
})

describe('a target that fails again and again', () => {
  const calls = (name: { 'x-fault': string }): number =>
    journey.fault.requests.filter(({ headers }) => headers['x-fault'] === name['x-fault']).length

  it('is passed over for a while, then tried by one of many, and then by all', async () => {
    const base = await journey.tollgate.gateway('breaking')
    const gate = Promise.withResolvers<void>()
    const flaky = plan([bad], [bad], [bad], [bad], [bad], [{ until: gate.promise }, good])
    const list = [step(flaky, { query: { model: 'flaky' } }), step(plan([good]))]
    const send = async (): Promise<string | null> => (await post(list, {}, base)).headers.get('cf-aig-step')
    for (let count = 0; count < 7; count++) assert.equal(await send(), '1')
    assert.equal(calls(flaky), 5)

    await delay(breakerOpenMs + 50)
    const steps: (string | null)[] = []
    const allButOne = Promise.withResolvers<void>()
    const many = Array.from({ length: 10 }, async () => {
      if (steps.push(await send()) === 9) allButOne.resolve()
    })
    await allButOne.promise
    assert.deepEqual([calls(flaky), steps.every((index) => index === '1')], [6, true])
    gate.resolve()
    await Promise.all(many)
    assert.deepEqual([steps.at(-1), await send()], ['0', '0'])
    const rows = await journey.tollgate.logs('breaking')
    assert.ok(rows.some((row) => /was passed over for flaky/.test(String(row['error']))))
  })

  it('is called all the same where it is the last that is possible, and by other gateways and models', async () => {
    const base = await journey.tollgate.gateway('broken')
    const failing = plan([bad])
    const first = step(failing, { query: { model: 'broken' } })
    const list = [first, step(plan([good]))]
    for (let count = 0; count < 6; count++) await post(list, {}, base)
    assert.equal(calls(failing), 5)
    assert.equal((await post([first], {}, base)).status, 500)
    assert.equal((await post([step(plan([bad])), first], {}, base)).status, 500)
    assert.equal(calls(failing), 7)
    await post([step(failing, { query: { model: 'another' } }), step(plan([good]))], {}, base)
    await post(list)
    assert.equal(calls(failing), 9)
  })
})
