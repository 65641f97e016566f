import { bearer } from './bearer.ts'
import type { Provider } from './provider.ts'

export const cohere: Provider = {
  slug: 'cohere',
  name: 'Cohere',
  baseUrl: 'https://api.cohere.com',
  rewrites: [],
  auth: [bearer],
  endpoints: [
    // v1 and v2 alike: endpoints are found without their version.
    ['chat', 'cohere-chat'],
    ['embed', 'cohere-embed'],
    ['rerank', 'cohere-rerank'],
    ['compatibility/v1/chat/completions', 'openai-chat'],
    ['compatibility/v1/embeddings', 'openai-embeddings'],
    ['tokenize', 'token-count'],
    ['detokenize', 'token-count'],
    ['models', 'unread'],
    ['models/*', 'unread'],
    ['datasets*', 'unread'],
    ['embed-jobs*', 'unread'],
  ],
  chats: [{ model: '{model}', path: 'v2/chat' }],
  asksStreamUsage: true,
  priceId: 'cohere',
  sources: [
    { url: 'https://docs.cohere.com/reference/chat', checked: '2026-11-26' },
    { url: 'https://docs.cohere.com/v1/reference/chat', checked: '2026-11-26' },
    { url: 'https://docs.cohere.com/docs/compatibility-api', checked: '2026-11-26' },
  ],
}
