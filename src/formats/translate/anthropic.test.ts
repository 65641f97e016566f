import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readBody, recordedStream } from '../../../test/formats/recorded.ts'
import {
  asked,
  finishOf,
  messageOf,
  translated,
  translateEvents,
  translateStream,
} from '../../../test/formats/translated.ts'
import { fromAnthropic } from './anthropic-answer.ts'
import { claudeVersion } from './anthropic-model.ts'
import { Untranslatable } from './translator.ts'

const to = (body: Record<string, unknown>, model = 'claude-sonnet-4-5') => translated('anthropic-messages', body, model)
const tools = [
  { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' }, strict: true } },
]
const calls = [
  { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
  { id: 'b', type: 'function', function: { name: 'g', arguments: '' } },
]

describe('a chat as Anthropic messages', () => {
  it('has what Anthropic demands, and nothing that was not asked', () => {
    assert.deepEqual(to({}), {
      body: {
        model: 'claude-sonnet-4-5',
        max_tokens: 32_000,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      },
      headers: ['anthropic-version', '2023-06-01'],
      dropped: [],
    })
  })

  it('system and developer messages are the system prompt, in order, with what is to be cached', () => {
    const { body } = to({
      messages: [
        { role: 'system', content: 'one' },
        { role: 'developer', content: [{ type: 'text', text: 'two', cache_control: { type: 'ephemeral' } }] },
        { role: 'user', content: 'Hi' },
      ],
    })
    assert.deepEqual(body['system'], [
      { type: 'text', text: 'one' },
      { type: 'text', text: 'two', cache_control: { type: 'ephemeral' } },
    ])
  })

  it('parallel calls and their results stand in one message each, results in the order of the calls', () => {
    const thinking = { type: 'thinking', thinking: 't', signature: 's' }
    const { body } = to({
      tools,
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: '', tool_calls: calls, thinking_blocks: [thinking] },
        { role: 'tool', tool_call_id: 'b', content: 'second' },
        { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'first' }] },
        { role: 'user', content: 'And?' },
      ],
    })
    assert.deepEqual(body['messages'], [
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      {
        role: 'assistant',
        content: [
          thinking,
          { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } },
          { type: 'tool_use', id: 'b', name: 'g', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'first' }] },
          { type: 'tool_result', tool_use_id: 'b', content: [{ type: 'text', text: 'second' }] },
          { type: 'text', text: 'And?' },
        ],
      },
    ])
  })

  it('images and files go as bytes or as addresses', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,QUJD' } },
      { type: 'file', file: { file_data: 'data:text/plain;base64,SGk=' } },
      { type: 'file', file: { file_id: 'file_1' } },
    ]
    assert.deepEqual(to({ messages: [{ role: 'user', content }] }).body['messages'], [
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } },
          { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
          { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'QUJD' }, title: 'a.pdf' },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Hi' } },
          { type: 'document', source: { type: 'file', file_id: 'file_1' } },
        ],
      },
    ])
  })

  it('tools, the choice among them, and whether several may be called at once', () => {
    const { body } = to({ tools, tool_choice: 'required', parallel_tool_calls: false })
    assert.deepEqual(body['tools'], [{ name: 'f', description: 'd', input_schema: { type: 'object' }, strict: true }])
    assert.deepEqual(body['tool_choice'], { type: 'any', disable_parallel_tool_use: true })
    const one = { type: 'function', function: { name: 'f' } }
    assert.deepEqual(to({ tools, tool_choice: one }).body['tool_choice'], { type: 'tool', name: 'f' })
    assert.deepEqual(to({ tools, tool_choice: 'none' }).body['tool_choice'], { type: 'none' })
  })

  it('a schema, a search, a user and stops are carried; any JSON is left to the prompt, and told', () => {
    const schema = { type: 'object', properties: {} }
    const { body, dropped } = to({
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema, strict: true } },
      web_search_options: { user_location: { type: 'approximate', approximate: { country: 'CH' } } },
      stop: 'END',
      user: 'u',
      max_tokens: 5,
      max_completion_tokens: 6,
    })
    assert.deepEqual(body['output_config'], { format: { type: 'json_schema', schema } })
    assert.deepEqual(body['tools'], [
      { type: 'web_search_20250305', name: 'web_search', user_location: { type: 'approximate', country: 'CH' } },
    ])
    assert.deepEqual([body['stop_sequences'], body['metadata'], body['max_tokens']], [['END'], { user_id: 'u' }, 6])
    assert.deepEqual(dropped, [])
    assert.deepEqual(to({ response_format: { type: 'json_object' } }).dropped, ['response_format'])
    assert.throws(
      () => to({ response_format: { type: 'json_schema', json_schema: { schema } } }, 'claude-3-5-haiku-20241022'),
      Untranslatable,
    )
  })

  it('thinks as its generation does', () => {
    const older = to({ reasoning_effort: 'medium', temperature: 0.5, max_tokens: 100 })
    assert.deepEqual(older.body['thinking'], { type: 'enabled', budget_tokens: 4096 })
    assert.equal(older.body['max_tokens'], 4196)
    assert.deepEqual(older.dropped, ['temperature'])
    const newer = to({ reasoning_effort: 'xhigh' }, 'claude-opus-5-5')
    assert.deepEqual(newer.body['thinking'], { type: 'adaptive', display: 'summarized' })
    assert.deepEqual(newer.body['output_config'], { effort: 'xhigh' })
    assert.deepEqual(to({ reasoning_effort: 'none' }, 'claude-opus-5').body['thinking'], { type: 'disabled' })
    assert.deepEqual(to({ reasoning_effort: 'low', tools, tool_choice: 'required' }).dropped, ['reasoning_effort'])
    const missing = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', tool_calls: [calls[0]] },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
    ]
    assert.deepEqual(to({ reasoning_effort: 'low', tools, messages: missing }).dropped, ['reasoning_effort'])
  })

  it('temperatures are those that the model takes', () => {
    assert.equal(to({ temperature: 0.3 }).body['temperature'], 0.3)
    assert.deepEqual(to({ temperature: 0.3, top_p: 0.9 }).dropped, ['top_p'])
    const high = to({ temperature: 1.7 })
    assert.deepEqual([high.body['temperature'], high.dropped], [1, ['temperature']])
    const fixed = to({ temperature: 0, top_p: 0.9, top_k: 5 }, 'claude-opus-4-7')
    assert.deepEqual(fixed.dropped, ['temperature', 'top_k', 'top_p'])
    assert.deepEqual(
      [fixed.body['temperature'], fixed.body['top_p'], fixed.body['top_k']],
      [undefined, undefined, undefined],
    )
    assert.deepEqual(to({ temperature: 1 }, 'claude-opus-4-7').dropped, [])
  })

  it('versions are read from the names of all clouds', () => {
    const names = {
      'claude-3-5-haiku-20241022': 3.5,
      'claude-sonnet-4-20250514': 4,
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0': 4.5,
      'claude-opus-4-1@20250805': 4.1,
      'anthropic.claude-opus-5-5': 5.5,
      'claude-mythos-preview': Number.POSITIVE_INFINITY,
    }
    for (const [name, version] of Object.entries(names)) assert.equal(claudeVersion(name), version, name)
  })
})

