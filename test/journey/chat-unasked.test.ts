import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { answer, stream, streamHead } from '../fault/answers.ts'
import { close, type Step } from '../fault/fault-server.ts'
import { type Got, type Journey, openJourney, type SendOptions } from './open.ts'

const messages = [{ role: 'user', content: 'Hi' }]
const json = { 'content-type': 'application/json' }
const claude = { model: 'anthropic/claude-sonnet-4-5', messages }
const gpt = { model: 'openai/gpt-4o-mini', messages }
const eventStream = 'text/event-stream; charset=utf-8'

const saidByClaude = {
  id: 'msg_1',
  model: 'claude-sonnet-4-5-20250929',
  content: [{ type: 'text', text: 'Rain.' }],
  stop_reason: 'end_turn',
  // 1000 tokens written for an hour are priced apart, and OpenAI's usage has no word for that.
  usage: {
    input_tokens: 10,
    output_tokens: 20,
    cache_creation_input_tokens: 1000,
    cache_creation: { ephemeral_1h_input_tokens: 1000 },
  },
}
const saidByGpt = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-mini',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Rain.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1000, completion_tokens: 1000, total_tokens: 2000 },
}
const eventsOfGpt = [
  'data: {"id":"c","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"role":"assistant","content":"Ra"}}]}\n\n',
  'data: {"id":"c","choices":[{"index":0,"delta":{"content":"in."},"finish_reason":"stop"}]}\n\n',
  'data: {"id":"c","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":1000}}\n\n',
  'data: [DONE]\n\n',
]

