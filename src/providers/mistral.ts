import { bearer } from './bearer.ts'
import { chatCompletions } from './chat-completions.ts'
import type { Provider } from './provider.ts'

export const mistral: Provider = {
  slug: 'mistral',
  name: 'Mistral AI',
  baseUrl: 'https://api.mistral.ai/v1',
  rewrites: [],
  auth: [bearer],
  endpoints: [
    ['chat/completions', 'openai-chat'],
    ['embeddings', 'openai-embeddings'],
    ['fim/completions', 'openai-chat'],
    ['agents/completions', 'openai-chat'],
    ['models', 'unread'],
    ['models/*', 'unread'],
    ['files', 'unread'],
    ['files/*', 'unread'],
  ],
  // It refuses members that it does not know.
  chats: [{ ...chatCompletions, renames: { seed: 'random_seed', max_completion_tokens: 'max_tokens' } }],
  // Mistral tells the usage of every stream by itself.
  asksStreamUsage: false,
  priceId: 'mistral',
  sources: [{ url: 'https://docs.mistral.ai/api/', checked: '2026-11-22' }],
}
