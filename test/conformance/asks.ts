export const parameters = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
export const tools = [
  { type: 'function', function: { name: 'get_weather', description: 'The weather in a city', parameters } },
]
export const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, country: { type: 'string' } },
  required: ['city', 'country'],
  additionalProperties: false,
}
/** One red dot. */
export const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='

const plain = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello' },
  ],
  max_tokens: 100,
}
const call = (id: string, city: string) => ({
  id,
  type: 'function',
  function: { name: 'get_weather', arguments: `{"city":"${city}"}` },
})

/** The columns of the table, and what a client of OpenAI's asks for each, beside the model. */
export const asks = {
  plain,
  stream: { ...plain, stream: true, stream_options: { include_usage: true } },
  tools: { messages: [{ role: 'user', content: 'Weather in Paris?' }], tools, tool_choice: 'required' },
  // The results of two calls at once, in another order than the calls.
  'parallel tools': {
    messages: [
      { role: 'user', content: 'Weather in Paris and Bern?' },
      { role: 'assistant', content: null, tool_calls: [call('call_a', 'Paris'), call('call_b', 'Bern')] },
      { role: 'tool', tool_call_id: 'call_b', content: 'rain' },
      { role: 'tool', tool_call_id: 'call_a', content: 'sun' },
      { role: 'user', content: 'And Rome and Oslo?' },
    ],
    tools,
  },
  images: {
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
  structured: {
    messages: [{ role: 'user', content: 'The largest city of Mexico?' }],
    response_format: { type: 'json_schema', json_schema: { name: 'place', strict: true, schema } },
  },
  reasoning: { messages: [{ role: 'user', content: 'How do I cross a street?' }], reasoning_effort: 'low' },
  error: plain,
  usage: plain,
} as const

export type Feature = keyof typeof asks

// The members are written above.
export const features = Object.keys(asks) as Feature[]
