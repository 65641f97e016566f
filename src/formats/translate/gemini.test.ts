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
import { fromGemini } from './gemini-answer.ts'

const to = (body: Record<string, unknown>, model = 'gemini-2.5-flash') => translated('gemini', body, model)
const tools = [{ type: 'function', function: { name: 'f', parameters: { $ref: '#/$defs/x' } } }]

describe('a chat as generateContent', () => {
  it('has system, turns and settings in their places', () => {
    const schema = { type: 'object', additionalProperties: false }
    const { body, dropped } = to({
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        { role: 'assistant', content: 'Yes?' },
        { role: 'user', content: 'Count' },
      ],
      n: 2,
      seed: 7,
      stop: ['a', 'b'],
      logprobs: true,
      top_logprobs: 3,
      max_completion_tokens: 9,
      presence_penalty: 1,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
      logit_bias: { 5: 1 },
    })
    assert.deepEqual(body, {
      systemInstruction: { parts: [{ text: 'Be brief' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Hi' }] },
        { role: 'model', parts: [{ text: 'Yes?' }] },
        { role: 'user', parts: [{ text: 'Count' }] },
      ],
      generationConfig: {
        maxOutputTokens: 9,
        stopSequences: ['a', 'b'],
        candidateCount: 2,
        seed: 7,
        presencePenalty: 1,
        responseLogprobs: true,
        logprobs: 3,
        responseMimeType: 'application/json',
        responseJsonSchema: schema,
      },
    })
    assert.deepEqual(dropped, ['logit_bias'])
  })

  it('schemas of tools go as they are, and one function can be forced', () => {
    const { body } = to({ tools, tool_choice: { type: 'function', function: { name: 'f' } } })
    assert.deepEqual(body['tools'], [
      { functionDeclarations: [{ name: 'f', parametersJsonSchema: { $ref: '#/$defs/x' } }] },
    ])
    assert.deepEqual(body['toolConfig'], { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } })
    const allowed = { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [] } }
    assert.equal(to({ tools, tool_choice: allowed }).body['tools'], undefined)
  })

  it('calls come back with their signature, or with the word for none where it is demanded', () => {
    const extra_content = { google: { thought_signature: 'sig' } }
    const call = (id: string, more = {}) => ({ id, type: 'function', function: { name: id, arguments: '{}' }, ...more })
    const chat = (first: object) => ({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: null, tool_calls: [first, call('b')] },
        { role: 'tool', tool_call_id: 'b', content: '{"n":1}' },
        { role: 'tool', tool_call_id: 'a', content: 'text' },
      ],
    })
    const contents = [
      { role: 'user', parts: [{ text: 'Hi' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { name: 'a', args: {} }, thoughtSignature: 'sig' },
          { functionCall: { name: 'b', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'a', response: { result: 'text' } } },
          { functionResponse: { name: 'b', response: { n: 1 } } },
        ],
      },
    ]
    assert.deepEqual(to(chat(call('a', { extra_content })), 'gemini-3-pro').body['contents'], contents)
    const without = to(chat(call('a')), 'gemini-3-pro').body['contents'] as { parts: object[] }[]
    assert.deepEqual(without[1]?.parts[0], {
      functionCall: { name: 'a', args: {} },
      thoughtSignature: 'skip_thought_signature_validator',
    })
    const older = to(chat(call('a'))).body['contents'] as { parts: object[] }[]
    assert.deepEqual(older[1]?.parts[0], { functionCall: { name: 'a', args: {} } })
  })

  it('media of all kinds', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.webp?x=1' } },
      { type: 'input_audio', input_audio: { data: 'QUJD', format: 'mp3' } },
      { type: 'file', file: { file_id: 'https://generativelanguage.googleapis.com/v1beta/files/abc' } },
    ]
    assert.deepEqual(to({ messages: [{ role: 'user', content }] }).body['contents'], [
      {
        role: 'user',
        parts: [
          { inlineData: { mimeType: 'image/png', data: 'QUJD' } },
          { fileData: { mimeType: 'image/webp', fileUri: 'https://example.com/a.webp?x=1' } },
          { inlineData: { mimeType: 'audio/mp3', data: 'QUJD' } },
          {
            fileData: {
              mimeType: 'application/pdf',
              fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc',
            },
          },
        ],
      },
    ])
  })

  it('thinks as its generation does', () => {
    const config = (body: object, model: string) =>
      (to({ ...body }, model).body['generationConfig'] as Record<string, unknown> | undefined)?.['thinkingConfig']
    const effort = (reasoning_effort: string) => ({ reasoning_effort })
    assert.deepEqual(config(effort('low'), 'gemini-2.5-flash'), { thinkingBudget: 1024, includeThoughts: true })
    assert.deepEqual(config(effort('none'), 'gemini-2.5-flash'), { thinkingBudget: 0, includeThoughts: false })
    assert.deepEqual(config(effort('none'), 'gemini-2.5-pro'), { thinkingBudget: 128, includeThoughts: false })
    assert.deepEqual(config(effort('xhigh'), 'gemini-3-pro'), { thinkingLevel: 'HIGH', includeThoughts: true })
    assert.deepEqual(to(effort('low'), 'gemini-2.0-flash').dropped, ['reasoning_effort'])
  })
})

