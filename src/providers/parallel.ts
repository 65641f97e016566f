import { bearer } from './bearer.ts'
import { chatCompletions } from './chat-completions.ts'
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
  chats: [chatCompletions],
  // `stream_options` is ignored.
  asksStreamUsage: false,
  priceId: null,
  sources: [
    { url: 'https://docs.parallel.ai/api-reference/tasks/create-task-run.md', checked: '2026-11-26' },
    { url: 'https://docs.parallel.ai/chat-api/sdk-compatibility', checked: '2026-11-26' },
  ],
}
