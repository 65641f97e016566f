import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import OpenAI from 'openai'
import { type Aimock, aimockText, aimockUsage, startAimock } from '../aimock.ts'
import { type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import { stream, workersAiAnswer } from '../fault/answers.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { all, rowOf } from './journey.ts'

const messages = [{ role: 'user' as const, content: 'Hello!' }]
const model = 'gpt-4o-mini'
/** 11 tokens at 0.15 USD and 7 at 0.60 USD a million: https://openai.com/api/pricing, 2026-11-22. */
const chatCost = 0.00000585

describe('the openai client through Tollgate', () => {
  let aimock: Aimock
  let fault: FaultServer
  let tollgate: TestTollgate
  let base: string
  let openai: OpenAI
  before(async () => {
    aimock = await startAimock()
    fault = await startFaultServer()
    tollgate = await startForTest({
      ...Object.fromEntries(
        ['OPENAI', 'GROQ', 'DEEPSEEK', 'OPENROUTER'].map((slug) => [
          `TOLLGATE_PROVIDER_${slug}_BASE_URL`,
          `${aimock.url}/v1`,
        ]),
      ),
      TOLLGATE_PROVIDER_MISTRAL_BASE_URL: `${fault.url}/v1`,
      TOLLGATE_PROVIDER_WORKERS_AI_BASE_URL: fault.url,
    })
    base = await tollgate.gateway('g')
    openai = new OpenAI({ apiKey: 'sk-of-the-client', baseURL: `${base}/openai`, maxRetries: 0 })
  })
  after(async () => {
    await tollgate.close()
    await aimock.close()
    await fault.close()
  })

  it('a chat comes back whole, and its row has the tokens, the cost and both bodies', async () => {
    const { data: chat, response } = await openai.chat.completions.create({ model, messages }).withResponse()
    assert.equal(chat.choices[0]?.message.content, aimockText)
    assert.equal(chat.usage?.prompt_tokens, aimockUsage.input)
    assert.equal(response.headers.get('tollgate-cost'), '0.00000585')

    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.provider, row.model, row.model_type], ['openai', model, 'chat'])
    assert.deepEqual([row.success, row.status_code, row.outcome, row.error], [true, 200, 'complete', null])
    assert.deepEqual([row.tokens_in, row.tokens_out, row.cost], [aimockUsage.input, aimockUsage.output, chatCost])
    assert.equal(row.path, 'chat/completions')
    assert.match(row.user_agent ?? '', /^OpenAI\/JS /)
    assert.deepEqual(JSON.parse(row.request_head), { model, messages })
    assert.deepEqual(JSON.parse(row.response_head), chat)
  })

  it('a stream comes chunk by chunk without usage, which the row has all the same', async () => {
    const { data, response } = await openai.chat.completions.create({ model, messages, stream: true }).withResponse()
    const chunks = await all(data)
    assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''), aimockText)
    assert.ok(chunks.length >= 4, `${chunks.length} chunks`)
    assert.ok(chunks.every((chunk) => chunk.choices.length === 1 && chunk.usage === undefined))
    assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'stop')

    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.success, row.outcome], [true, 'complete'])
    assert.deepEqual([row.tokens_in, row.tokens_out, row.cost], [aimockUsage.input, aimockUsage.output, chatCost])
    assert.deepEqual(JSON.parse(row.request_head), { model, messages, stream: true })
  })

  it('a stream whose client asks for usage gets exactly one usage chunk, at the end', async () => {
    const { data, response } = await openai.chat.completions
      .create({ model, messages, stream: true, stream_options: { include_usage: true } })
      .withResponse()
    const chunks = await all(data)
    const withUsage = chunks.filter((chunk) => chunk.usage)
    assert.deepEqual(withUsage, chunks.slice(-1))
    assert.equal(withUsage[0]?.usage?.total_tokens, aimockUsage.input + aimockUsage.output)
    assert.equal((await rowOf(tollgate, 'g', response)).cost, chatCost)
  })

  it('the stream helper of the client reaches its final message and a tool call', async () => {
    const tool = { type: 'function' as const, function: { name: 'get_weather', parameters: { type: 'object' } } }
    const streamed = openai.chat.completions.stream({
      model,
      messages: [{ role: 'user', content: 'weather?' }],
      tools: [tool],
    })
    const [call] = (await streamed.finalMessage()).tool_calls ?? []
    assert.ok(call?.type === 'function')
    assert.deepEqual(call.function, { ...call.function, name: 'get_weather', arguments: '{"city":"Paris"}' })
  })

  it('the responses API comes back whole', async () => {
    const { data, response } = await openai.responses.create({ model, input: 'Hello!' }).withResponse()
    assert.equal(data.output_text, aimockText)
    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.path, row.tokens_in, row.tokens_out, row.cost], ['responses', 11, 7, chatCost])
  })

  it('the responses API streams up to its last event', async () => {
    const { data, response } = await openai.responses.create({ model, input: 'Hello!', stream: true }).withResponse()
    const events = await all(data)
    const text = events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('')
    assert.equal(text, aimockText)
    assert.deepEqual([events[0]?.type, events.at(-1)?.type], ['response.created', 'response.completed'])
    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.success, row.tokens_in, row.tokens_out, row.cost], [true, 11, 7, chatCost])
    const stored = JSON.parse(row.response_head) as OpenAI.Responses.Response
    assert.deepEqual([stored.object, stored.status], ['response', 'completed'])
  })

  it('embeddings come back as numbers', async () => {
    const { data, response } = await openai.embeddings
      .create({ model: 'text-embedding-3-small', input: 'Hello!', encoding_format: 'float' })
      .withResponse()
    assert.deepEqual(data.data[0]?.embedding, [0.25, 0.5, 0.75])
    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.path, row.model, row.model_type], ['embeddings', 'text-embedding-3-small', 'embedding'])
  })

  it('a model without a price costs null, and the row says what is unknown', async () => {
    const { response } = await openai.chat.completions.create({ model: 'gpt-of-nobody', messages }).withResponse()
    assert.equal(response.headers.get('tollgate-cost'), null)
    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.cost, row.tokens_in], [null, 11])
    assert.equal(row.cost_detail?.unknown, 'there is no price for the model gpt-of-nobody')
  })

  it('the cost of a row is the sum of its items', async () => {
    const { response } = await openai.chat.completions.create({ model, messages }).withResponse()
    const { cost_detail: detail } = await rowOf(tollgate, 'g', response)
    assert.deepEqual(detail?.items, [
      { unit: 'input', quantity: 11, rate_usd_per_million: 0.15, amount_usd: 0.00000165 },
      { unit: 'output', quantity: 7, rate_usd_per_million: 0.6, amount_usd: 0.0000042 },
    ])
    assert.deepEqual([detail?.entry, detail?.unknown], ['openai/gpt-4o-mini', null])
  })

  const others: readonly (readonly [slug: string, path: string, model: string, cost: number | 'by the time of day'])[] =
    [
      ['groq', 'groq', 'llama-3.1-8b-instant', 0.00000111],
      ['groq', 'groq/openai/v1', 'llama-3.1-8b-instant', 0.00000111],
      ['deepseek', 'deepseek', 'deepseek-chat', 'by the time of day'],
      ['openrouter', 'openrouter', 'openai/gpt-4o-mini', chatCost],
      ['openrouter', 'openrouter/v1', 'openai/gpt-4o-mini', chatCost],
    ]
  for (const [slug, path, name, cost] of others) {
    it(`a stream of ${slug} comes through ${path}`, async () => {
      const client = new OpenAI({ apiKey: 'k', baseURL: `${base}/${path}`, maxRetries: 0 })
      const { data, response } = await client.chat.completions
        .create({ model: name, messages, stream: true })
        .withResponse()
      const chunks = await all(data)
      assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''), aimockText)
      assert.equal(aimock.requests().at(-1)?.path, '/v1/chat/completions')
      const row = await rowOf(tollgate, 'g', response)
      assert.deepEqual([row.provider, row.model, row.tokens_in, row.tokens_out], [slug, name, 11, 7])
      if (cost === 'by the time of day') assert.ok(row.cost !== null && row.cost > 0)
      else assert.equal(row.cost, cost)
    })
  }

  it('a stream of mistral, which tells its usage unasked, comes as it is', async () => {
    const event = (choice: object, more: object = {}): string => {
      const choices = [{ index: 0, ...choice }]
      return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices, ...more })}\n\n`
    }
    const events = [
      event({ delta: { role: 'assistant', content: 'Bon' } }),
      event(
        { delta: { content: 'jour' }, finish_reason: 'stop' },
        { usage: { prompt_tokens: 11, completion_tokens: 7 } },
      ),
    ]
    fault.plan('default', stream([...events, 'data: [DONE]\n\n']))
    const client = new OpenAI({ apiKey: 'k', baseURL: `${base}/mistral/v1`, maxRetries: 0 })
    const body = { model: 'mistral-small-latest', messages, stream: true as const }
    const { data, response } = await client.chat.completions.create(body).withResponse()
    const chunks = await all(data)
    assert.deepEqual(
      chunks.map((part) => [part.choices[0]?.delta.content, part.usage?.prompt_tokens]),
      [
        ['Bon', undefined],
        ['jour', 11],
      ],
    )
    const sent = fault.requests.at(-1)
    assert.deepEqual([sent?.path, JSON.parse(sent?.body.toString() ?? '')], ['/v1/chat/completions', body])
    const row = await rowOf(tollgate, 'g', response)
    assert.deepEqual([row.tokens_in, row.tokens_out, row.cost], [11, 7, 0.0000032])
  })

  describe('as the simplified API shows it', () => {
    it('with the OpenAI client', async () => {
      await tollgate.gateway('seed')
      const client = new OpenAI({ apiKey: 'sk', baseURL: `${tollgate.url}/v1/test/seed/openai` })
      const completion = await client.chat.completions.create({
        model: 'gpt-3.5-turbo',
        messages: [{ role: 'user', content: 'Hello!' }],
      })
      assert.equal(completion.choices[0]?.message.content, aimockText)
      const [row] = await tollgate.logs('seed')
      assert.deepEqual([row?.['model'], row?.['success']], ['gpt-3.5-turbo', true])
    })

    const llama = '@cf/meta/llama-2-7b-chat-int8'
    const tellJoke = (token: string): Promise<Response> =>
      fetch(`${base}/workers-ai/${llama}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ prompt: 'Tell me a joke' }),
      })

    it("with Workers AI and Cloudflare's token", async () => {
      fault.plan('default', [workersAiAnswer('Knock, knock.', { prompt_tokens: 5, completion_tokens: 4 })])
      const response = await tellJoke('token-of-cloudflare')
      const answered = (await response.json()) as { result: { response: string } }
      assert.equal(answered.result.response, 'Knock, knock.')
      const sent = fault.requests.at(-1)
      assert.deepEqual([sent?.path, sent?.headers.authorization], [`/run/${llama}`, 'Bearer token-of-cloudflare'])
      const row = await rowOf(tollgate, 'g', response)
      assert.deepEqual([row.provider, row.model, row.tokens_in, row.tokens_out], ['workers-ai', llama, 5, 4])
      assert.equal(row.authentication, false)
    })

    it('with Workers AI and a token of Tollgate, which stays here', async () => {
      fault.plan('default', [workersAiAnswer('Knock, knock.', { prompt_tokens: 5, completion_tokens: 4 })])
      const response = await tellJoke(tollgate.adminToken)
      assert.equal(response.status, 200)
      assert.ok(!fault.requests.at(-1)?.rawHeaders.join().includes(tollgate.adminToken))
      assert.equal((await rowOf(tollgate, 'g', response)).authentication, true)
    })
  })
})
