import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { RouteElement } from '../../src/contract/route-elements.ts'
import { answer } from '../fault/answers.ts'
import { reset, stall } from '../fault/fault-server.ts'
import { conditional, end, model, rate, start } from '../route-elements.ts'
import { type Got, type Journey, openJourney, type Row, type SendOptions } from './open.ts'

const json = { 'content-type': 'application/json' }
const messages = [{ role: 'user', content: 'Hi' }]
const good = answer({
  headers: json,
  body: '{"model":"gpt-4o-mini","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}',
})
const bad = answer({ status: 500, headers: json, body: '{"error":{"message":"overloaded"}}' })
const claude = answer({
  headers: json,
  body: JSON.stringify({
    id: 'm',
    model: 'claude-sonnet-4-5',
    content: [{ type: 'text', text: 'From Claude' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 3, output_tokens: 4 },
  }),
})

describe('a dynamic route', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney((url) => ({
      TOLLGATE_PROVIDER_GROQ_BASE_URL: `${url}/groq`,
      TOLLGATE_PROVIDER_ANTHROPIC_API_KEY: 'sk-of-the-operator',
      TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1',
    }))
  })
  after(() => journey.close())

  /** Creates a route of the gateway `g`. */
  async function route(
    name: string,
    elements: readonly RouteElement[],
    gateway = 'g',
  ): Promise<{ id: string; version: string }> {
    const { status, body } = await journey.tollgate.manage('POST', `/gateways/${gateway}/routes`, { name, elements })
    assert.equal(status, 200, JSON.stringify(body))
    const { id, version } = body.result as { id: string; version: { version_id: string } }
    return { id, version: version.version_id }
  }
  const chat = (name: string, options: SendOptions = {}, more: object = {}): Promise<Got> =>
    journey.send('compat/chat/completions', {
      headers: json,
      body: JSON.stringify({ model: `dynamic/${name}`, messages, ...more }),
      ...options,
    })
  const told = (got: Got) =>
    JSON.parse(got.body.toString()) as {
      error: { message: string; code: string; param: string | null }
      internalCode: number
    }
  /** The last requests that the provider got: path, and the model of the body. */
  const asked = (count: number): [path: string, model: unknown][] =>
    journey.fault.requests
      .slice(-count)
      .map(({ path, body }) => [path, (JSON.parse(body.toString()) as { model?: unknown }).model])
  const path = (row: Row): unknown => (row['route'] as { path: object[] } | null)?.path

  it('sends a chat to the model that it finds, and its row tells the way', async () => {
    const { id, version } = await route('plans', [
      start('paid'),
      conditional(
        'paid',
        { 'metadata.plan': 'paid', 'headers.x-region': { $ne: 'us' }, 'body.max_tokens': { $gt: 5 } },
        'large',
        'small',
      ),
      model('large', 'openai/gpt-4o'),
      model('small', 'groq/llama'),
      end,
    ])
    journey.fault.plan('good', [good])
    const paid = { ...json, 'cf-aig-metadata': '{"plan":"paid"}', 'x-region': 'eu' }
    const got = await chat('plans', { fault: 'good', headers: paid }, { max_tokens: 10 })
    assert.equal(got.status, 200)
    assert.deepEqual(
      [got.headers['cf-aig-provider'], got.headers['cf-aig-model'], got.headers['cf-aig-step']],
      ['openai', 'gpt-4o', '0'],
    )
    assert.deepEqual(asked(1), [['/v1/chat/completions', 'gpt-4o']])
    const row = await journey.row(got.logId)
    assert.deepEqual([row['provider'], row['model'], row['success']], ['openai', 'gpt-4o', true])
    assert.deepEqual(row['route'], {
      id,
      name: 'plans',
      version_id: version,
      path: [
        { element_id: 'paid', type: 'conditional', output: 'true' },
        { element_id: 'large', type: 'model', output: null },
      ],
    })
    const kept = JSON.parse(String(await journey.kept(got.logId, 'request'))) as { model: string }
    assert.equal(kept.model, 'dynamic/plans')

    const other = await chat('plans', { fault: 'good', headers: { ...paid, 'x-region': 'us' } }, { max_tokens: 10 })
    assert.equal(other.headers['cf-aig-provider'], 'groq')
    assert.deepEqual(asked(1), [['/groq/chat/completions', 'llama']])
    assert.equal(
      (await journey.row((await journey.send('openai/chat/completions', { fault: 'good', body: '{}' })).logId))[
        'route'
      ],
      null,
    )
  })

  it('falls back over formats, each model with retries and timeout of its own and a row', async () => {
    await route('chain', [
      start('a'),
      model('a', 'openai/a', 'b', { retries: 1 }),
      model('b', 'groq/b', 'c', { timeout: 100 }),
      model('c', 'openai/c', 'd'),
      model('d', 'anthropic/claude-sonnet-4-5'),
      end,
    ])
    // Each call of the request gets the next script.
    journey.fault.plan('chain', [bad], [bad], [stall], [reset], [claude])
    const before = journey.fault.requests.length
    const got = await chat('chain', { fault: 'chain' })
    assert.equal(got.status, 200)
    assert.equal(got.headers['cf-aig-step'], '3')
    assert.equal(got.headers['cf-aig-provider'], 'anthropic')
    assert.equal(
      (JSON.parse(got.body.toString()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content,
      'From Claude',
    )
    assert.deepEqual(asked(journey.fault.requests.length - before), [
      ['/v1/chat/completions', 'a'],
      ['/v1/chat/completions', 'a'],
      ['/groq/chat/completions', 'b'],
      ['/v1/chat/completions', 'c'],
      ['/v1/messages', 'claude-sonnet-4-5'],
    ])
    const rows = (await journey.tollgate.logs('g')).filter((row) => row['event_id'] === got.headers['cf-aig-event-id'])
    assert.deepEqual(
      rows.toReversed().map((row) => [row['step'], row['model'], row['status_code'], row['success']]),
      [
        [0, 'a', 500, false],
        [1, 'b', 504, false],
        [2, 'c', 502, false],
        [3, 'claude-sonnet-4-5', 200, true],
      ],
    )
    const last = await journey.row(got.logId)
    assert.deepEqual(path(last), [
      ...['a', 'b', 'c'].map((id) => ({ element_id: id, type: 'model', output: 'fallback' })),
      { element_id: 'd', type: 'model', output: null },
    ])
    assert.equal(((await journey.row(String(rows.at(-1)?.['id'])))['attempts'] as unknown[]).length, 2)
  })

  it('gives the last failure as it is', async () => {
    await route('failing', [start('a'), model('a', 'openai/a', 'b'), model('b', 'groq/b'), end])
    journey.fault.plan(
      'failing',
      [bad],
      [answer({ status: 429, headers: json, body: '{"error":{"message":"slow down"}}' })],
    )
    const got = await chat('failing', { fault: 'failing' })
    assert.deepEqual([got.status, told(got).error.message], [429, 'slow down'])
  })

  it('counts by a key, refuses or leads elsewhere, and counts nothing that it does not pass', async () => {
    await route('limited', [
      start('team'),
      rate('team', 'metadata.team', 2, 'user', 'small'),
      rate('user', 'metadata.user_id', 1, 'large'),
      model('large', 'openai/large'),
      model('small', 'openai/small'),
      end,
    ])
    journey.fault.plan('good', [good])
    const ask = (team: string, user: string) =>
      chat('limited', {
        fault: 'good',
        headers: { ...json, 'cf-aig-metadata': JSON.stringify({ team, user_id: user }) },
      })
    assert.equal((await ask('a', 'u1')).headers['cf-aig-model'], 'large')
    const refused = await ask('a', 'u1')
    assert.deepEqual([refused.status, told(refused).error.code], [429, '2003'])
    assert.ok(Number(refused.headers['retry-after']) > 0)
    const row = await journey.row(refused.logId)
    assert.deepEqual([row['provider'], row['model'], row['status_code']], ['unknown', 'dynamic/limited', 429])
    assert.deepEqual(path(row), [
      { element_id: 'team', type: 'rate', output: 'success' },
      { element_id: 'user', type: 'rate', output: 'fallback' },
    ])
    assert.equal((await ask('a', 'u2')).headers['cf-aig-model'], 'small', 'the team has had its two')
    assert.equal((await ask('b', 'u2')).headers['cf-aig-model'], 'large', 'and nothing was counted for u2 then')
  })

  it('refuses after a failure where the limit on the way is full', async () => {
    await route('spare', [start('a'), model('a', 'openai/a', 'r'), rate('r', 'all', 1, 'b'), model('b', 'groq/b'), end])
    journey.fault.plan('spare', [bad], [good], [bad])
    assert.equal((await chat('spare', { fault: 'spare' })).headers['cf-aig-provider'], 'groq')
    const refused = await chat('spare', { fault: 'spare' })
    assert.deepEqual([refused.status, refused.headers['cf-aig-step']], [429, '1'])
    assert.equal((await journey.row(refused.logId))['status_code'], 429)
  })

  it('passes over a model that cannot be asked, and says so where no other is left', async () => {
    const elements = [
      start('a'),
      model('a', 'custom-gone/a', 'b'),
      model('b', 'anthropic/claude-sonnet-4-5', 'c'),
      model('c', 'openai/c'),
      end,
    ]
    await route('odd', elements)
    journey.fault.plan('good', [good])
    // Anthropic has no word for two choices.
    const got = await chat('odd', { fault: 'good' }, { n: 2 })
    assert.deepEqual([got.status, got.headers['cf-aig-provider'], got.headers['cf-aig-step']], [200, 'openai', '0'])
    const passed = path(await journey.row(got.logId)) as { element_id: string; error?: string }[]
    assert.match(passed[0]?.error ?? '', /no custom provider/)
    assert.match(passed[1]?.error ?? '', /bad format: n/)
    await route('none', [start('a'), model('a', 'custom-gone/a'), end])
    const none = await chat('none', {})
    assert.deepEqual([none.status, told(none).error.code], [400, '2008'])
    assert.match(told(none).error.message, /"none" could not ask the model of its element "a": .*no custom provider/)
  })

  it('asks custom providers', async () => {
    const { status } = await journey.tollgate.manage('POST', '/custom-providers', {
      name: 'Mine',
      slug: 'mine',
      base_url: `${journey.fault.url}/mine`,
      enable: true,
    })
    assert.equal(status, 200)
    await route('own', [start('a'), model('a', 'custom-mine/a'), end])
    journey.fault.plan('good', [good])
    assert.equal((await chat('own', { fault: 'good' })).status, 200)
    assert.deepEqual(asked(1), [['/mine/v1/chat/completions', 'a']])
  })

  it('shows the key of a client to one provider only, and takes its own for the others', async () => {
    await route('mixed', [start('a'), model('a', 'openai/a', 'b'), model('b', 'anthropic/claude-sonnet-4-5'), end])
    await route('single', [start('a'), model('a', 'anthropic/claude-sonnet-4-5'), end])
    journey.fault.plan('mixed', [bad], [claude])
    const headers = { ...json, authorization: 'Bearer sk-of-the-client', 'x-api-key': 'sk-of-the-client-too' }
    assert.equal((await chat('mixed', { fault: 'mixed', headers })).status, 200)
    for (const request of journey.fault.requests.slice(-2))
      assert.doesNotMatch(JSON.stringify(request.headers), /sk-of-the/)
    const authorized = { ...headers, 'cf-aig-authorization': `Bearer ${journey.tollgate.adminToken}` }
    journey.fault.plan('claude', [claude])
    await route('stored', [start('b'), model('b', 'anthropic/claude-sonnet-4-5', 'a'), model('a', 'groq/a'), end])
    assert.equal((await chat('stored', { fault: 'claude', headers: authorized })).status, 200)
    assert.equal(journey.fault.requests.at(-1)?.headers['x-api-key'], 'sk-of-the-operator')
    journey.fault.plan('claude', [claude])
    assert.equal(
      (await chat('single', { fault: 'claude', headers: { ...json, authorization: 'Bearer sk-own' } })).status,
      200,
    )
    assert.equal(journey.fault.requests.at(-1)?.headers['x-api-key'], 'sk-own')
  })

  it('uses the stored key that an element names', async () => {
    const stored = await journey.tollgate.manage('POST', '/gateways/g/provider_configs', {
      provider_slug: 'openai',
      alias: 'second',
      secret: 'sk-second',
      default_config: false,
    })
    assert.equal(stored.status, 200, JSON.stringify(stored.body))
    await route('keyed', [start('a'), model('a', 'openai/a', 'end', { keyAlias: 'second' }), end])
    journey.fault.plan('good', [good])
    const headers = { ...json, authorization: `Bearer ${journey.tollgate.adminToken}` }
    assert.equal((await chat('keyed', { fault: 'good', headers })).status, 200)
    assert.equal(journey.fault.requests.at(-1)?.headers.authorization, 'Bearer sk-second')
    const stranger = await chat('keyed', { fault: 'good' })
    assert.deepEqual([stranger.status, told(stranger).error.code], [401, '2009'])
  })

  it('that is not there, or leads to no model, is 400 in OpenAI’s shape', async () => {
    const unknown = await chat('nowhere', {})
    assert.deepEqual([unknown.status, told(unknown).error.code, told(unknown).internalCode], [400, '2008', 2008])
    assert.match(told(unknown).error.message, /no dynamic route "nowhere"/)
    assert.equal((await journey.row(unknown.logId))['model'], 'dynamic/nowhere')
    await route('closed', [
      start('c'),
      conditional('c', { 'metadata.plan': 'paid' }, 'm', 'end'),
      model('m', 'openai/a'),
      end,
    ])
    const ended = await chat('closed', {})
    assert.deepEqual([ended.status, told(ended).error.param], [400, 'model'])
    assert.match(told(ended).error.message, /ended without a model/)
    const row = await journey.row(ended.logId)
    assert.deepEqual([row['provider'], row['model'], row['status_code']], ['unknown', 'dynamic/closed', 400])
    assert.deepEqual(path(row), [{ element_id: 'c', type: 'conditional', output: 'false' }])
  })

  it('may stand in a list of steps, whose next step takes over behind its models', async () => {
    await route('inner', [start('a'), model('a', 'openai/a', 'b'), model('b', 'groq/b'), end])
    await route('shut', [start('c'), conditional('c', { 'body.never': true }, 'm', 'end'), model('m', 'openai/a'), end])
    const step = (name: string, fault: string) => ({
      provider: 'compat',
      endpoint: 'chat/completions',
      headers: { 'x-fault': fault },
      query: { model: name, messages },
    })
    journey.fault.plan('inner', [bad], [bad])
    journey.fault.plan('last', [claude])
    const steps = [
      step('dynamic/shut', 'last'),
      step('dynamic/inner', 'inner'),
      step('anthropic/claude-sonnet-4-5', 'last'),
    ]
    const got = await journey.send('', { headers: json, body: JSON.stringify(steps) })
    assert.deepEqual([got.status, got.headers['cf-aig-step'], got.headers['cf-aig-provider']], [200, '2', 'anthropic'])
    const rows = (await journey.tollgate.logs('g')).filter((row) => row['event_id'] === got.headers['cf-aig-event-id'])
    assert.deepEqual(
      rows.toReversed().map((row) => [row['step'], row['provider'], row['status_code']]),
      [
        [1, 'openai', 500],
        [1, 'groq', 500],
        [2, 'anthropic', 200],
      ],
    )
    const wrong = await journey.send('', {
      headers: json,
      body: JSON.stringify([step('openai/a', 'last'), step('dynamic/gone', 'last')]),
    })
    assert.equal(wrong.status, 400)
    assert.match(wrong.body.toString(), /Step 1: .*no dynamic route/)
  })

  it('is walked again for each request although answers are cached', async () => {
    await route('cached', [start('a'), model('a', 'openai/a'), end])
    journey.fault.plan('cached', [good], [bad])
    const headers = { ...json, 'cf-aig-cache-ttl': '60', 'cf-aig-cache-key': 'route' }
    const first = await chat('cached', { fault: 'cached', headers })
    const second = await chat('cached', { fault: 'cached', headers })
    assert.deepEqual(
      [first, second].map((got) => got.headers['cf-aig-cache-status']),
      ['MISS', 'HIT'],
    )
    assert.notEqual(path(await journey.row(second.logId)), undefined)
  })
})
