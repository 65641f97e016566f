import { bearer } from './bearer.ts'
import { chatCompletions } from './chat-completions.ts'
import type { Provider } from './provider.ts'

export const groq: Provider = {
  slug: 'groq',
  name: 'Groq',
  baseUrl: 'https://api.groq.com/openai/v1',
  // Groq's own SDK brings the whole path.
  rewrites: [['openai/v1/', '']],
  auth: [bearer],
  endpoints: [
    ['chat/completions', 'openai-chat'],
    ['responses', 'openai-responses'],
    ['audio/*', 'openai-audio'],
    ['models', 'unread'],
    ['models/*', 'unread'],
    ['files', 'unread'],
    ['files/*', 'unread'],
    ['batches', 'unread'],
    ['batches/*', 'unread'],
  ],
  chats: [chatCompletions],
  asksStreamUsage: true,
  priceId: 'groq',
  sources: [{ url: 'https://console.groq.com/docs/api-reference', checked: '2026-11-22' }],
}
