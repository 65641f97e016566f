import { bearer } from './bearer.ts'
import { chatCompletions } from './chat-completions.ts'
import type { Provider } from './provider.ts'

export const grok: Provider = {
  slug: 'grok',
  aliases: ['xai'],
  name: 'xAI Grok',
  baseUrl: 'https://api.x.ai/v1',
  rewrites: [],
  auth: [bearer, { in: 'header', name: 'x-api-key', scheme: null }],
  endpoints: [
    ['chat/completions', 'openai-chat'],
    ['responses', 'openai-responses'],
    ['messages', 'anthropic-messages'],
    ['completions', 'openai-completions'],
    ['embeddings', 'openai-embeddings'],
    ['images/*', 'openai-images'],
    ['tokenize-text', 'token-count'],
    ['responses/*', 'unread'],
    ['chat/deferred-completion/*', 'unread'],
    ['models', 'unread'],
    ['models/*', 'unread'],
    ['language-models*', 'unread'],
    ['image-generation-models*', 'unread'],
    ['files*', 'unread'],
    ['batches*', 'unread'],
    ['api-key', 'unread'],
  ],
  chats: [chatCompletions],
  asksStreamUsage: true,
  priceId: 'x-ai',
  sources: [{ url: 'https://docs.x.ai/docs/api-reference', checked: '2026-11-26' }],
}
