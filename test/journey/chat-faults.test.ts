import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { openaiChat } from '../../src/formats/openai-chat.ts'
import { answer, chunk, head, lastChunk } from '../fault/answers.ts'
import { eventFrame, exceptionFrame } from '../formats/event-stream.ts'
import { recordedStream } from '../formats/recorded.ts'
import { type Got, type Journey, openJourney } from './open.ts'

const sse = (event: object): Buffer => Buffer.from(`data: ${JSON.stringify(event)}\n\n`)

/** One provider of each format: a good stream, what may stand in it without a meaning, and how it says that it failed. */
interface Faulty {
  model: string
  file: string
  contentType: string
  /** Events of a kind that nobody knows, and such as say nothing. */
  noise: readonly Buffer[]
  failure: Buffer
  message: string
  /** From here on the stream says that it ends. */
  last: string
}

const eventStream = 'text/event-stream'
const faulty: readonly Faulty[] = [
  {
    model: 'anthropic/claude-sonnet-4-5',
    file: 'anthropic-messages.sse.txt',
    contentType: eventStream,
    noise: [
      sse({ type: 'ping' }),
      sse({ type: 'new_event', new_member: 1 }),
      sse({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: '' } }),
      sse({ type: 'content_block_delta', index: 0, delta: { type: 'new_delta' } }),
    ],
    failure: sse({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
    message: 'Overloaded',
    last: 'event: message_delta',
  },
  {
    model: 'google-ai-studio/gemini-2.5-flash',
    file: 'gemini.sse.txt',
    contentType: eventStream,
    noise: [
      sse({ candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, index: 0 }] }),
      sse({ candidates: [{ content: {}, index: 0 }] }),
      sse({ newMember: {} }),
    ],
    failure: sse({ error: { code: 503, message: 'Unavailable', status: 'UNAVAILABLE' } }),
    message: 'Unavailable',
    last: '"finishReason"',
  },
  {
    model: 'aws-bedrock/eu-west-1/anthropic.claude-sonnet-4-5-20250929-v1:0',
    file: 'bedrock-converse.events.txt',
    contentType: 'application/vnd.amazon.eventstream',
    noise: [
      eventFrame('newEvent', '{"new":1}'),
      eventFrame('contentBlockDelta', '{"contentBlockIndex":0,"delta":{"text":""}}'),
      eventFrame('contentBlockDelta', '{"contentBlockIndex":0,"delta":{}}'),
    ],
    failure: exceptionFrame('throttlingException', 'Too many tokens'),
    message: 'Too many tokens',
    last: 'messageStop',
  },
  {
    model: 'cohere/command-a-03-2025',
    file: 'cohere-chat-v2.sse.txt',
    contentType: eventStream,
    noise: [
      sse({ type: 'new-event' }),
      sse({ type: 'content-delta', index: 0, delta: { message: { content: { text: '' } } } }),
      sse({ type: 'content-delta', index: 0, delta: {} }),
    ],
    failure: sse({ type: 'message-end', delta: { finish_reason: 'ERROR', error: 'Broken' } }),
    message: 'Broken',
    last: 'event: message-end',
  },
  {
    model: 'openai/gpt-4o-mini',
    file: 'openai-chat.sse.txt',
    contentType: eventStream,
    noise: [sse({ id: 'x', object: 'new.object', choices: [] }), sse({ choices: [{ index: 0, delta: {} }] })],
    failure: sse({ error: { message: 'Gone', type: 'server_error', code: null } }),
    message: 'Gone',
    last: '"finish_reason":"stop"',
  },
]

/** The blank line behind the first event of an event stream. */
function firstEventEnd(bytes: Buffer): number {
  const end = /\r?\n\r?\n/.exec(bytes.toString('latin1'))
  return end ? end.index + end[0].length : bytes.length
}

