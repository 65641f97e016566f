import { bearer } from './bearer.ts'
import { chatCompletions } from './chat-completions.ts'
import type { Provider } from './provider.ts'

export const deepseek: Provider = {
  slug: 'deepseek',
  name: 'DeepSeek',
  baseUrl: 'https://api.deepseek.com',
  rewrites: [],
  auth: [bearer, { in: 'header', name: 'x-api-key', scheme: null }],
  endpoints: [
    ['chat/completions', 'openai-chat'],
    ['anthropic/v1/messages', 'anthropic-messages'],
    ['completions', 'openai-completions'],
    ['beta/completions', 'openai-completions'],
    ['beta/chat/completions', 'openai-chat'],
    ['models', 'unread'],
    ['user/balance', 'unread'],
  ],
  chats: [chatCompletions],
  asksStreamUsage: true,
  priceId: 'deepseek',
  sources: [
    { url: 'https://api-docs.deepseek.com/', checked: '2026-11-22' },
    { url: 'https://api-docs.deepseek.com/guides/anthropic_api', checked: '2026-11-22' },
  ],
}
