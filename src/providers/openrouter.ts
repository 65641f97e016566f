import { bearer } from './bearer.ts'
import { chatCompletions } from './chat-completions.ts'
import type { Provider } from './provider.ts'

export const openrouter: Provider = {
  slug: 'openrouter',
  name: 'OpenRouter',
  baseUrl: 'https://openrouter.ai/api/v1',
  // OpenRouter's own SDK brings the whole path.
  rewrites: [['api/v1/', '']],
  auth: [bearer],
  endpoints: [
    ['chat/completions', 'openai-chat'],
    ['responses', 'openai-responses'],
    ['messages', 'anthropic-messages'],
    ['completions', 'openai-completions'],
    ['embeddings', 'openai-embeddings'],
    ['models', 'unread'],
    ['models/*', 'unread'],
    ['key', 'unread'],
    ['credits', 'unread'],
    ['generation', 'unread'],
  ],
  openEndpoints: ['models', 'models/*', 'providers'],
  chats: [chatCompletions],
  asksStreamUsage: true,
  priceId: 'openrouter',
  sources: [{ url: 'https://openrouter.ai/docs/api-reference/overview', checked: '2026-11-22' }],
}
