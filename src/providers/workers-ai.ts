import { bearer } from './bearer.ts'
import type { Provider } from './provider.ts'

export const workersAi: Provider = {
  slug: 'workers-ai',
  name: 'Workers AI',
  baseUrl: 'https://api.cloudflare.com/client/v4/accounts/{workers_ai_account_id}/ai',
  rewrites: [
    ['@cf/', 'run/@cf/'],
    ['@hf/', 'run/@hf/'],
  ],
  auth: [bearer],
  endpoints: [
    ['run/*', 'workers-ai-run'],
    ['chat/completions', 'openai-chat'],
    ['responses', 'openai-responses'],
    ['completions', 'openai-completions'],
    ['embeddings', 'openai-embeddings'],
    ['models/*', 'unread'],
  ],
  chats: [{ model: '{model}', path: 'v1/chat/completions' }],
  ownModels: ['@cf/', '@hf/'],
  asksStreamUsage: true,
  priceId: 'cloudflare',
  sources: [
    { url: 'https://developers.cloudflare.com/workers-ai/get-started/rest-api/', checked: '2026-11-22' },
    {
      url: 'https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/',
      checked: '2026-11-22',
    },
  ],
}
