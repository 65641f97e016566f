import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { asked, messageOf, translated, translateEvents, translatorOf } from './translated.ts'

interface Call {
  id: string
  name: string
  input: Record<string, unknown>
}

/** What a model said, in the words of one format: as a whole answer, and as it is told of it in the next request. */
interface Speech {
  model: string
  answer(text: string, calls: readonly Call[]): unknown
  said(body: Record<string, unknown>): unknown
  again(text: string, calls: readonly Call[]): unknown
}

const listOf = (body: Record<string, unknown>, name: string): Record<string, unknown>[] =>
  body[name] as Record<string, unknown>[] // As the translators write it.

const anthropic = (text: string, calls: readonly Call[]): unknown => [
  { type: 'text', text },
  ...calls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input })),
]
const bedrock = (text: string, calls: readonly Call[]): unknown => [
  { text },
  ...calls.map(({ id, name, input }) => ({ toolUse: { toolUseId: id, name, input } })),
]
const gemini = (text: string, calls: readonly Call[]): unknown => [
  { text },
  ...calls.map(({ name, input }) => ({ functionCall: { name, args: input } })),
]
const cohere = (calls: readonly Call[]): unknown =>
  calls.map(({ id, name, input }) => ({ id, type: 'function', function: { name, arguments: JSON.stringify(input) } }))

const speeches: Readonly<Record<string, Speech>> = {
  'anthropic-messages': {
    model: 'claude-sonnet-4-5',
    answer: (text, calls) => ({ content: anthropic(text, calls), stop_reason: 'tool_use' }),
    said: (body) => listOf(body, 'messages')[1]?.['content'],
    again: anthropic,
  },
  'bedrock-converse': {
    model: 'amazon.nova-pro-v1:0',
    answer: (text, calls) => ({ output: { message: { content: bedrock(text, calls) } }, stopReason: 'tool_use' }),
    said: (body) => listOf(body, 'messages')[1]?.['content'],
    again: bedrock,
  },
  gemini: {
    model: 'gemini-2.5-flash',
    answer: (text, calls) => ({ candidates: [{ content: { parts: gemini(text, calls) }, finishReason: 'STOP' }] }),
    said: (body) => listOf(body, 'contents')[1]?.['parts'],
    again: gemini,
  },
  'cohere-chat': {
    model: 'command-a-03-2025',
    answer: (_text, calls) => ({ message: { tool_calls: cohere(calls) }, finish_reason: 'TOOL_CALL' }),
    said: (body) => listOf(body, 'messages')[1]?.['tool_calls'],
    again: (_text, calls) => cohere(calls),
  },
}

const callsOf = (least: number): fc.Arbitrary<Call[]> =>
  fc.uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 8 }),
      name: fc.stringMatching(/^[a-z_]{1,8}$/),
      input: fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.oneof(fc.string(), fc.integer(), fc.boolean()), {
        noNullPrototype: true,
      }),
    }),
    { selector: ({ id }) => id, minLength: least, maxLength: 4 },
  )
const text = fc.string({ minLength: 1 }).filter((said) => said.trim() !== '')

for (const [format, speech] of Object.entries(speeches)) {
  test(`what a model said in ${format} comes back to it as it was, with the results in its order`, () => {
    fc.assert(
      fc.property(text, callsOf(1), (said, calls) => {
        const { answer } = translatorOf(format).fromProvider(speech.answer(said, calls), asked)
        const message = messageOf(answer)
        const ids = (message['tool_calls'] as { id: string }[]).map(({ id }) => id)
        const results = ids.map((id, at) => ({ role: 'tool', tool_call_id: id, content: `result ${at}` }))
        const messages = [{ role: 'user', content: 'Hi' }, message, ...results.toReversed()]
        const { body, dropped } = translated(format, { messages }, speech.model)
        assert.deepEqual(speech.said(body), speech.again(said, calls))
        assert.deepEqual(dropped, [])
        const told = JSON.stringify(body).match(/result \d/g)
        assert.deepEqual(
          told,
          results.map(({ content }) => content),
        )
      }),
      { numRuns: 200 },
    )
  })
}

