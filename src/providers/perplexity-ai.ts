import { bearer } from './bearer.ts'
import { chatCompletions } from './chat-completions.ts'
import type { Provider } from './provider.ts'

export const perplexityAi: Provider = {
  slug: 'perplexity-ai',
  aliases: ['perplexity'],
  name: 'Perplexity',
  baseUrl: 'https://api.perplexity.ai',
  rewrites: [],
  auth: [bearer],
  endpoints: [
    ['chat/completions', 'perplexity-chat'],
    ['sonar', 'perplexity-chat'],
    ['responses', 'openai-responses'],
    ['agent', 'openai-responses'],
    ['embeddings', 'openai-embeddings'],
    ['search', 'unread'],
    ['models', 'unread'],
    ['async/*', 'unread'],
  ],
  chats: [chatCompletions],
  // Perplexity tells the usage of every stream by itself, in each chunk.
  asksStreamUsage: false,
  priceId: 'perplexity',
  sources: [
    { url: 'https://docs.perplexity.ai/api-reference/chat-completions-post', checked: '2026-11-26' },
    { url: 'https://docs.perplexity.ai/getting-started/pricing', checked: '2026-11-26' },
  ],
}
