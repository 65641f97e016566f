import { parameters, pixel, schema } from './asks.ts'
import type { ExpectedOfFormat } from './expected.ts'

const said = (text: string): object => ({ role: 'user', content: [{ text }] })
const plain = { system: [{ text: 'Be brief.' }], messages: [said('Hello')], inferenceConfig: { maxTokens: 100 } }
const tools = [
  { toolSpec: { name: 'get_weather', description: 'The weather in a city', inputSchema: { json: parameters } } },
]
const use = (toolUseId: string, city: string): object => ({
  toolUse: { toolUseId, name: 'get_weather', input: { city } },
})
const result = (toolUseId: string, text: string): object => ({ toolResult: { toolUseId, content: [{ text }] } })
const call = (id: string, city: string): object => ({
  id,
  type: 'function',
  function: { name: 'get_weather', arguments: `{"city":"${city}"}` },
})

/** Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (checked 2026-11-26). */
export const bedrockConverse: ExpectedOfFormat = {
  plain: {
    sent: plain,
    got: {
      choices: [
        {
          message: { content: 'The capital of France is Paris. Paris is not only the capital city but also the' },
          finish_reason: 'stop',
        },
      ],
    },
  },
  stream: {
    sent: plain,
    got: {
      choices: [
        {
          message: { content: 'The current temperature in Paris, the capital of France, is 30°C.' },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 577, completion_tokens: 18, total_tokens: 595 },
    },
  },
  tools: {
    sent: { messages: [said('Weather in Paris?')], toolConfig: { tools, toolChoice: { any: {} } } },
    got: {
      choices: [
        {
          message: { content: null, tool_calls: [call('tooluse_XjTErzm6TpyMMpDviNVY3g', 'Paris')] },
          finish_reason: 'tool_calls',
        },
      ],
    },
  },
  'parallel tools': {
    sent: {
      messages: [
        said('Weather in Paris and Bern?'),
        { role: 'assistant', content: [use('call_a', 'Paris'), use('call_b', 'Bern')] },
        {
          role: 'user',
          content: [result('call_a', 'sun'), result('call_b', 'rain'), { text: 'And Rome and Oslo?' }],
        },
      ],
      toolConfig: { tools },
    },
    got: {
      choices: [
        {
          message: { tool_calls: [call('tooluse_1', 'Rome'), call('tooluse_2', 'Oslo')] },
          finish_reason: 'tool_calls',
        },
      ],
    },
  },
  images: {
    sent: {
      messages: [
        {
          role: 'user',
          content: [{ text: 'What is it?' }, { image: { format: 'png', source: { bytes: pixel } } }],
        },
      ],
    },
    got: {
      choices: [{ message: { content: 'The image shows a potato. It is oval in shape and has a yellow skin with' } }],
    },
  },
  structured: {
    sent: {
      messages: [said('The largest city of Mexico?')],
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: { jsonSchema: { name: 'place', schema: JSON.stringify(schema) } },
        },
      },
    },
    got: { choices: [{ message: { content: '{ "city": "Paris", "country": "France" }' } }] },
  },
  reasoning: {
    sent: {
      messages: [said('How do I cross a street?')],
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 } },
    },
    got: {
      choices: [
        {
          message: {
            content: 'Here are the basic steps for safely crossing the street:\n\n1. **Find a safe',
            reasoning_content: 'The user is asking a simple, practical question about how to cross the street safely.',
            thinking_blocks: [
              { signature: 'Ev8BCkgIDRABGAIqQA94zfb4uEVoCu7iX9s3XhxDSQeO+T4eEebWFazipXUbG6UnmE4yM4RHrXY1hCjk' },
            ],
          },
        },
      ],
    },
  },
  error: { sent: plain, got: { type: 'invalid_request_error' } },
  usage: {
    sent: plain,
    got: {
      usage: { prompt_tokens: 1324, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 1322 } },
    },
  },
}
