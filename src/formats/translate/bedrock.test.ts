import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { recordedStream } from '../../../test/formats/recorded.ts'
import {
  asked,
  finishOf,
  messageOf,
  translated,
  translateEvents,
  translateStream,
} from '../../../test/formats/translated.ts'
import { fromBedrock } from './bedrock-answer.ts'
import { Untranslatable } from './translator.ts'

const to = (body: Record<string, unknown>, model = 'amazon.nova-pro-v1:0') =>
  translated('bedrock-converse', body, model)
const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }]

describe('a chat as Converse', () => {
  it('has system, turns, calls and results in their places', () => {
    const { body, dropped } = to({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief', cache_control: { type: 'ephemeral' } }] },
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }],
          thinking_blocks: [{ type: 'thinking', thinking: 't', signature: 's' }],
        },
        { role: 'tool', tool_call_id: 'a', content: '' },
      ],
      tools,
      tool_choice: 'required',
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 10,
      stop: 'x',
      seed: 1,
      parallel_tool_calls: false,
      service_tier: 'priority',
      metadata: { team: 'a' },
    })
    assert.deepEqual(body, {
      system: [{ text: 'Be brief' }, { cachePoint: { type: 'default' } }],
      messages: [
        { role: 'user', content: [{ text: 'Hi' }] },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 't', signature: 's' } } },
            { toolUse: { toolUseId: 'a', name: 'f', input: { x: 1 } } },
          ],
        },
        { role: 'user', content: [{ toolResult: { toolUseId: 'a', content: [{ text: ' ' }] } }] },
      ],
      inferenceConfig: { maxTokens: 10, stopSequences: ['x'], temperature: 0.5, topP: 0.9 },
      toolConfig: {
        tools: [{ toolSpec: { name: 'f', inputSchema: { json: { type: 'object' } } } }],
        toolChoice: { any: {} },
      },
      requestMetadata: { team: 'a' },
      serviceTier: { type: 'priority' },
    })
    assert.deepEqual(dropped, ['seed', 'parallel_tool_calls'])
  })

  it('images and documents go as bytes, under names that Bedrock takes', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'data:image/jpg;base64,QUJD' } },
      { type: 'file', file: { filename: 'räport_1.pdf', file_data: 'data:application/pdf;base64,QUJD' } },
    ]
    const { messages } = to({ messages: [{ role: 'user', content }] }).body as { messages: { content: unknown }[] }
    assert.deepEqual(messages[0]?.content, [
      { image: { format: 'jpeg', source: { bytes: 'QUJD' } } },
      { document: { format: 'pdf', name: 'r port 1 pdf 1', source: { bytes: 'QUJD' } } },
    ])
    const refused = [
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'image_url', image_url: { url: 'data:image/tiff;base64,QUJD' } },
      { type: 'input_audio', input_audio: { data: 'QUJD', format: 'wav' } },
      { type: 'file', file: { file_id: 'f' } },
    ]
    for (const part of refused)
      assert.throws(() => to({ messages: [{ role: 'user', content: [part] }] }), Untranslatable)
  })

  it('Claude thinks there in its own words, others by effort; schemas are text', () => {
    const claude = to({ reasoning_effort: 'low', max_tokens: 100 }, 'us.anthropic.claude-sonnet-4-5-20250929-v1:0').body
    assert.deepEqual(claude['additionalModelRequestFields'], { thinking: { type: 'enabled', budget_tokens: 1024 } })
    assert.deepEqual(claude['inferenceConfig'], { maxTokens: 1124 })
    const schema = { type: 'object' }
    const response_format = { type: 'json_schema', json_schema: { name: 'x', schema } }
    assert.deepEqual(to({ reasoning_effort: 'low', response_format }).body['outputConfig'], {
      effort: 'low',
      textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{"type":"object"}', name: 'x' } } },
    })
  })

  it('no call at all is said by leaving the tools out, where there were no calls', () => {
    assert.equal(to({ tools, tool_choice: 'none' }).body['toolConfig'], undefined)
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] },
    ]
    assert.throws(() => to({ tools, tool_choice: 'none', messages }), Untranslatable)
  })
})

describe('an answer of Converse', () => {
  it('is a chat completion', () => {
    const content = [
      { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
      { text: 'Rain.' },
      { toolUse: { toolUseId: 't', name: 'f', input: {} } },
    ]
    const usage = { inputTokens: 3, outputTokens: 4, totalTokens: 7, cacheReadInputTokens: 5 }
    const told = { output: { message: { role: 'assistant', content } }, stopReason: 'tool_use', usage }
    const { answer, facts } = fromBedrock(told, asked)
    assert.deepEqual(messageOf(answer), {
      role: 'assistant',
      content: 'Rain.',
      refusal: null,
      reasoning_content: 'hm',
      thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 's' }],
      annotations: [],
      tool_calls: [{ id: 't', type: 'function', function: { name: 'f', arguments: '{}' } }],
    })
    assert.deepEqual(facts.usage, { input: 3, cacheRead: 5, output: 4 })
    assert.deepEqual([finishOf(answer), answer['model']], ['tool_calls', 'the-model'])
  })

  it('its stream is the same message', () => {
    const { message, data } = translateStream('bedrock-converse', recordedStream('bedrock-converse.events.txt'))
    assert.equal(messageOf(message)['content'], 'Let me look that up für Sie.')
    assert.deepEqual(messageOf(message)['tool_calls'], [
      {
        id: 'tooluse_kZJMlvQmRJ6eAyJE5GIl7Q',
        type: 'function',
        function: { name: 'get_weather', arguments: '{"city": "Zürich"}' },
      },
    ])
    assert.deepEqual([finishOf(message), data.at(-1)], ['tool_calls', '[DONE]'])
  })

  it('an exception in the middle of the stream is an error', () => {
    const { data, facts } = translateEvents(
      'bedrock-converse',
      ['messageStart', { role: 'assistant' }],
      ['throttlingException', { error: { type: 'throttlingException', message: 'Too many tokens' } }],
    )
    assert.match(data.at(-1) ?? '', /"message":"Too many tokens","type":"throttlingException"/)
    assert.equal(facts.error, 'Too many tokens')
  })
})
