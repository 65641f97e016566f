import { bearer } from './bearer.ts'
import type { Provider } from './provider.ts'

/** `us-east-1`, `us-gov-west-1`. Strict, because other names under the same domain are other people's. */
const region = /[a-z]{2,3}(?:-[a-z]{2,12}){1,2}-\d{1,2}/

export const awsBedrock: Provider = {
  slug: 'aws-bedrock',
  aliases: ['bedrock'],
  name: 'Amazon Bedrock',
  baseUrl: null,
  hosts: [
    {
      path: 'bedrock-runtime/{region}/',
      base: 'https://bedrock-runtime.{region}.amazonaws.com',
      to: '',
      where: { region },
      service: 'bedrock',
    },
    {
      path: 'bedrock-mantle/{region}/anthropic/',
      base: 'https://bedrock-mantle.{region}.api.aws',
      to: 'anthropic/',
      where: { region },
      service: 'bedrock-mantle',
      auth: { in: 'header', name: 'x-api-key', scheme: null },
    },
    {
      path: 'bedrock-mantle/{region}/',
      base: 'https://bedrock-mantle.{region}.api.aws',
      to: '',
      where: { region },
      service: 'bedrock-mantle',
    },
  ],
  rewrites: [],
  auth: [bearer, { in: 'header', name: 'x-api-key', scheme: null }, { in: 'query', name: 'X-Amz-Signature' }],
  signature: { scheme: 'AWS4-HMAC-SHA256', parameter: 'X-Amz-Signature' },
  // A key that it does not know, or whose time is over, is 403 here.
  refusesKeysWith: [403],
  jsonKey: { form: 'sigv4' },
  endpoints: [
    ['model/*/converse', 'bedrock-converse'],
    ['model/*/converse-stream', 'bedrock-converse'],
    ['model/*/invoke', 'bedrock-invoke'],
    ['model/*/invoke-with-response-stream', 'bedrock-invoke'],
    ['model/*/count-tokens', 'token-count'],
    ['anthropic/v1/messages', 'anthropic-messages'],
    ['anthropic/v1/messages/count_tokens', 'token-count'],
    ['chat/completions', 'openai-chat'],
    ['responses', 'openai-responses'],
    ['openai/v1/chat/completions', 'openai-chat'],
    ['openai/v1/responses', 'openai-responses'],
    ['models', 'unread'],
    ['openai/v1/models', 'unread'],
    ['async-invoke*', 'unread'],
    ['guardrail/*', 'unread'],
  ],
  chats: [
    {
      model: '{region}/{model}',
      where: { region },
      path: 'bedrock-runtime/{region}/model/{model}/converse',
      streamPath: 'bedrock-runtime/{region}/model/{model}/converse-stream',
    },
    {
      model: '{model}',
      path: 'bedrock-runtime/us-east-1/model/{model}/converse',
      streamPath: 'bedrock-runtime/us-east-1/model/{model}/converse-stream',
    },
  ],
  asksStreamUsage: true,
  priceId: 'aws',
  // `global.anthropic.claude-...` has another price than `us.anthropic.claude-...`, and both answer as `claude-...`.
  pricesRequestedModel: true,
  sources: [
    {
      url: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html',
      checked: '2026-11-26',
    },
    { url: 'https://docs.aws.amazon.com/bedrock/latest/userguide/endpoints.html', checked: '2026-11-26' },
    {
      url: 'https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html',
      checked: '2026-11-26',
    },
  ],
}
