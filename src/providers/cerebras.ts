import { bearer } from './bearer.ts'
import { chatCompletions } from './chat-completions.ts'
import type { Provider } from './provider.ts'

export const cerebras: Provider = {
  slug: 'cerebras',
  name: 'Cerebras',
  baseUrl: 'https://api.cerebras.ai/v1',
  rewrites: [],
  auth: [bearer],
  endpoints: [
    ['chat/completions', 'openai-chat'],
    ['completions', 'openai-completions'],
    ['models', 'unread'],
    ['models/*', 'unread'],
    ['files*', 'unread'],
    ['batches*', 'unread'],
  ],
  chats: [chatCompletions],
  asksStreamUsage: true,
  priceId: 'cerebras',
  sources: [{ url: 'https://inference-docs.cerebras.ai/api-reference/chat-completions', checked: '2026-11-26' }],
}