describe('an answer of Anthropic messages', () => {
  it('is a chat completion with cached tokens in the prompt', () => {
    const { answer, facts } = fromAnthropic(readBody('anthropic-messages.json'), asked)
    assert.equal(messageOf(answer)['content'], 'It is sunny in Lisbon.')
    assert.equal(answer['id'], 'msg_01XFDUDYJgAACzvnptvVoYEL')
    assert.deepEqual(answer['usage'], {
      prompt_tokens: 7228,
      completion_tokens: 239,
      total_tokens: 7467,
      prompt_tokens_details: { cached_tokens: 7123, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    })
    assert.equal(facts.usage?.searches, 2)
  })

  it('has calls, thoughts and citations in their places', () => {
    const citation = { type: 'web_search_result_location', url: 'https://a.example/', title: 'A', cited_text: 'x' }
    const { answer } = fromAnthropic(
      {
        content: [
          { type: 'thinking', thinking: 'hm', signature: 's' },
          { type: 'text', text: 'So: ' },
          { type: 'text', text: 'rain', citations: [citation, { type: 'char_location', document_index: 0 }] },
          { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
        ],
        stop_reason: 'tool_use',
      },
      asked,
    )
    assert.deepEqual(messageOf(answer), {
      role: 'assistant',
      content: 'So: rain',
      refusal: null,
      reasoning_content: 'hm',
      thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 's' }],
      annotations: [
        { type: 'url_citation', url_citation: { start_index: 4, end_index: 8, url: 'https://a.example/', title: 'A' } },
      ],
      tool_calls: [{ id: 't', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
    })
    assert.equal(finishOf(answer), 'tool_calls')
    assert.deepEqual([answer['id'], answer['model']], ['chatcmpl-1', 'the-model'])
  })

  it('a refusal says so', () => {
    const told = { content: [], stop_reason: 'refusal', stop_details: { explanation: 'No.' } }
    const { answer } = fromAnthropic(told, asked)
    assert.deepEqual(
      [finishOf(answer), messageOf(answer)['refusal'], messageOf(answer)['content']],
      ['content_filter', 'No.', null],
    )
  })
})

describe('a stream of Anthropic messages', () => {
  it('is the same message, and its usage is told in the end', () => {
    const { data, message, facts } = translateStream('anthropic-messages', recordedStream('anthropic-messages.sse.txt'))
    assert.deepEqual(messageOf(message), {
      role: 'assistant',
      content: "Okay, let's check the weather:",
      reasoning_content: 'Weather, then.',
      thinking_blocks: [
        { type: 'thinking', thinking: 'Weather, then.', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pk=' },
      ],
      tool_calls: [
        {
          id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6',
          type: 'function',
          function: { name: 'get_weather', arguments: '{"location": "San Francisco, CA"}' },
        },
      ],
    })
    assert.equal(finishOf(message), 'tool_calls')
    assert.deepEqual(data.slice(-1), ['[DONE]'])
    assert.match(data.at(-2) ?? '', /"choices":\[\],"usage":\{"prompt_tokens":4572/)
    assert.equal(facts.usage?.cacheWrite1h, 2000)
  })

  it('usage that was not asked for is not told', () => {
    const { data } = translateStream('anthropic-messages', recordedStream('anthropic-messages.sse.txt'), undefined, {
      ...asked,
      includesUsage: false,
    })
    assert.ok(data.every((text) => !text.includes('"usage"')))
  })

  it('interleaved calls keep their places, and one without input gets an empty object', () => {
    const start = (index: number, id: string) =>
      [
        null,
        { type: 'content_block_start', index, content_block: { type: 'tool_use', id, name: id, input: {} } },
      ] as const
    const grow = (index: number, partial_json: string) =>
      [null, { type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } }] as const
    const { message } = translateEvents(
      'anthropic-messages',
      start(3, 'a'),
      start(5, 'b'),
      grow(5, '{"y":'),
      grow(3, '{"x":1}'),
      grow(5, '2}'),
      start(7, 'c'),
      [null, { type: 'content_block_stop', index: 7 }],
      [null, { type: 'content_block_stop', index: 5 }],
      [null, { type: 'message_delta', delta: { stop_reason: 'tool_use' } }],
      [null, { type: 'message_stop' }],
    )
    const told = messageOf(message)['tool_calls'] as { id: string; function: { arguments: string } }[]
    assert.deepEqual(
      told.map((call) => [call.id, call.function.arguments]),
      [
        ['a', '{"x":1}'],
        ['b', '{"y":2}'],
        ['c', '{}'],
      ],
    )
  })

  it('an error in the middle is told as OpenAI tells it, and nothing comes after it', () => {
    const { data, facts } = translateEvents(
      'anthropic-messages',
      [null, { type: 'message_start', message: { id: 'm' } }],
      [null, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
      [null, { type: 'message_stop' }],
    )
    assert.deepEqual(JSON.parse(data.at(-1) ?? ''), {
      error: { message: 'Overloaded', type: 'overloaded_error', param: null, code: null },
    })
    assert.equal(facts.error, 'Overloaded')
  })

  it('a stream that breaks off says so, and is never [DONE]', () => {
    const { data } = translateEvents('anthropic-messages', [null, { type: 'message_start', message: {} }])
    assert.match(data.at(-1) ?? '', /"error":\{"message":"The provider ended its answer before/)
  })
})
