import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { recordedStream } from '../../../test/formats/recorded.ts'
import { asked, messageOf, translatorOf, translateStream } from '../../../test/formats/translated.ts'
import type { StreamReader } from '../format.ts'
import type { JsonObject } from '../json.ts'
import { openaiChat } from '../openai-chat.ts'
import { createSseScanner } from '../sse.ts'
import { incomplete } from './hub-error.ts'
import { giveAsChunks, joinStream } from './hub-stream.ts'

function chunksOf(answer: JsonObject, includesUsage = true): JsonObject[] {
  const data: string[] = []
  giveAsChunks(answer, { includesUsage }, (text) => data.push(text))
  return data.map((text) => (text === '[DONE]' ? { done: true } : (JSON.parse(text) as JsonObject)))
}

function newReader(): StreamReader {
  const reader = openaiChat.createStreamReader?.()
  if (!reader) throw new Error('chats stream')
  return reader
}

const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{"a":1}' } })
const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }
const answer = {
  id: 'c',
  object: 'chat.completion',
  created: 5,
  model: 'm',
  system_fingerprint: 'fp',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'Rain.', refusal: null, annotations: [], reasoning_content: 'Hm' },
      logprobs: { content: [{ token: 'Rain.', logprob: -0.1, bytes: null, top_logprobs: [] }], refusal: null },
      finish_reason: 'stop',
      native_finish_reason: 'end',
    },
    {
      index: 1,
      message: { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] },
      logprobs: null,
      finish_reason: 'tool_calls',
    },
  ],
  usage,
}

describe('a whole answer as a stream', () => {
  it('says who speaks and what, why it ended, and what it used', () => {
    const head = { id: 'c', object: 'chat.completion.chunk', created: 5, model: 'm', system_fingerprint: 'fp' }
    const piece = (choice: object) => ({ ...head, choices: [choice], usage: null })
    assert.deepEqual(chunksOf(answer), [
      piece({
        index: 0,
        delta: { role: 'assistant', content: 'Rain.', reasoning_content: 'Hm' },
        logprobs: answer.choices[0]?.logprobs,
        finish_reason: null,
      }),
      piece({ index: 0, delta: {}, logprobs: null, finish_reason: 'stop', native_finish_reason: 'end' }),
      piece({
        index: 1,
        delta: {
          role: 'assistant',
          tool_calls: [
            { index: 0, ...call('a') },
            { index: 1, ...call('b') },
          ],
        },
        logprobs: null,
        finish_reason: null,
      }),
      piece({ index: 1, delta: {}, logprobs: null, finish_reason: 'tool_calls' }),
      { ...head, choices: [], usage },
      { done: true },
    ])
  })

  it('tells its usage only where that was asked for', () => {
    assert.doesNotMatch(JSON.stringify(chunksOf(answer, false)), /usage/)
    const unmeasured = chunksOf({ ...answer, usage: null })
    assert.equal(unmeasured.filter(({ choices }) => Array.isArray(choices) && choices.length === 0).length, 0)
  })

  it('is the same answer once it is put together again', () => {
    const reader = newReader()
    giveAsChunks(answer, asked, (data) => reader.event(null, data))
    const whole = structuredClone(answer) as { choices: { message: JsonObject }[] }
    for (const { message } of whole.choices) {
      for (const name of ['refusal', 'annotations']) delete message[name]
    }
    assert.deepEqual(reader.message(), whole)
  })

  it('has an end also where the provider does not say why', () => {
    const reasons = (message: object) => {
      const chunks = chunksOf({ choices: [{ message }] }) as { choices?: JsonObject[] }[]
      return chunks[1]?.choices?.[0]?.['finish_reason']
    }
    assert.equal(reasons({ content: 'Hi' }), 'stop')
    assert.equal(reasons({ tool_calls: [call('a')] }), 'tool_calls')
  })

  it('is an error, without [DONE], where it tells of one or says nothing at all', () => {
    const error = { message: 'Gone', type: 'server_error', code: null }
    assert.deepEqual(chunksOf({ error }), [{ error }])
    assert.deepEqual(chunksOf({ ...answer, error: { message: 'Busy', code: 503 } }), [
      { error: { message: 'Busy', type: 'server_error', param: null, code: null } },
    ])
    for (const [told, message] of [
      [{ detail: 'No such model' }, 'No such model'],
      [{}, 'The provider answered without any choice.'],
      [{ choices: 'x' }, 'The provider answered without any choice.'],
    ] as const) {
      assert.deepEqual(
        chunksOf(told).map((chunk) => (chunk['error'] as JsonObject)['message']),
        [message],
      )
    }
  })
})

it('any JSON at all becomes chunks with [DONE], or one error', () => {
  const choice = fc.record({ message: fc.jsonValue(), index: fc.jsonValue(), finish_reason: fc.jsonValue() })
  const answers = fc.record(
    { choices: fc.oneof(fc.array(choice), fc.jsonValue()), usage: fc.jsonValue(), error: fc.jsonValue() },
    { requiredKeys: ['choices'] },
  )
  fc.assert(
    fc.property(answers, fc.boolean(), (any, includesUsage) => {
      const chunks = chunksOf(any, includesUsage)
      assert.ok(chunks.at(-1)?.['done'] === true || (chunks.length === 1 && chunks[0]?.['error']))
    }),
    { numRuns: 300 },
  )
})

describe('a stream as a whole answer', () => {
  const streams: readonly (readonly [format: string, file: string])[] = [
    ['anthropic-messages', 'anthropic-messages.sse.txt'],
    ['gemini', 'gemini.sse.txt'],
    ['bedrock-converse', 'bedrock-converse.events.txt'],
    ['cohere-chat', 'cohere-chat-v2.sse.txt'],
  ]
  for (const [format, file] of streams) {
    it(`${format}: is what its chunks say, with its usage`, () => {
      const recorded = recordedStream(file)
      const { message, facts } = translateStream(format, recorded)
      const from = { ...asked, includesUsage: false }
      const joined = joinStream(recorded.bytes, recorded.createScanner, {
        reader: newReader(),
        translator: translatorOf(format),
        asked: from,
      })
      assert.deepEqual(joined, { answer: message, facts, failure: null })
      assert.ok(joined.answer?.['usage'])
    })
  }

  const join = (...events: readonly unknown[]) => {
    const lines = events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`)
    return joinStream(Buffer.from(lines.join('')), createSseScanner, { reader: newReader(), translator: null, asked })
  }
  const begun = { id: 'c', choices: [{ index: 0, delta: { role: 'assistant', content: 'Ra' } }] }
  const last = { id: 'c', choices: [{ index: 0, delta: { content: 'in' }, finish_reason: 'stop' }], usage }

  it('of OpenAI’s kind is put together, with or without [DONE]', () => {
    for (const joined of [join(begun, last, '[DONE]'), join(begun, last)]) {
      assert.equal(joined.failure, null)
      assert.equal(messageOf(joined.answer)['content'], 'Rain')
      assert.deepEqual(joined.facts.usage, { input: 3, output: 4 })
    }
  })

  it('is none where it has no good end', () => {
    assert.equal(join(begun).failure, incomplete)
    assert.equal(join().failure, incomplete)
    assert.equal(join(begun, { error: { message: 'Busy' } }, '[DONE]').failure, 'Busy')
    const large = { choices: [{ index: 0, delta: { content: 'x'.repeat(2 << 20) } }] }
    assert.match(join(begun, large, last, '[DONE]').failure ?? '', /too large/)
  })
})
