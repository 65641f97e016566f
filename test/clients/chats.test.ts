import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import OpenAI from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import { z } from 'zod'
import { chunk, head, lastChunk } from '../fault/answers.ts'
import { type FaultServer, startFaultServer, type Step } from '../fault/fault-server.ts'
import { recordedStream } from '../formats/recorded.ts'
import { startForTest, type TestTollgate } from '../tollgate.ts'
import { fakes } from './chat-fakes.ts'
import { all, jsonAnswer, rowOf } from './journey.ts'

const messages = [{ role: 'user' as const, content: 'What is the weather?' }]
const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    description: 'The weather in a city',
    parameters: { type: 'object' as const, properties: { city: { type: 'string' as const } } },
    function: (args: string) => `rain in ${Object.values(JSON.parse(args) as object).join(', ')}`,
  },
}
const time = {
  type: 'function' as const,
  function: {
    name: 'get_time',
    description: 'The time',
    parameters: { type: 'object' as const },
    function: () => 'noon',
  },
}

/** The same without a function to run: then the client only puts the call together. */
const { type, function: described } = weather
const tool = { type, function: { name: described.name, parameters: described.parameters } }

let fault: FaultServer
let tollgate: TestTollgate
let openai: OpenAI
before(async () => {
  fault = await startFaultServer()
  tollgate = await startForTest(
    Object.fromEntries(
      ['ANTHROPIC', 'GOOGLE_AI_STUDIO', 'AWS_BEDROCK', 'COHERE', 'MISTRAL', 'WORKERS_AI'].map((slug) => [
        `TOLLGATE_PROVIDER_${slug}_BASE_URL`,
        fault.url,
      ]),
    ),
  )
  openai = new OpenAI({ apiKey: 'key-of-the-client', baseURL: `${await tollgate.gateway('g')}/compat`, maxRetries: 0 })
})
after(async () => {
  await tollgate.close()
  await fault.close()
})

/** A stream as its provider sends it, in pieces that cut its events. */
function streamOf(contentType: string, ...pieces: readonly Uint8Array[]): Step[] {
  return [
    head(200, { 'content-type': contentType, 'transfer-encoding': 'chunked' }),
    ...pieces.map((piece) => chunk(piece)),
    lastChunk,
  ]
}

function pieces(bytes: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / 97) }, (_, at) => bytes.subarray(at * 97, at * 97 + 97))
}

