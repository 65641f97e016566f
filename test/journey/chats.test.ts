import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { answer, chunk, lastChunk, streamHead } from '../fault/answers.ts'
import { close } from '../fault/fault-server.ts'
import { type Got, type Journey, openJourney, type SendOptions } from './open.ts'

const messages = [{ role: 'user', content: 'Hi' }]
const claude = { model: 'anthropic/claude-sonnet-4-5', messages }
const said = {
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
const json = { 'content-type': 'application/json' }

describe('a chat for a provider with another format', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney((url) => ({
      TOLLGATE_PROVIDER_MISTRAL_BASE_URL: url,
      TOLLGATE_PROVIDER_WORKERS_AI_BASE_URL: url,
      TOLLGATE_PROVIDER_GOOGLE_AI_STUDIO_BASE_URL: url,
      TOLLGATE_PROVIDER_GOOGLE_VERTEX_AI_BASE_URL: url,
      TOLLGATE_PROVIDER_AZURE_OPENAI_BASE_URL: url,
      TOLLGATE_PROVIDER_ANTHROPIC_API_KEY: 'sk-of-the-operator',
    }))
    journey.fault.plan('said', [answer({ headers: json, body: JSON.stringify(said) })])
  })
  after(() => journey.close())

  const chat = (body: unknown, options: SendOptions = {}): Promise<Got> =>
    journey.send('compat/chat/completions', { fault: 'said', body: JSON.stringify(body), ...options })
  const asked = () => journey.fault.requests.at(-1)

  it('costs what the provider says of itself, not what OpenAI’s words can tell', async () => {
    const got = await chat(claude)
    const row = await journey.row(got.logId)
    // 10 at 3 USD, 1000 at 6 USD, 20 at 15 USD a million: https://claude.com/pricing, 2026-11-26.
    assert.equal(row['cost'], 0.00633)
    assert.equal(got.headers['tollgate-cost'], '0.00633')
    assert.deepEqual([row['tokens_in'], row['tokens_out']], [1010, 20])
  })

  it('its row says that it came through this door, also as a step of a list, and no other row does', async () => {
    const plain = await chat(claude)
    const steps = [{ provider: 'compat', endpoint: 'chat/completions', query: claude }]
    const step = await journey.send('', { fault: 'said', body: JSON.stringify(steps) })
    const refused = await chat({ ...claude, messages: [] })
    await journey.send('anthropic/v1/messages', { fault: 'said', body: JSON.stringify(claude) })
    const filters = JSON.stringify([{ key: 'compatibilityMode', operator: 'eq', value: [true] }])
    const path = `/gateways/g/logs?per_page=50&filters=${encodeURIComponent(filters)}`
    const rows = (await journey.tollgate.manage('GET', path)).body.result as { id: string; path: string }[]
    const ids = rows.map(({ id }) => id)
    assert.deepEqual(
      [plain, step, refused].map(({ logId }) => ids.includes(logId)),
      [true, true, true],
    )
    assert.ok(rows.every((row) => row.path === 'chat/completions'))
  })

  it('what was left out is told in the head', async () => {
    const got = await chat({ ...claude, seed: 1, logit_bias: { 5: 1 }, temperature: 0.5 })
    assert.equal(got.headers['tollgate-dropped-params'], 'seed, logit_bias')
    assert.equal((await chat(claude)).headers['tollgate-dropped-params'], undefined)
  })

  it('a key of the operator is used for who shows a token instead of a key', async () => {
    await chat(claude, { headers: { authorization: `Bearer ${journey.tollgate.adminToken}` } })
    assert.deepEqual([asked()?.headers['x-api-key'], asked()?.headers.authorization], ['sk-of-the-operator', undefined])
    await chat(claude, { headers: { authorization: 'Bearer sk-ant-client', 'openai-organization': 'org-1' } })
    assert.deepEqual([asked()?.headers['x-api-key'], asked()?.headers.authorization], ['sk-ant-client', undefined])
    assert.equal(asked()?.headers['anthropic-version'], '2023-06-01')
    assert.equal(asked()?.headers['openai-organization'], undefined)
  })

  it('a stored answer is OpenAI’s too, and nobody else’s', async () => {
    const headers = { 'cf-aig-cache-key': 'one' }
    const first = await chat(claude, { headers })
    const second = await chat(claude, { headers })
    assert.deepEqual([first.headers['cf-aig-cache-status'], second.headers['cf-aig-cache-status']], ['MISS', 'HIT'])
    assert.deepEqual(second.body, first.body)
    assert.equal(second.headers['cf-aig-model'], 'claude-sonnet-4-5')
    const native = await journey.send('anthropic/v1/messages', {
      fault: 'said',
      headers,
      body: JSON.stringify({ ...claude, model: 'claude-sonnet-4-5' }),
    })
    assert.deepEqual([native.headers['cf-aig-cache-status'], JSON.parse(native.body.toString())], ['MISS', said])
  })

  it('identical simultaneous chats are one call, and one row pays', async () => {
    let release = (): void => {}
    const until = new Promise<void>((resolve) => (release = resolve))
    journey.fault.plan('slow', [{ until }, answer({ headers: json, body: JSON.stringify(said) })])
    const before = journey.fault.requests.length
    const headers = { 'cf-aig-cache-key': 'two' }
    const both = [chat(claude, { headers, fault: 'slow' }), chat(claude, { headers, fault: 'slow' })]
    await journey.fault.request(before)
    release()
    const got = await Promise.all(both)
    assert.deepEqual(got[0]?.body, got[1]?.body)
    assert.equal(journey.fault.requests.length, before + 1)
    const rows = await Promise.all(got.map(({ logId }) => journey.row(logId)))
    assert.deepEqual(new Set(rows.map((row) => row['cost'])), new Set([0, 0.00633]))
  })

  it('an answer that comes compressed is read', async () => {
    const body = gzipSync(JSON.stringify(said))
    journey.fault.plan('zipped', [answer({ headers: { ...json, 'content-encoding': 'gzip' }, body })])
    const got = await chat(claude, { fault: 'zipped', headers: { 'accept-encoding': 'gzip' } })
    assert.equal(got.headers['content-encoding'], undefined)
    assert.match(got.body.toString(), /"content":"Rain\."/)
  })

  it('an answer that is no JSON is 502 with the number 2002', async () => {
    journey.fault.plan('html', [answer({ headers: json, body: '<html>' })])
    const got = await chat(claude, { fault: 'html' })
    assert.equal(got.status, 502)
    const { error, errors } = JSON.parse(got.body.toString()) as { error: { code: string }; errors: { code: number }[] }
    assert.deepEqual([error.code, errors[0]?.code], ['2002', 2002])
  })

  it('a stream that the provider leaves unfinished ends with an error, never with [DONE]', async () => {
    const start = 'data: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":3,"output_tokens":1}}}\n\n'
    journey.fault.plan('unfinished', [streamHead, chunk(start), lastChunk])
    const got = await chat({ ...claude, stream: true }, { fault: 'unfinished' })
    assert.equal(got.headers['content-type'], 'text/event-stream; charset=utf-8')
    assert.match(got.body.toString(), /"error":\{"message":"The provider ended its answer/)
    assert.doesNotMatch(got.body.toString(), /\[DONE\]/)
    const row = await journey.row(got.logId)
    assert.deepEqual([row['success'], row['outcome'], row['tokens_in']], [false, 'upstream_broken', 3])

    journey.fault.plan('cut', [streamHead, chunk(start), close])
    const cut = await chat({ ...claude, stream: true }, { fault: 'cut' })
    assert.match(cut.body.toString(), /"error":\{"message":"Failed to get response from provider/)
    assert.doesNotMatch(cut.body.toString(), /\[DONE\]/)
  })

  it('a provider that cannot be reached is 502 in OpenAI’s shape', async () => {
    journey.fault.plan('gone', [close])
    const got = await chat(claude, { fault: 'gone' })
    assert.equal(got.status, 502)
    const { error, success } = JSON.parse(got.body.toString()) as { error: object; success: boolean }
    assert.deepEqual([Object.keys(error), success], [['message', 'type', 'param', 'code'], false])
  })

  const places: readonly (readonly [model: string, path: string, sent: string | undefined])[] = [
    ['openai/gpt-4o-mini', '/v1/chat/completions', 'gpt-4o-mini'],
    ['@cf/meta/llama-3.1-8b-instruct', '/v1/chat/completions', '@cf/meta/llama-3.1-8b-instruct'],
    ['workers-ai/@cf/meta/llama-3.1-8b-instruct', '/v1/chat/completions', '@cf/meta/llama-3.1-8b-instruct'],
    ['google/gemini-2.5-pro', '/v1beta/models/gemini-2.5-pro:generateContent', undefined],
    [
      'google-vertex-ai/google/gemini-2.5-pro',
      '/v1/publishers/google/models/gemini-2.5-pro:generateContent',
      undefined,
    ],
    [
      'google-vertex-ai/projects/p/locations/eu/publishers/anthropic/models/claude-sonnet-4-5@20250929',
      '/v1/projects/p/locations/eu/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict',
      undefined,
    ],
    ['azure/my-resource/my-model', '/openai/v1/chat/completions', 'my-model'],
  ]
  for (const [model, path, sent] of places) {
    it(`${model} is asked at ${path}`, async () => {
      await chat({ messages, model }, { fault: 'default' })
      const request = asked()
      assert.equal(request?.path, path)
      const body = JSON.parse(request?.body.toString() ?? '') as Record<string, unknown>
      assert.equal(body['model'], sent)
    })
  }

  it('Claude on Vertex is told its version in the body', async () => {
    const model = 'google-vertex-ai/projects/p/locations/eu/publishers/anthropic/models/claude-opus-5'
    await chat({ model, messages, stream: true })
    assert.equal(
      asked()?.path,
      '/v1/projects/p/locations/eu/publishers/anthropic/models/claude-opus-5:streamRawPredict',
    )
    const body = JSON.parse(asked()?.body.toString() ?? '') as Record<string, unknown>
    assert.deepEqual([body['anthropic_version'], body['stream']], ['vertex-2023-10-16', true])
  })

  it('a provider of OpenAI’s kind gets every byte but the model, and its answer is untouched', async () => {
    const body = '{ "unknown" : [1.0, "é"],"model":"openai/gpt-4o-mini", "messages":[{"role":"user","content":"Hi"}] }'
    const text = '{"id" : "x", "choices":[], "new_member": 1.50}'
    journey.fault.plan('plain', [answer({ headers: json, body: text })])
    const got = await chat(null, { fault: 'plain', body })
    assert.equal(asked()?.body.toString(), body.replace('openai/gpt-4o-mini', 'gpt-4o-mini'))
    assert.equal(got.body.toString(), text)
    assert.equal(got.headers['cf-aig-provider'], 'openai')
  })

  it('members that have another name at a provider of OpenAI’s kind get it', async () => {
    const mistral = { model: 'mistral/mistral-large-latest', messages }
    const sent = async (more: object): Promise<unknown> => {
      await chat({ ...mistral, ...more }, { fault: 'default' })
      return JSON.parse(asked()?.body.toString() ?? '')
    }
    const same = { model: 'mistral-large-latest', messages }
    assert.deepEqual(await sent({ seed: 7, max_completion_tokens: 9 }), { ...same, random_seed: 7, max_tokens: 9 })
    assert.deepEqual(await sent({ seed: 7, random_seed: 8 }), { ...same, random_seed: 8 })
    assert.deepEqual(await sent({ max_tokens: 5 }), { ...same, max_tokens: 5 })
  })

  it('a stream of OpenAI’s kind is asked for its usage, which the client does not get', async () => {
    const events = [
      'data: {"id":"c","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n',
      'data: {"id":"c","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\ndata: [DONE]\n\n',
    ]
    journey.fault.plan('stream', [streamHead, ...events.map((event) => chunk(event)), lastChunk])
    const got = await chat({ model: 'openai/gpt-4o-mini', messages, stream: true }, { fault: 'stream' })
    assert.match(asked()?.body.toString() ?? '', /"include_usage":true/)
    assert.doesNotMatch(got.body.toString(), /usage/)
    assert.equal((await journey.row(got.logId))['tokens_in'], 3)
  })

  const refusals: readonly (readonly [
    what: string,
    path: string,
    options: SendOptions,
    status: number,
    code: number,
  ])[] = [
    ['another path', 'compat/embeddings', { body: '{}' }, 400, 2019],
    ['a path twice', 'compat/chat/completions/chat/completions', { body: '{}' }, 400, 2019],
    ['another method', 'compat/chat/completions', { method: 'GET' }, 405, 7001],
    ['no JSON', 'compat/chat/completions', { body: 'Hi' }, 400, 2019],
    ['a body without a model', 'compat/chat/completions', { body: '{"messages":[]}' }, 400, 2019],
    ['more than is read', 'compat/chat/completions', { body: Buffer.alloc((8 << 20) + 1, ' ') }, 413, 7001],
  ]
  for (const [what, path, options, status, code] of refusals) {
    it(`${what} is refused with ${code}, and leaves a row`, async () => {
      const got = await journey.send(path, options)
      assert.equal(got.status, status)
      const { error, errors } = JSON.parse(got.body.toString()) as {
        error: { code: string }
        errors: { code: number }[]
      }
      assert.deepEqual([error.code, errors[0]?.code], [String(code), code])
      const row = await journey.row(got.logId)
      assert.deepEqual([row['provider'], row['success'], row['status_code']], ['compat', false, status])
    })
  }
})
