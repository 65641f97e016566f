import { bearer } from './bearer.ts'
import type { Provider } from './provider.ts'

export const parallel: Provider = {
  slug: 'parallel',
  name: 'Parallel',
  baseUrl: 'https://api.parallel.ai',
  rewrites: [],
  auth: [{ in: 'header', name: 'x-api-key', scheme: null }, bearer],
  endpoints: [
    ['chat/completions', 'openai-chat'],
    ['search', 'unread'],
    ['extract', 'unread'],
    ['tasks/*', 'unread'],
    ['findall/*', 'unread'],
  ],
  asksStreamUsage: false,
  priceId: null,
  sources: [
    { url: 'https://docs.parallel.ai/api-reference/task-api-v1/create-task-run', checked: '2026-11-26' },
    { url: 'https://docs.parallel.ai/chat-api/chat-quickstart', checked: '2026-11-26' },
  ],
}