describe('an answer of generateContent', () => {
  it('has calls with ids, images, log probabilities and pages by character', () => {
    const web = { uri: 'https://a.example/', title: 'A' }
    const { answer } = fromGemini(
      {
        candidates: [
          {
            content: {
              parts: [
                { text: 'hm', thought: true },
                { text: 'Zürich ist schön.' },
                { inlineData: { mimeType: 'image/png', data: 'QUJD' } },
                { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'sig' },
                { functionCall: { name: 'g' } },
              ],
            },
            finishReason: 'STOP',
            groundingMetadata: {
              groundingChunks: [{ web }],
              groundingSupports: [{ segment: { startIndex: 8, endIndex: 19 }, groundingChunkIndices: [0, 9] }],
            },
            logprobsResult: {
              chosenCandidates: [{ token: 'Z', logProbability: -0.5 }],
              topCandidates: [{ candidates: [{ token: 'Z', logProbability: -0.5 }] }],
            },
          },
        ],
        responseId: 'r',
      },
      asked,
    )
    assert.deepEqual(messageOf(answer), {
      role: 'assistant',
      content: 'Zürich ist schön.',
      refusal: null,
      reasoning_content: 'hm',
      annotations: [
        { type: 'url_citation', url_citation: { start_index: 7, end_index: 17, url: web.uri, title: web.title } },
      ],
      images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } }],
      tool_calls: [
        {
          id: 'call_1_0_0',
          type: 'function',
          function: { name: 'f', arguments: '{"a":1}' },
          extra_content: { google: { thought_signature: 'sig' } },
        },
        { id: 'call_1_0_1', type: 'function', function: { name: 'g', arguments: '{}' } },
      ],
    })
    assert.equal(finishOf(answer), 'tool_calls')
    const [choice] = answer['choices'] as { logprobs: unknown }[]
    const logprob = { token: 'Z', logprob: -0.5, bytes: [90] }
    assert.deepEqual(choice?.logprobs, { content: [{ ...logprob, top_logprobs: [logprob] }], refusal: null })
  })

  it('a blocked prompt is a refusal', () => {
    const { answer } = fromGemini({ promptFeedback: { blockReason: 'SAFETY' } }, asked)
    assert.deepEqual(
      [finishOf(answer), messageOf(answer)['refusal']],
      ['content_filter', 'The prompt was blocked: SAFETY'],
    )
  })
})

describe('a stream of generateContent', () => {
  it('is the same message with thoughts beside it', () => {
    const { message, data } = translateStream('gemini', recordedStream('gemini.sse.txt'))
    assert.deepEqual(messageOf(message), {
      role: 'assistant',
      content: 'Three cats.',
      reasoning_content: '**Counting**\n',
    })
    assert.equal(data.at(-1), '[DONE]')
    assert.match(data.at(-2) ?? '', /"prompt_tokens":1290,"completion_tokens":68/)
  })

  it('calls are whole, with an index and an id, and end with tool_calls', () => {
    const parts = [{ functionCall: { name: 'f', args: { a: 1 } } }, { functionCall: { name: 'g', args: {} } }]
    const { message, data } = translateEvents(
      'gemini',
      [null, { candidates: [{ content: { parts: [parts[0]] } }] }],
      [null, { candidates: [{ content: { parts: [parts[1]] }, finishReason: 'STOP' }], usageMetadata: {} }],
    )
    const calls = messageOf(message)['tool_calls'] as { id: string; function: object }[]
    assert.deepEqual(
      calls.map(({ id, function: named }) => [id, named]),
      [
        ['call_1_0_0', { name: 'f', arguments: '{"a":1}' }],
        ['call_1_0_1', { name: 'g', arguments: '{}' }],
      ],
    )
    assert.deepEqual([finishOf(message), data.at(-1)], ['tool_calls', '[DONE]'])
  })

  it('an error in the middle, and an end before the end', () => {
    const error = { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' }
    const { data } = translateEvents(
      'gemini',
      [null, { candidates: [{ content: { parts: [{ text: 'a' }] } }] }],
      [null, { error }],
    )
    assert.match(data.at(-1) ?? '', /"message":"Overloaded","type":"UNAVAILABLE"/)
    const cut = translateEvents('gemini', [null, { candidates: [{ content: { parts: [{ text: 'a' }] } }] }])
    assert.match(cut.data.at(-1) ?? '', /"error":/)
  })
})
