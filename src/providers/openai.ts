import { bearer } from './bearer.ts'
import { chatCompletions } from './chat-completions.ts'
import type { Provider } from './provider.ts'

export const openai: Provider = {
  slug: 'openai',
  name: 'OpenAI',
  baseUrl: 'https://api.openai.com/v1',
  rewrites: [],
  auth: [bearer],
  endpoints: [
    ['chat/completions', 'openai-chat'],
    ['responses', 'openai-responses'],
    ['completions', 'openai-completions'],
    ['embeddings', 'openai-embeddings'],
    ['images/*', 'openai-images'],
    ['audio/*', 'openai-audio'],
    ['moderations', 'openai-moderations'],
    ['chat/completions/*', 'unread'],
    ['responses/*', 'unread'],
    ['models', 'unread'],
    ['models/*', 'unread'],
    ['files', 'unread'],
    ['files/*', 'unread'],
    ['batches', 'unread'],
    ['batches/*', 'unread'],
  ],
  chats: [chatCompletions],
  asksStreamUsage: true,
  priceId: 'openai',
  sources: [{ url: 'https://platform.openai.com/docs/api-reference', checked: '2026-11-22' }],
}
