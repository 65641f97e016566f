import { pixel, schema, tools } from './asks.ts'
import type { ExpectedOfFormat } from './expected.ts'

const said = (text: string): object => ({ role: 'user', content: [{ type: 'text', text }] })
const plain = { messages: [{ role: 'system', content: 'Be brief.' }, said('Hello')], max_tokens: 100 }
const call = (id: string, city: string): object => ({
  id,
  type: 'function',
  function: { name: 'get_weather', arguments: `{"city":"${city}"}` },
})

/** Source: https://docs.cohere.com/reference/chat (checked 2026-11-26). */
export const cohereChat: ExpectedOfFormat = {
  plain: {
    sent: plain,
    got: {
      choices: [{ message: { content: 'Hello! How can I assist you today?' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 9 },
    },
  },
  stream: {
    sent: { ...plain, stream: true },
    got: {
      id: '29f14a5a-11de-4cae-9800-25e4747408ea',
      choices: [
        {
          message: {
            content: 'Il pleut à Genève.',
            reasoning_content: 'I will look it up.',
            tool_calls: [call('get_weather_t8h1', 'Genève')],
          },
        },
      ],
      usage: { prompt_tokens: 17, completion_tokens: 12 },
    },
  },
  tools: {
    sent: { messages: [said('Weather in Paris?')], tools, tool_choice: 'REQUIRED' },
    got: {
      choices: [
        {
          message: {
            content: null,
            reasoning_content: "I will use the 'get_weather' tool to find the weather in Paris.",
            tool_calls: [call('get_weather_9gpb31r7h7mj', 'Paris')],
          },
          finish_reason: 'tool_calls',
        },
      ],
    },
  },
  'parallel tools': {
    sent: {
      messages: [
        said('Weather in Paris and Bern?'),
        { role: 'assistant', tool_calls: [call('call_a', 'Paris'), call('call_b', 'Bern')] },
        { role: 'tool', tool_call_id: 'call_a', content: 'sun' },
        { role: 'tool', tool_call_id: 'call_b', content: 'rain' },
        said('And Rome and Oslo?'),
      ],
      tools,
    },
    got: {
      choices: [
        {
          message: { tool_calls: [call('get_weather_1', 'Rome'), call('get_weather_2', 'Oslo')] },
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
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } },
          ],
        },
      ],
    },
    got: { choices: [{ message: { content: 'A red dot.' } }] },
  },
  structured: {
    sent: {
      messages: [said('The largest city of Mexico?')],
      response_format: { type: 'json_object', json_schema: schema },
    },
    got: { choices: [{ message: { content: '{"city":"Mexico City","country":"Mexico"}' } }] },
  },
  reasoning: {
    sent: { messages: [said('How do I cross a street?')], thinking: { type: 'enabled' } },
    got: {
      choices: [
        {
          message: {
            content: 'Crossing a river safely requires careful planning and awareness of natural',
            reasoning_content: 'Okay, the user is asking how to cross a river, using the analogy of crossing',
          },
        },
      ],
    },
  },
  error: { sent: plain, got: { type: 'not_found_error' } },
  // What Cohere bills; it bills a prompt's tokens apart from those that it had cached.
  usage: { sent: plain, got: { usage: { prompt_tokens: 2406, completion_tokens: 2, total_tokens: 2408 } } },
}
