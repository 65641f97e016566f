import { bearer } from './bearer.ts'
import type { Provider } from './provider.ts'

export const anthropic: Provider = {
  slug: 'anthropic',
  name: 'Anthropic',
  baseUrl: 'https://api.anthropic.com/v1',
  rewrites: [],
  auth: [{ in: 'header', name: 'x-api-key', scheme: null }, bearer],
  endpoints: [
    ['messages', 'anthropic-messages'],
    ['chat/completions', 'openai-chat'],
    ['messages/count_tokens', 'token-count'],
    ['messages/*', 'unread'],
    ['models', 'unread'],
    ['models/*', 'unread'],
    ['files', 'unread'],
    ['files/*', 'unread'],
  ],
  chats: [{ model: '{model}', path: 'messages' }],
  asksStreamUsage: true,
  priceId: 'anthropic',
  sources: [
    { url: 'https://docs.claude.com/en/api/overview', checked: '2026-11-22' },
    { url: 'https://docs.claude.com/en/api/openai-sdk', checked: '2026-11-22' },
  ],
}
