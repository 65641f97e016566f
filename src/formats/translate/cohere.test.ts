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
import { fromCohere } from './cohere-answer.ts'
import { Untranslatable } from './translator.ts'

const to = (body: Record<string, unknown>) => translated('cohere-chat', body, 'command-a')
const tool = (name: string) => ({ type: 'function', function: { name, parameters: { type: 'object' } } })

describe('a chat as Cohere has it', () => {
  it('has everything in its place', () => {
    const schema = { type: 'object' }
    const { body, dropped } = to({
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } }] },
        {
          role: 'assistant',
          content: 'I will look.',
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '' } }],
        },
        { role: 'tool', tool_call_id: 'a', content: 'rain' },
      ],
      stream: true,
      tools: [tool('f'), tool('g')],
      tool_choice: { type: 'function', function: { name: 'f' } },
      top_p: 0.5,
      seed: 1,
      stop: ['x'],
      reasoning_effort: 'high',
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
      user: 'u',
    })
    assert.deepEqual(body, {
      model: 'command-a',
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } }] },
        {
          role: 'assistant',
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
          tool_plan: 'I will look.',
        },
        { role: 'tool', tool_call_id: 'a', content: 'rain' },
      ],
      stream: true,
      p: 0.5,
      stop_sequences: ['x'],
      seed: 1,
      response_format: { type: 'json_object', json_schema: schema },
      tools: [tool('f')],
      tool_choice: 'REQUIRED',
      thinking: { type: 'enabled' },
    })
    assert.deepEqual(dropped, ['user'])
  })

  it('files are refused, not left out', () => {
    const content = [{ type: 'file', file: { file_data: 'data:application/pdf;base64,QUJD' } }]
    assert.throws(() => to({ messages: [{ role: 'user', content }] }), Untranslatable)
  })
})

describe('an answer of Cohere', () => {
  it('is a chat completion with the pages it cites', () => {
    const source = { type: 'document', id: 'd', document: { url: 'https://a.example/', title: 'A' } }
    const { answer } = fromCohere(
      {
        id: 'c',
        finish_reason: 'MAX_TOKENS',
        message: {
          content: [
            { type: 'thinking', thinking: 'hm' },
            { type: 'text', text: 'Rain.' },
          ],
          citations: [{ start: 0, end: 4, text: 'Rain', sources: [source, { type: 'tool', id: 't' }] }],
        },
        usage: { billed_units: { input_tokens: 3, output_tokens: 4 } },
      },
      asked,
    )
    assert.deepEqual(messageOf(answer), {
      role: 'assistant',
      content: 'Rain.',
      refusal: null,
      reasoning_content: 'hm',
      annotations: [
        { type: 'url_citation', url_citation: { start_index: 0, end_index: 4, url: 'https://a.example/', title: 'A' } },
      ],
    })
    assert.deepEqual([answer['id'], finishOf(answer)], ['c', 'length'])
  })

  it('its stream has the plan as thoughts, the calls and the text', () => {
    const { message, data } = translateStream('cohere-chat', recordedStream('cohere-chat-v2.sse.txt'))
    assert.deepEqual(messageOf(message), {
      role: 'assistant',
      content: 'Il pleut à Genève.',
      reasoning_content: 'I will look it up.',
      tool_calls: [
        { id: 'get_weather_t8h1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Genève"}' } },
      ],
    })
    assert.equal(data.at(-1), '[DONE]')
  })

  it('a stream that ends with an error is not [DONE]', () => {
    const delta = { finish_reason: 'ERROR', error: 'Out of memory' }
    const { data } = translateEvents('cohere-chat', [null, { type: 'message-end', delta }])
    assert.match(data.at(-1) ?? '', /"error":\{"message":"Out of memory"/)
  })
})