for (const fake of fakes) {
  const { model } = fake
  describe(`the openai client asks ${model}`, () => {
    beforeEach(() => fault.plan('default', [jsonAnswer(200, fake.text('Rain.'))]))

    it('a chat comes back as OpenAI would give it, and its row is the provider’s', async () => {
      const { data, response } = await openai.chat.completions.create({ model, messages }).withResponse()
      assert.deepEqual([data.object, data.choices[0]?.message.content], ['chat.completion', 'Rain.'])
      assert.deepEqual([data.choices[0]?.finish_reason, data.usage?.total_tokens], ['stop', 18])
      const slug = model.slice(0, model.indexOf('/'))
      assert.equal(response.headers.get('cf-aig-provider'), slug)
      const named = response.headers.get('cf-aig-model') ?? ''
      assert.ok(model.endsWith(named) && named !== '', named)

      const asked = fault.requests.at(-1)
      assert.match(asked?.path ?? '', fake.path)
      assert.ok(String(asked?.headers[fake.key]).endsWith('key-of-the-client'))
      assert.ok(fake.key === 'authorization' || asked?.headers.authorization === undefined)
      const row = await rowOf(tollgate, 'g', response)
      assert.deepEqual([row.provider, row.model, row.success], [slug, named, true])
      assert.deepEqual([row.tokens_in, row.tokens_out, row.path], [11, 7, 'chat/completions'])
      assert.deepEqual(JSON.parse(row.request_head), { model, messages })
      assert.deepEqual(JSON.parse(row.response_head), data)
    })

    it('the tool runner calls the function and gives its result back', async () => {
      fault.plan(
        'default',
        [jsonAnswer(200, fake.call('get_weather', { city: 'Bern' }))],
        [jsonAnswer(200, fake.text('It rains.'))],
      )
      const runner = openai.chat.completions.runTools({ model, messages, tools: [weather] })
      assert.equal(await runner.finalContent(), 'It rains.')
      assert.match(fault.requests.at(-1)?.body.toString() ?? '', /rain in Bern/)
    })

    it('an answer by a schema is parsed', async () => {
      fault.plan('default', [jsonAnswer(200, fake.text('{"city":"Bern"}'))])
      const response_format = zodResponseFormat(z.object({ city: z.string() }), 'place')
      const parsed = await openai.chat.completions.parse({ model, messages, response_format })
      assert.deepEqual(parsed.choices[0]?.message.parsed, { city: 'Bern' })
      assert.match(fault.requests.at(-1)?.body.toString() ?? '', /additionalProperties/)
    })

    it('a stream comes chunk by chunk, and the helper puts it together', async () => {
      const { file, contentType, content, tokens } = fake.stream
      fault.plan('default', streamOf(contentType, ...pieces(recordedStream(file).bytes)))
      const { data, response } = await openai.chat.completions
        .create({ model, messages, stream: true, stream_options: { include_usage: true } })
        .withResponse()
      const chunks = await all(data)
      const usage = chunks.at(-1)?.usage
      assert.equal(chunks.map((piece) => piece.choices[0]?.delta.content ?? '').join(''), content)
      assert.deepEqual([usage?.prompt_tokens, usage?.completion_tokens], tokens)
      assert.match(fault.requests.at(-1)?.path ?? '', fake.path)
      const row = await rowOf(tollgate, 'g', response)
      assert.deepEqual([row.success, row.outcome, row.tokens_in, row.tokens_out], [true, 'complete', ...tokens])

      const final = await openai.chat.completions.stream({ model, messages, tools: [tool] }).finalChatCompletion()
      const [call] = final.choices[0]?.message.tool_calls ?? []
      assert.equal(call?.type === 'function' ? call.function.arguments : null, fake.stream.arguments)
    })

    it('a stream that the provider gives in one piece comes as a stream, and its row is a whole one', async () => {
      const { data, response } = await openai.chat.completions
        .create({ model, messages, stream: true, stream_options: { include_usage: true } })
        .withResponse()
      const chunks = await all(data)
      assert.equal(chunks.map((piece) => piece.choices[0]?.delta.content ?? '').join(''), 'Rain.')
      assert.deepEqual([chunks.at(-2)?.choices[0]?.finish_reason, chunks.at(-1)?.usage?.total_tokens], ['stop', 18])
      const row = await rowOf(tollgate, 'g', response)
      assert.deepEqual([row.success, row.outcome, row.tokens_in, row.tokens_out], [true, 'complete', 11, 7])
      assert.match(row.response_head, /"content":"Rain\."/)

      fault.plan('default', [jsonAnswer(200, fake.call('get_weather', { city: 'Bern' }))])
      const final = await openai.chat.completions.stream({ model, messages, tools: [tool] }).finalChatCompletion()
      const [call] = final.choices[0]?.message.tool_calls ?? []
      assert.equal(call?.type === 'function' ? call.function.arguments : null, '{"city":"Bern"}')
      assert.equal(final.choices[0]?.finish_reason, 'tool_calls')
    })

    it('an answer that the provider streams unasked comes in one piece', async () => {
      const { file, contentType, content, tokens } = fake.stream
      fault.plan('default', streamOf(contentType, ...pieces(recordedStream(file).bytes)))
      const { data, response } = await openai.chat.completions.create({ model, messages }).withResponse()
      const { choices, usage } = data
      assert.deepEqual([data.object, choices[0]?.message.content], ['chat.completion', content])
      assert.deepEqual([usage?.prompt_tokens, usage?.completion_tokens], tokens)
      const row = await rowOf(tollgate, 'g', response)
      assert.deepEqual([row.success, row.outcome, row.tokens_in, row.tokens_out], [true, 'complete', ...tokens])
      assert.deepEqual(JSON.parse(row.response_head), data)
    })

    it('the tool runner calls the functions of a stream, and gives their results back', async () => {
      const asked = fault.requests.length
      fault.plan('default', streamOf(fake.stream.contentType, ...pieces(fake.callStream)), [
        jsonAnswer(200, fake.text('It rains.')),
      ])
      const runner = openai.chat.completions.runTools({ model, messages, tools: [weather, time], stream: true })
      assert.equal(await runner.finalContent(), 'It rains.')
      const [first, second, ...more] = fault.requests.slice(asked)
      assert.match(first?.path ?? '', fake.path)
      assert.match(second?.body.toString() ?? '', /rain in (?:San Francisco|Zürich|Genève|Bern|Köln)/)
      assert.equal(more.length, 0)
    })

    it('an error has the class of its status and the words of the provider', async () => {
      const { status, body, message } = fake.error
      fault.plan('default', [jsonAnswer(status, body)])
      const error: unknown = await openai.chat.completions
        .create({ model, messages })
        .catch((thrown: unknown) => thrown)
      const classes: Record<number, unknown> = {
        400: OpenAI.BadRequestError,
        401: OpenAI.AuthenticationError,
        403: OpenAI.PermissionDeniedError,
        404: OpenAI.NotFoundError,
        429: OpenAI.RateLimitError,
      }
      assert.ok(error instanceof OpenAI.APIError)
      assert.equal(error.constructor, classes[status])
      assert.match(error.message, new RegExp(message))
    })

    it('an error in the middle of a stream is raised, and the row says so', async () => {
      const { bytes, message } = fake.brokenStream
      fault.plan('default', streamOf(fake.stream.contentType, bytes))
      const { data, response } = await openai.chat.completions.create({ model, messages, stream: true }).withResponse()
      await assert.rejects(all(data), (error) => error instanceof OpenAI.APIError && error.message.includes(message))
      const row = await rowOf(tollgate, 'g', response)
      assert.deepEqual([row.success, row.error], [false, message])
    })
  })
}

