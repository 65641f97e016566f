import { parameters, pixel, schema } from './asks.ts'
import type { ExpectedOfFormat } from './expected.ts'

const said = (text: string): object => ({ role: 'user', parts: [{ text }] })
const plain = {
  systemInstruction: { parts: [{ text: 'Be brief.' }] },
  contents: [said('Hello')],
  generationConfig: { maxOutputTokens: 100 },
}
const tools = [
  {
    functionDeclarations: [
      { name: 'get_weather', description: 'The weather in a city', parametersJsonSchema: parameters },
    ],
  },
]
const call = (city: string): object => ({ functionCall: { name: 'get_weather', args: { city } } })
const result = (text: string): object => ({ functionResponse: { name: 'get_weather', response: { result: text } } })
const topic = { type: 'function', function: { name: 'generate_topic', arguments: '{}' } }

/** Source: https://ai.google.dev/api/generate-content (checked 2026-11-26). */
export const gemini: ExpectedOfFormat = {
  plain: {
    sent: plain,
    got: {
      choices: [
        { message: { role: 'assistant', content: 'The capital of France is Paris.\n' }, finish_reason: 'stop' },
      ],
    },
  },
  stream: {
    sent: plain,
    got: {
      id: 'ru1garvBEoOiqtsP2fznmQw',
      choices: [
        { message: { content: Array.from({ length: 30 }, (_, at) => at + 1).join('\n') }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 18, completion_tokens: 115, completion_tokens_details: { reasoning_tokens: 35 } },
    },
  },
  tools: {
    sent: { contents: [said('Weather in Paris?')], tools, toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
    got: {
      choices: [
        {
          message: {
            content: null,
            tool_calls: [
              {
                type: 'function',
                function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
                extra_content: {
                  google: {
                    thought_signature:
                      'CusBAXLI2nxjqlNFmkZhFvBKYO2Qbvj3E+G7N6BmlLYeobi9hrXb2MqtS/9TkFYVru/pjEa0jD3zRZrq',
                  },
                },
              },
            ],
          },
          finish_reason: 'tool_calls',
        },
      ],
    },
  },
  'parallel tools': {
    sent: {
      contents: [
        said('Weather in Paris and Bern?'),
        { role: 'model', parts: [call('Paris'), call('Bern')] },
        { role: 'user', parts: [result('sun'), result('rain'), { text: 'And Rome and Oslo?' }] },
      ],
      tools,
    },
    got: { choices: [{ message: { tool_calls: [topic, topic, topic] }, finish_reason: 'tool_calls' }] },
  },
  images: {
    sent: {
      contents: [
        { role: 'user', parts: [{ text: 'What is it?' }, { inlineData: { mimeType: 'image/png', data: pixel } }] },
      ],
    },
    got: { choices: [{ message: { content: 'That is a potato.' } }], usage: { prompt_tokens: 1817 } },
  },
  structured: {
    sent: {
      contents: [said('The largest city of Mexico?')],
      generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema },
    },
    got: { choices: [{ message: { content: '{\n  "city": "Mexico City",\n  "country": "Mexico"\n}' } }] },
  },
  reasoning: {
    sent: {
      contents: [said('How do I cross a street?')],
      generationConfig: { thinkingConfig: { thinkingBudget: 1024, includeThoughts: true } },
    },
    got: {
      choices: [
        {
          message: {
            content: 'Crossing the street safely is a fundamental skill that requires awareness and',
            reasoning_content: "**A Safe Street-Crossing Guide: My Thought Process**\n\nAlright, let's break this",
          },
        },
      ],
      usage: { completion_tokens_details: { reasoning_tokens: 1001 } },
    },
  },
  error: { sent: plain, got: { type: 'invalid_request_error', code: 'INVALID_ARGUMENT' } },
  usage: {
    sent: plain,
    got: {
      usage: { prompt_tokens: 9, completion_tokens: 43, completion_tokens_details: { reasoning_tokens: 34 } },
    },
  },
}
