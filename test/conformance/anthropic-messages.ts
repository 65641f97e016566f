import { parameters, pixel, schema } from './asks.ts'
import type { ExpectedOfFormat } from './expected.ts'

const text = (said: string): object => ({ type: 'text', text: said })
const plain = { max_tokens: 100, system: [text('Be brief.')], messages: [{ role: 'user', content: [text('Hello')] }] }
// What Anthropic must be told, and OpenAI's client did not.
const most = { max_tokens: 32_000 }
const tools = [{ name: 'get_weather', description: 'The weather in a city', input_schema: parameters }]
const call = (id: string, name: string): object => ({
  id,
  type: 'function',
  function: { name: 'retrieve_entity_info', arguments: `{"name":"${name}"}` },
})

/** Source: https://docs.claude.com/en/api/messages (checked 2026-11-26). */
export const anthropicMessages: ExpectedOfFormat = {
  plain: {
    sent: plain,
    got: { choices: [{ message: { role: 'assistant', content: '4' }, finish_reason: 'stop' }] },
  },
  stream: {
    sent: { ...plain, stream: true },
    got: {
      id: 'msg_018E1hg8GoVTGEKQY3ovMcSJ',
      choices: [{ message: { role: 'assistant', content: '2' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 },
    },
  },
  tools: {
    sent: {
      ...most,
      messages: [{ role: 'user', content: [text('Weather in Paris?')] }],
      tools,
      tool_choice: { type: 'any' },
    },
    got: {
      choices: [
        {
          message: {
            content: null,
            tool_calls: [
              {
                id: 'toolu_01WN4AuToBnJyXNQXwQBBebj',
                type: 'function',
                function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
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
      ...most,
      messages: [
        { role: 'user', content: [text('Weather in Paris and Bern?')] },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'call_a', name: 'get_weather', input: { city: 'Paris' } },
            { type: 'tool_use', id: 'call_b', name: 'get_weather', input: { city: 'Bern' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'call_a', content: [text('sun')] },
            { type: 'tool_result', tool_use_id: 'call_b', content: [text('rain')] },
            text('And Rome and Oslo?'),
          ],
        },
      ],
      tools,
    },
    got: {
      choices: [
        {
          message: {
            content: "I'll help you find out who is the youngest by retrieving information about each",
            tool_calls: [
              call('toolu_0167cfEnoQaPviGdVXA95zcu', 'Alice'),
              call('toolu_01EEe2V5HD1Ac4rKiUR4HD2T', 'Bob'),
              call('toolu_01XFyAjstT3966qvRynZyVPo', 'Charlie'),
              call('toolu_013mnQZbgtK2oe3Mo3XKJsx3', 'Daisy'),
            ],
          },
          finish_reason: 'tool_calls',
        },
      ],
    },
  },
  images: {
    sent: {
      ...most,
      messages: [
        {
          role: 'user',
          content: [
            text('What is it?'),
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
          ],
        },
      ],
    },
    got: {
      choices: [
        { message: { content: "This is a potato. It's a yellow/golden-colored potato with a smooth, slightly" } },
      ],
    },
  },
  structured: {
    sent: {
      ...most,
      messages: [{ role: 'user', content: [text('The largest city of Mexico?')] }],
      output_config: { format: { type: 'json_schema', schema } },
    },
    got: { choices: [{ message: { content: '{"amount":12.34}' }, finish_reason: 'stop' }] },
  },
  reasoning: {
    sent: {
      ...most,
      messages: [{ role: 'user', content: [text('How do I cross a street?')] }],
      thinking: { type: 'enabled', budget_tokens: 1024 },
    },
    got: {
      choices: [
        {
          message: {
            content: '\n\n2 + 2 = **4**',
            reasoning_content: '4',
            thinking_blocks: [
              {
                type: 'thinking',
                thinking: '4',
                signature: 'EqkBCkYICxgCKkDo5w3BcOFDM2J7MsIKxgUfuba9NpwDavusotnNesPeZa7anZZRQjr0ND/Y4T9kgQgb',
              },
            ],
          },
          finish_reason: 'stop',
        },
      ],
    },
  },
  error: { sent: plain, got: { type: 'invalid_request_error' } },
  usage: {
    sent: plain,
    got: {
      usage: {
        prompt_tokens: 1532,
        completion_tokens: 33,
        prompt_tokens_details: { cached_tokens: 1111, cache_write_tokens: 418 },
      },
    },
  },
}