describe('the openai client at the door for chats, refused by Tollgate', () => {
  const refusals = [
    ['a model without a provider', { model: 'gpt-4o-mini', messages }, '2008', 'model'],
    ['a provider that nobody knows', { model: 'acme/x', messages }, '2008', null],
    ['a provider that takes no chats', { model: 'elevenlabs/x', messages }, '2008', 'model'],
    ['a dynamic route', { model: 'dynamic/x', messages }, '2008', 'model'],
    ['no messages', { model: 'anthropic/claude-x', messages: [] }, '2019', 'messages'],
    ['what cannot be said', { model: 'anthropic/claude-x', messages, n: 2 }, '2019', 'n'],
  ] as const
  for (const [what, body, code, param] of refusals) {
    it(`${what} is a bad request`, async () => {
      const asked = fault.requests.length
      const error: unknown = await openai.chat.completions.create(body as never).catch((thrown: unknown) => thrown)
      assert.ok(error instanceof OpenAI.BadRequestError)
      assert.deepEqual([error.code, error.param], [code, param])
      assert.equal(fault.requests.length, asked)
    })
  }

  it('an unknown provider is told with the list of those that there are, once', async () => {
    const body = JSON.stringify({ model: 'acme/x', messages })
    const answered = await fetch(`${openai.baseURL}/chat/completions`, { method: 'POST', body })
    const text = await answered.text()
    assert.equal(text.split('google-ai-studio').length - 1, 1, text)
    assert.match(
      (JSON.parse(text) as { messages: { message: string }[] }).messages[0]?.message ?? '',
      /^The providers are /,
    )
  })

  it('models are listed, and each can be asked', async () => {
    const models = await all(openai.models.list())
    assert.ok(models.length > 50, String(models.length))
    assert.ok(models.some(({ id }) => id.startsWith('anthropic/claude-')))
    assert.ok(models.every(({ object, owned_by }) => object === 'model' && owned_by !== ''))
  })
})
