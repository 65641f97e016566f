import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { answer, chunk, head, lastChunk, stream, streamHead } from '../fault/answers.ts'
import { close, reset, stall, type Step } from '../fault/fault-server.ts'
import { type Got, type Journey, openJourney, type Row } from './open.ts'
import { connectRaw, requestBytes } from './raw-client.ts'

const chat = 'openai/chat/completions'
const body = '{"model":"gpt-4o-mini","messages":[]}'
const streamed = '{"model":"gpt-4o-mini","stream":true,"stream_options":{"include_usage":true}}'
const json = { 'content-type': 'application/json' }
const quick = { 'cf-aig-max-attempts': '3', 'cf-aig-retry-delay': '1' }
const good = answer({
  headers: json,
  body: '{"model":"gpt-4o-mini","usage":{"prompt_tokens":1,"completion_tokens":2}}',
})
const bad = answer({ status: 500, headers: json, body: '{"error":{"message":"overloaded"}}' })
const done = 'data: [DONE]\n\n'
const delta = (content: string): string =>
  `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta: { content } }] })}\n\n`
const opening = `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] })}\n\n`
const goodStream = stream([opening, delta('Hello'), done])

let journey: Journey
before(async () => {
  journey = await openJourney({}, { answerIdleMs: 2000, headersMs: 5000, heldStartMs: 400 })
})
after(() => journey.close())

let names = 0
/** Sends one request whose calls get these answers in turn; how many calls there were, and the row. */
async function ask(
  scripts: (readonly Step[])[],
  { headers = quick, body: sent = body }: { headers?: Record<string, string>; body?: string } = {},
): Promise<{ got: Got; calls: number; row: Row }> {
  const fault = `retry-${names++}`
  journey.fault.plan(fault, ...scripts)
  const got = await journey.send(chat, { fault, body: sent, headers })
  const calls = journey.fault.requests.filter((request) => request.headers['x-fault'] === fault).length
  return { got, calls, row: await journey.row(got.logId) }
}

const attemptsOf = (row: Row): { status_code: number | null; error: string | null; duration_ms: number }[] =>
  (row['attempts'] ?? []) as never

