import { exceptionFrame } from '../formats/event-stream.ts'
import { recordedStream } from '../formats/recorded.ts'

/** One provider of each format: how it says a text, a call and an error, and a stream of it. All simulated. */
interface Fake {
  model: string
  text(text: string): unknown
  call(name: string, input: object): unknown
  error: { status: number; body: unknown; message: string }
  /** A stream that calls `get_weather`. */
  callStream: Buffer
  stream: { file: string; contentType: string; content: string; arguments: string | null; tokens: [number, number] }
  /** What stands before the stream is over when something goes wrong. */
  brokenStream: { bytes: Buffer; message: string }
  key: string
  path: RegExp
}

const sse = 'text/event-stream'
const likeOpenAi: Omit<Fake, 'model' | 'path'> = {
  text: (content) => ({
    id: 'chatcmpl-m',
    object: 'chat.completion',
    model: 'any',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  }),
  call: (name, input) => ({
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'c1', type: 'function', function: { name, arguments: JSON.stringify(input) } }],
        },
        finish_reason: 'tool_calls',
      },
    ],
  }),
  error: { status: 401, body: { detail: 'Unauthorized' }, message: 'Unauthorized' },
  callStream: recordedStream('openai-chat-tools.sse.txt').bytes,
  stream: {
    file: 'openai-chat.sse.txt',
    contentType: sse,
    content: 'Grüße 🌍!',
    arguments: null,
    tokens: [1117, 46],
  },
  brokenStream: {
    bytes: Buffer.from('data: {"error":{"message":"Gone","type":"server_error","code":null}}\n\n'),
    message: 'Gone',
  },
  key: 'authorization',
}
export const fakes: readonly Fake[] = [
  {
    model: 'anthropic/claude-sonnet-4-5',
    text: (text) => ({
      id: 'msg_1',
      model: 'claude-sonnet-4-5-20250929',
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 11, output_tokens: 7 },
    }),
    call: (name, input) => ({
      content: [{ type: 'tool_use', id: 'toolu_1', name, input }],
      stop_reason: 'tool_use',
      usage: { input_tokens: 11, output_tokens: 7 },
    }),
    error: {
      status: 429,
      body: { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down' } },
      message: 'Slow down',
    },
    callStream: recordedStream('anthropic-messages.sse.txt').bytes,
    stream: {
      file: 'anthropic-messages.sse.txt',
      contentType: sse,
      content: "Okay, let's check the weather:",
      arguments: '{"location": "San Francisco, CA"}',
      tokens: [4572, 89],
    },
    brokenStream: {
      bytes: Buffer.from('data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'),
      message: 'Overloaded',
    },
    key: 'x-api-key',
    path: /^\/messages$/,
  },
  {
    model: 'google-ai-studio/gemini-2.5-flash',
    text: (text) => ({
      candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 7 },
      modelVersion: 'gemini-2.5-flash',
    }),
    call: (name, args) => ({
      candidates: [{ content: { role: 'model', parts: [{ functionCall: { name, args } }] }, finishReason: 'STOP' }],
    }),
    error: {
      status: 400,
      body: { error: { code: 400, message: 'API key not valid', status: 'INVALID_ARGUMENT' } },
      message: 'API key not valid',
    },
    callStream: Buffer.from(
      'data: {"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"get_weather","args":{"city":"Bern"}}}]},' +
        '"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":11,"candidatesTokenCount":7}}\n\n',
    ),
    stream: { file: 'gemini.sse.txt', contentType: sse, content: 'Three cats.', arguments: null, tokens: [1290, 68] },
    brokenStream: {
      bytes: Buffer.from('data: {"error":{"code":503,"message":"Unavailable","status":"UNAVAILABLE"}}\n\n'),
      message: 'Unavailable',
    },
    key: 'x-goog-api-key',
    path: /^\/v1beta\/models\/gemini-2\.5-flash:(?:generateContent|streamGenerateContent\?alt=sse)$/,
  },
  {
    model: 'aws-bedrock/eu-west-1/anthropic.claude-sonnet-4-5-20250929-v1:0',
    text: (text) => ({
      output: { message: { role: 'assistant', content: [{ text }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 },
    }),
    call: (name, input) => ({
      output: { message: { role: 'assistant', content: [{ toolUse: { toolUseId: 'tooluse_1', name, input } }] } },
      stopReason: 'tool_use',
    }),
    error: { status: 403, body: { message: 'You may not' }, message: 'You may not' },
    callStream: recordedStream('bedrock-converse.events.txt').bytes,
    stream: {
      file: 'bedrock-converse.events.txt',
      contentType: 'application/vnd.amazon.eventstream',
      content: 'Let me look that up für Sie.',
      arguments: '{"city": "Zürich"}',
      tokens: [4245, 78],
    },
    brokenStream: { bytes: exceptionFrame('throttlingException', 'Too many tokens'), message: 'Too many tokens' },
    key: 'authorization',
    path: /^\/model\/anthropic\.claude-sonnet-4-5-20250929-v1%3A0\/converse(?:-stream)?$/,
  },
  {
    model: 'cohere/command-a-03-2025',
    text: (text) => ({
      id: 'c14c80c3',
      finish_reason: 'COMPLETE',
      message: { role: 'assistant', content: [{ type: 'text', text }] },
      usage: { billed_units: { input_tokens: 11, output_tokens: 7 } },
    }),
    call: (name, input) => ({
      finish_reason: 'TOOL_CALL',
      message: {
        role: 'assistant',
        tool_plan: 'I look.',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name, arguments: JSON.stringify(input) } }],
      },
    }),
    error: { status: 404, body: { message: "model 'x' not found" }, message: "model 'x' not found" },
    callStream: recordedStream('cohere-chat-v2.sse.txt').bytes,
    stream: {
      file: 'cohere-chat-v2.sse.txt',
      contentType: sse,
      content: 'Il pleut à Genève.',
      arguments: '{"city":"Genève"}',
      tokens: [17, 12],
    },
    brokenStream: {
      bytes: Buffer.from('data: {"type":"message-end","delta":{"finish_reason":"ERROR","error":"Broken"}}\n\n'),
      message: 'Broken',
    },
    key: 'authorization',
    path: /^\/v2\/chat$/,
  },
  {
    model: 'mistral/mistral-large-latest',
    ...likeOpenAi,
    path: /^\/chat\/completions$/,
  },
  {
    model: 'workers-ai/@cf/meta/llama-3.1-8b-instruct',
    ...likeOpenAi,
    path: /^\/v1\/chat\/completions$/,
  },
]
