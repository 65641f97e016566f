import { bearer } from './bearer.ts'
import type { Provider } from './provider.ts'

export const googleAiStudio: Provider = {
  slug: 'google-ai-studio',
  name: 'Google AI Studio',
  baseUrl: 'https://generativelanguage.googleapis.com',
  rewrites: [['models/', 'v1beta/models/']],
  auth: [{ in: 'header', name: 'x-goog-api-key', scheme: null }, { in: 'query', name: 'key' }, bearer],
  endpoints: [
    ['openai/chat/completions', 'openai-chat'],
    ['models', 'unread'],
  ],
  asksStreamUsage: true,
  priceId: 'google',
  sources: [
    { url: 'https://ai.google.dev/api', checked: '2026-11-22' },
    { url: 'https://ai.google.dev/gemini-api/docs/openai', checked: '2026-11-22' },
  ],
}