describe('a request that may be tried again', () => {
  it('gets the answer that is good, and has one row with all attempts in it', async () => {
    const { got, calls, row } = await ask([[bad], [reset], [good]])
    assert.deepEqual([got.status, calls, got.headers['cf-aig-step']], [200, 3, '0'])
    assert.deepEqual([row['success'], row['status_code'], row['tokens_in']], [true, 200, 1])
    assert.deepEqual(
      attemptsOf(row).map(({ status_code: status }) => status),
      [500, null, 200],
    )
    assert.match(String(attemptsOf(row)[1]?.error), /Failed to get response/)
    assert.ok(row['event_id'] === got.logId)
  })

  it('is tried once where nothing asks for more, and its row names no attempts', async () => {
    const { got, calls, row } = await ask([[bad], [good]], { headers: {} })
    assert.deepEqual([got.status, calls, row['attempts']], [500, 1, null])
  })

  it('is tried as often as its gateway says, and a header says otherwise', async () => {
    const base = await journey.tollgate.gateway('retrying', {
      retry_max_attempts: 3,
      retry_delay: 1,
      retry_backoff: 'linear',
    })
    journey.fault.plan('by-gateway', [bad], [bad], [good])
    const send = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${base}/${chat}`, { method: 'POST', body, headers: { 'x-fault': 'by-gateway', ...headers } })
    assert.equal((await send({})).status, 200)
    journey.fault.plan('by-gateway', [bad], [bad], [good])
    assert.equal((await send({ 'cf-aig-max-attempts': '2' })).status, 500)
  })

  it('gets the last answer as it is where none is good', async () => {
    const { got, calls, row } = await ask([[bad]])
    assert.deepEqual([got.status, calls, got.body.toString()], [500, 3, '{"error":{"message":"overloaded"}}'])
    assert.deepEqual([row['success'], row['error'], attemptsOf(row).length], [false, 'overloaded', 3])
  })

  it('is not tried again for what it would get again', async () => {
    for (const status of [400, 401, 404, 422, 302]) {
      const { got, calls } = await ask([[answer({ status, body: 'no' })], [good]])
      assert.deepEqual([got.status, calls], [status, 1])
    }
  })

  it('waits as long as the provider asks for, in seconds, milliseconds or as a date', async () => {
    const inTwo = new Date(Date.now() + 2000).toUTCString()
    for (const headers of [{ 'retry-after': '0.2' }, { 'retry-after-ms': '200' }, { 'retry-after': inTwo }]) {
      const { calls, row } = await ask([[answer({ status: 429, headers })], [good]])
      assert.ok(
        calls === 2 && Number(row['duration_ms']) >= 195,
        `${JSON.stringify(headers)}: ${String(row['duration_ms'])}`,
      )
    }
  })

  it('gets an answer at once that asks for more patience than there is', async () => {
    const { got, calls } = await ask([[answer({ status: 429, headers: { 'retry-after': '3600' } })], [good]])
    assert.deepEqual([got.status, calls, got.headers['retry-after']], [429, 1, '3600'])
  })

  it('with a body too large to be kept is tried once', async () => {
    const large = `{"model":"x","pad":"${'x'.repeat(9 << 20)}"}`
    const { got, calls } = await ask([[bad], [good]], { body: large })
    assert.deepEqual([got.status, calls], [500, 1])
  })

  it('whose client leaves while it waits ends at once, and has its row', async () => {
    journey.fault.plan('leaver', [answer({ status: 503 })])
    const index = journey.fault.requests.length
    const client = await connectRaw(journey.base)
    const headers = {
      'x-fault': 'leaver',
      'cf-aig-event-id': 'left-waiting',
      'cf-aig-max-attempts': '5',
      'cf-aig-retry-delay': '60000',
    }
    client.write(requestBytes(journey.base, chat, { headers, body }))
    await (
      await journey.fault.request(index)
    ).ended
    client.leave()
    let row: Record<string, unknown> | undefined
    while (!row) row = (await journey.tollgate.logs('g')).find((entry) => entry['event_id'] === 'left-waiting')
    assert.deepEqual([row['outcome'], row['status_code']], ['client_left', 499])
    assert.equal(journey.fault.requests.length, index + 1)
  })

  it('is told what is wrong with its headers', async () => {
    for (const [name, value] of [
      ['cf-aig-max-attempts', '6'],
      ['cf-aig-retry-delay', '-1'],
      ['cf-aig-backoff', 'fast'],
      ['cf-aig-request-timeout', '0'],
    ] as const) {
      const got = await journey.send(chat, { body, headers: { [name]: value } })
      assert.equal(got.status, 400)
      assert.match(got.body.toString(), new RegExp(`The header ${name} is`))
    }
  })
})

describe('cf-aig-request-timeout', () => {
  it('ends a call without a head with 504 and 2005', async () => {
    const { got, row } = await ask([[stall]], { headers: { 'cf-aig-request-timeout': '100' } })
    assert.equal(got.status, 504)
    assert.match(got.body.toString(), /within 100 ms.*"internalCode":2005/)
    assert.deepEqual([row['outcome'], row['success']], ['upstream_timeout', false])
  })

  it('holds for every attempt, the last one too', async () => {
    const timely = { ...quick, 'cf-aig-request-timeout': '100' }
    const second = await ask([[stall], [good]], { headers: timely })
    assert.deepEqual([second.got.status, second.calls], [200, 2])
    const never = await ask([[stall]], { headers: timely })
    assert.deepEqual([never.got.status, never.calls, attemptsOf(never.row).length], [504, 3, 3])
  })

  it('does not cut an answer that has begun', async () => {
    const slow: Step[] = [head(200, { ...json, 'content-length': '2' }), '{', { pauseMs: 300 }, '}']
    const { got } = await ask([slow], { headers: { 'cf-aig-request-timeout': '150' } })
    assert.deepEqual([got.status, got.body.toString()], [200, '{}'])
  })
})

describe('an answer that begins well is held until it is one, and', () => {
  const failures: Record<string, readonly Step[]> = {
    'an error event as its first': stream(['data: {"error":{"message":"no capacity"}}\n\n']),
    'an error event behind its opening': stream([opening, 'data: {"error":{"message":"no capacity"}}\n\n']),
    'nothing in it': [streamHead, lastChunk],
    'nothing but its end': stream([done]),
    'a break before its content': [streamHead, chunk(opening), { pauseMs: 20 }, reset],
    'an orderly end before its content': [streamHead, chunk(opening), lastChunk],
  }
  for (const [name, steps] of Object.entries(failures)) {
    it(`a stream with ${name} is tried again`, async () => {
      const { got, calls, row } = await ask([steps, goodStream], { body: streamed })
      assert.deepEqual([got.status, calls, got.body.toString()], [200, 2, `${opening}${delta('Hello')}${done}`])
      assert.equal(row['success'], true)
      assert.ok(attemptsOf(row)[0]?.error)
    })

    it(`a stream with ${name} goes on as it is where it is the last`, async () => {
      const { got, calls, row } = await ask([steps], { body: streamed })
      // What ends as its format has it is complete.
      const isComplete = name.includes('its end')
      assert.deepEqual([got.status, calls, row['success'], attemptsOf(row).length], [200, 3, isComplete, 3])
      assert.match(got.body.toString(), /"error"|DONE/)
    })
  }

  it('an error in a plain answer, a broken one and half a JSON are tried again', async () => {
    const withError = answer({ headers: json, body: '{"error":{"message":"no capacity"}}' })
    const broken: Step[] = [head(200, { ...json, 'content-length': '99' }), '{"half":', close]
    for (const steps of [[withError], broken, [answer({ headers: json, body: '{"model":"gpt' })]]) {
      const { got, calls } = await ask([steps, [good]])
      assert.deepEqual([got.status, calls], [200, 2])
    }
  })

  it('is let go after a while, whatever came', async () => {
    const gate = Promise.withResolvers<void>()
    journey.fault.plan('silent', [streamHead, { until: gate.promise }, chunk(delta('late')), chunk(done), lastChunk])
    const client = await connectRaw(journey.base)
    const headers = { 'x-fault': 'silent', connection: 'close', ...quick }
    client.write(requestBytes(journey.base, chat, { headers, body: streamed }))
    await client.saw('\r\n\r\n')
    gate.resolve()
    assert.match((await client.closed).toString(), /^HTTP\/1\.1 200 [^]*late/)
  })

  it('is not held where nothing else can be tried', async () => {
    const gate = Promise.withResolvers<void>()
    journey.fault.plan('unheld', [streamHead, { until: gate.promise }, chunk(done), lastChunk])
    const client = await connectRaw(journey.base)
    const began = performance.now()
    client.write(requestBytes(journey.base, chat, { headers: { 'x-fault': 'unheld' }, body: streamed }))
    await client.saw('\r\n\r\n')
    assert.ok(performance.now() - began < 400)
    gate.resolve()
    await client.saw('DONE')
    client.leave()
  })
})