/** How a call begins, goes on and ends in a stream. `at`: its place among all. */
interface CallEvents {
  start(call: Call, at: number): object
  piece(written: string, at: number): object
  end: readonly object[]
}

const named = (event: object): readonly [string | null, unknown] =>
  'event' in event && 'data' in event ? [String(event.event), event.data] : [null, event]

const streams: Readonly<Record<string, CallEvents>> = {
  'anthropic-messages': {
    start: ({ id, name }, index) => ({
      type: 'content_block_start',
      index,
      content_block: { type: 'tool_use', id, name, input: {} },
    }),
    piece: (partial_json, index) => ({
      type: 'content_block_delta',
      index,
      delta: { type: 'input_json_delta', partial_json },
    }),
    end: [{ type: 'message_delta', delta: { stop_reason: 'tool_use' } }, { type: 'message_stop' }],
  },
  'bedrock-converse': {
    start: ({ id, name }, contentBlockIndex) => ({
      event: 'contentBlockStart',
      data: { contentBlockIndex, start: { toolUse: { toolUseId: id, name } } },
    }),
    piece: (input, contentBlockIndex) => ({
      event: 'contentBlockDelta',
      data: { contentBlockIndex, delta: { toolUse: { input } } },
    }),
    end: [
      { event: 'messageStop', data: { stopReason: 'tool_use' } },
      { event: 'metadata', data: { usage: {} } },
    ],
  },
  'cohere-chat': {
    start: ({ id, name }, index) => ({
      type: 'tool-call-start',
      index,
      delta: { message: { tool_calls: { id, type: 'function', function: { name, arguments: '' } } } },
    }),
    piece: (written, index) => ({
      type: 'tool-call-delta',
      index,
      delta: { message: { tool_calls: { function: { arguments: written } } } },
    }),
    end: [{ type: 'message-end', delta: { finish_reason: 'TOOL_CALL' } }],
  },
}

for (const [format, { start, piece, end }] of Object.entries(streams)) {
  test(`calls whose pieces come in turn keep their index, id and arguments in ${format}`, () => {
    const many = callsOf(2).chain((calls) =>
      fc.tuple(
        fc.constant(calls),
        fc.array(fc.nat(calls.length - 1), { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
      ),
    )
    fc.assert(
      fc.property(many, ([calls, order, size]) => {
        const left = calls.map(({ input }) => JSON.stringify(input).match(new RegExp(`.{1,${size}}`, 'gsu')) ?? [])
        const inTurn = [...order, ...left.flatMap((pieces, at) => pieces.map(() => at))]
        const events = inTurn.flatMap((at) => {
          const written = left[at]?.shift()
          return written === undefined ? [] : [piece(written, at)]
        })
        const all = [...calls.map((call, at) => start(call, at)), ...events, ...end]
        const { data } = translateEvents(format, ...all.map(named))
        const told = new Map<number, { id: string; name: string; written: string }>()
        for (const line of data.slice(0, -1)) {
          const { choices } = JSON.parse(line) as {
            choices: {
              delta: { tool_calls?: { index: number; id?: string; function: { name?: string; arguments: string } }[] }
            }[]
          }
          for (const call of choices[0]?.delta.tool_calls ?? []) {
            const known = told.get(call.index) ?? { id: call.id ?? '', name: call.function.name ?? '', written: '' }
            told.set(call.index, { ...known, written: known.written + call.function.arguments })
          }
        }
        assert.deepEqual(
          [...told],
          calls.map(({ id, name, input }, at) => [at, { id, name, written: JSON.stringify(input) }]),
        )
        assert.equal(data.at(-1), '[DONE]')
      }),
      { numRuns: 200 },
    )
  })
}
