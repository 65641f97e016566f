import { bearer } from './bearer.ts'
import { chatCompletions } from './chat-completions.ts'
import type { Provider } from './provider.ts'

export const fireworks: Provider = {
  slug: 'fireworks',
  name: 'Fireworks AI',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  // The provider's own SDKs bring the whole path.
  rewrites: [['inference/v1/', '']],
  auth: [bearer],
  endpoints: [
    ['chat/completions', 'openai-chat'],
    ['completions', 'openai-completions'],
    ['responses', 'openai-responses'],
    ['embeddings', 'openai-embeddings'],
    ['messages', 'anthropic-messages'],
    ['models', 'unread'],
    ['models/*', 'unread'],
  ],
  chats: [chatCompletions],
  // Fireworks tells the usage of every stream by itself, in its last chunk.
  asksStreamUsage: false,
  priceId: 'fireworks',
  sources: [
    { url: 'https://docs.fireworks.ai/api-reference/post-chatcompletions', checked: '2026-11-26' },
    { url: 'https://docs.fireworks.ai/tools-sdks/openai-compatibility', checked: '2026-11-26' },
  ],
}