describe('a chat whose provider answers with a stream where none was asked for, or without where one was', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney()
    const told: readonly (readonly [string, unknown])[] = [
      ['claude', saidByClaude],
      ['gpt', saidByGpt],
      ['error', { error: { message: 'Too busy', type: 'server_error', code: 'busy' } }],
      ['claude-error', { type: 'error', error: { type: 'overloaded_error', message: 'Too busy' } }],
      ['nothing', {}],
    ]
    for (const [name, body] of told) journey.fault.plan(name, [answer({ headers: json, body: JSON.stringify(body) })])
    journey.fault.plan('events', stream(eventsOfGpt))
  })
  after(() => journey.close())

  const chat = (fault: string, body: object, options: SendOptions = {}): Promise<Got> =>
    journey.send('compat/chat/completions', { fault, body: JSON.stringify(body), ...options })
  const contentOf = ({ body }: Got): string =>
    Array.from(body.toString().matchAll(/"content":"([^"]*)"/g), ([, content]) => content).join('')

  it('costs what its provider says of itself, and tells no usage that nobody asked for', async () => {
    for (const [fault, body, cost, tokens] of [
      // 10 at 3 USD, 1000 at 6 USD, 20 at 15 USD a million: https://claude.com/pricing, 2026-11-26.
      ['claude', claude, 0.00633, [1010, 20]],
      // 1000 at 0.15 USD, 1000 at 0.6 USD a million: https://openai.com/api/pricing, 2026-11-26.
      ['gpt', gpt, 0.00075, [1000, 1000]],
    ] as const) {
      const got = await chat(fault, { ...body, stream: true })
      assert.equal(got.headers['content-type'], eventStream)
      assert.doesNotMatch(got.body.toString(), /usage/)
      assert.match(got.body.toString(), /\ndata: \[DONE\]\n\n$/)
      const row = await journey.row(got.logId)
      assert.deepEqual([row['cost'], row['tokens_in'], row['tokens_out'], row['success']], [cost, ...tokens, true])
      assert.equal(row['response_content_type'], eventStream)
    }
  })

  it('is stored as the client got it, and given again so', async () => {
    for (const [fault, body, type] of [
      ['claude', { ...claude, stream: true }, eventStream],
      ['gpt', { ...gpt, stream: true }, eventStream],
      ['events', gpt, 'application/json'],
    ] as const) {
      const headers = { 'cf-aig-cache-key': `stored-${fault}` }
      const first = await chat(fault, body, { headers })
      const second = await chat(fault, body, { headers })
      assert.deepEqual([first.headers['cf-aig-cache-status'], second.headers['cf-aig-cache-status']], ['MISS', 'HIT'])
      assert.deepEqual([second.body, second.headers['content-type']], [first.body, type])
      const [row, stored] = await Promise.all([journey.row(first.logId), journey.row(second.logId)])
      assert.deepEqual([stored['success'], stored['cost'], stored['cached']], [true, 0, true])
      assert.equal(stored['saved_cost'], row['cost'])
      assert.ok(Number(row['cost']) > 0)
      assert.equal(String(stored['response_head']), String(row['response_head']))
    }
  })

  it('is so too as a step of a list', async () => {
    const ask = (fault: string, query: object) => {
      const step = { provider: 'compat', endpoint: 'chat/completions', headers: { 'x-fault': fault }, query }
      return journey.send('', { body: JSON.stringify([step]) })
    }
    const split = await ask('claude', { ...claude, stream: true })
    assert.deepEqual([split.headers['content-type'], contentOf(split)], [eventStream, 'Rain.'])
    const joined = await ask('events', gpt)
    assert.deepEqual([joined.headers['content-type'], contentOf(joined)], ['application/json', 'Rain.'])
  })

  it('that failed is no stream', async () => {
    journey.fault.plan('refused', [
      answer({ status: 429, headers: json, body: '{"error":{"type":"rate_limit_error","message":"Slow down"}}' }),
    ])
    for (const body of [claude, gpt]) {
      const got = await chat('refused', { ...body, stream: true })
      assert.deepEqual([got.status, got.headers['content-type']], [429, 'application/json'])
      assert.match(got.body.toString(), /"message":"Slow down"/)
    }
  })

  it('that tells of an error with 200, or says nothing, is an error event, and its row no success', async () => {
    for (const [fault, body, message] of [
      ['error', gpt, 'Too busy'],
      ['claude-error', claude, 'Too busy'],
      ['nothing', gpt, 'The provider answered without any choice.'],
    ] as const) {
      const got = await chat(fault, { ...body, stream: true })
      assert.match(got.body.toString(), new RegExp(`^data: \\{"error":\\{.*"message":"${message}".*\\}\\}\n\n$`))
      const row = await journey.row(got.logId)
      assert.deepEqual([row['success'], row['error']], [false, message])
    }
    const whole = await chat('claude-error', claude)
    assert.match(whole.body.toString(), /^\{"error":\{"message":"Too busy"/)
    assert.equal((await journey.row(whole.logId))['success'], false)
  })

  it('that is called JSON and is none is read as the stream that was asked for', async () => {
    journey.fault.plan('misnamed', [answer({ headers: json, body: eventsOfGpt.join('') })])
    const got = await chat('misnamed', { ...gpt, stream: true })
    assert.equal(contentOf(got), 'Rain.')
    assert.equal((await journey.row(got.logId))['cost'], 0.00075)
    journey.fault.plan('broken', [answer({ headers: json, body: '{"choices":[{' })])
    const broken = await chat('broken', { ...gpt, stream: true })
    assert.match(broken.body.toString(), /\ndata: \{"error":\{"message":"[^"]*before it was complete/)
    assert.equal((await journey.row(broken.logId))['success'], false)
  })

  it('that was to be whole and breaks off is 502 in OpenAI’s shape, never half an answer', async () => {
    const half = `data: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":3,"output_tokens":1}}}\n\n`
    const busy = 'data: {"type":"error","error":{"type":"overloaded_error","message":"Too busy"}}\n\n'
    const plans: readonly (readonly [object, Step[], RegExp])[] = [
      [claude, stream([half]), /ended its answer before it was complete/],
      [claude, stream([half, busy]), /Too busy/],
      [gpt, stream(eventsOfGpt.slice(0, 1)), /ended its answer before it was complete/],
      [gpt, stream([]), /ended its answer before it was complete/],
      [gpt, [streamHead, close], /Failed to get response from provider/],
    ]
    for (const [body, steps, message] of plans) {
      journey.fault.plan('half', steps)
      const got = await chat('half', body)
      const { error } = JSON.parse(got.body.toString()) as { error: { code: string; message: string } }
      assert.deepEqual([got.status, got.headers['content-type'], error.code], [502, 'application/json', '2005'])
      assert.match(error.message, message)
      const row = await journey.row(got.logId)
      assert.deepEqual([row['success'], row['outcome']], [false, 'upstream_broken'])
    }
  })

  it('that was to be whole and breaks off is asked for again where retries are wanted', async () => {
    const asked = journey.fault.requests.length
    journey.fault.plan('again', stream(eventsOfGpt.slice(0, 1)), stream(eventsOfGpt))
    const headers = { 'cf-aig-max-attempts': '2', 'cf-aig-retry-delay': '1' }
    const got = await chat('again', gpt, { headers })
    assert.deepEqual([got.status, contentOf(got)], [200, 'Rain.'])
    assert.equal(journey.fault.requests.length, asked + 2)
  })

  it('is refused where `stream` is neither true nor false', async () => {
    for (const value of ['true', 1, {}]) {
      const got = await chat('gpt', { ...gpt, stream: value })
      const { error } = JSON.parse(got.body.toString()) as { error: { code: string; param: string } }
      assert.deepEqual([got.status, error.code, error.param], [400, '2019', 'stream'])
    }
    assert.equal((await chat('gpt', { ...gpt, stream: null })).status, 200)
  })
})