describe('a chat whose provider does not keep to its format', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney((url) =>
      Object.fromEntries(
        ['GOOGLE_AI_STUDIO', 'AWS_BEDROCK', 'COHERE'].map((slug) => [`TOLLGATE_PROVIDER_${slug}_BASE_URL`, url]),
      ),
    )
  })
  after(() => journey.close())

  const messages = [{ role: 'user', content: 'Hi' }]

  /** Asks for a stream, which the provider gives in these pieces. */
  async function ask({ model, contentType }: Faulty, ...pieces: readonly Uint8Array[]): Promise<Got> {
    const begin = head(200, { 'content-type': contentType, 'transfer-encoding': 'chunked' })
    journey.fault.plan('faulty', [begin, ...pieces.map((piece) => chunk(piece)), lastChunk])
    const body = JSON.stringify({ model, messages, stream: true, stream_options: { include_usage: true } })
    return journey.send('compat/chat/completions', { fault: 'faulty', body })
  }

  /** What OpenAI's clients make of a stream. */
  function messageOf({ body }: Got): unknown {
    const reader = openaiChat.createStreamReader?.()
    for (const event of body.toString().split(/\r?\n\r?\n/)) reader?.event(null, event.replace(/^data: /, ''))
    return (reader?.message() as { choices?: unknown } | null)?.choices
  }

  for (const one of faulty) {
    const { bytes } = recordedStream(one.file)
    const unfinished = bytes.subarray(0, bytes.lastIndexOf(one.last))
    // Behind the first event.
    const start = one.file.endsWith('.events.txt') ? bytes.readUInt32BE(0) : firstEventEnd(bytes)
    it(`${one.model}: events of unknown kinds and such as say nothing change nothing`, async () => {
      const good = messageOf(await ask(one, bytes))
      const noisy = await ask(one, bytes.subarray(0, start), ...one.noise, bytes.subarray(start))
      assert.deepEqual(messageOf(noisy), good)
      assert.match(noisy.body.toString(), /\[DONE\]/)
      assert.equal((await journey.row(noisy.logId))['success'], true)
    })

    it(`${one.model}: an error in the middle is the last that is told`, async () => {
      const got = await ask(one, bytes.subarray(0, start), one.failure, bytes.subarray(start))
      const row = await journey.row(got.logId)
      assert.deepEqual([row['success'], row['error']], [false, one.message])
      assert.match(got.body.toString(), new RegExp(`"error":\\{[^\\n]*${one.message}`))
      if (one.model.startsWith('openai')) return
      assert.doesNotMatch(got.body.toString(), /\[DONE\]/)
    })

    it(`${one.model}: an end without a reason is no end`, async () => {
      const got = await ask(one, unfinished)
      const row = await journey.row(got.logId)
      assert.equal(row['success'], false)
      assert.match(got.body.toString(), /"error":\{/)
      assert.doesNotMatch(got.body.toString(), /\[DONE\]/)
    })
  }

  it('any JSON gives a refusal or a call, never an error of Tollgate’s own', async () => {
    journey.fault.plan('any', [answer({ headers: { 'content-type': 'application/json' }, body: '{}' })])
    const members = fc.record(
      {
        messages: fc.oneof(
          fc.array(fc.record({ role: fc.constantFrom('user', 'tool', 'x'), content: fc.jsonValue() })),
          fc.jsonValue(),
        ),
        stream: fc.oneof(fc.boolean(), fc.jsonValue()),
        stream_options: fc.jsonValue(),
        tools: fc.jsonValue(),
        tool_choice: fc.jsonValue(),
        response_format: fc.jsonValue(),
        seed: fc.jsonValue(),
        stop: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    const models = fc.oneof(fc.constantFrom(...faulty.map(({ model }) => model), 'dynamic/x', 'x/y'), fc.jsonValue())
    const bodies = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(members, models).map(([chat, model]) => ({ ...chat, model })) },
      { weight: 1, arbitrary: fc.jsonValue() },
    )
    await fc.assert(
      fc.asyncProperty(bodies, async (chat) => {
        const asked = journey.fault.requests.length
        const got = await journey.send('compat/chat/completions', { fault: 'any', body: JSON.stringify(chat) })
        if (journey.fault.requests.length === asked)
          assert.ok(got.status >= 400 && got.status < 500, got.body.toString())
        else assert.equal(got.status, 200, got.body.toString())
      }),
      { numRuns: 150 },
    )
  })
})
