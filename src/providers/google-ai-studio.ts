import { bearer } from './bearer.ts'
import type { Provider } from './provider.ts'

export const googleAiStudio: Provider = {
  slug: 'google-ai-studio',
  aliases: ['google'],
  name: 'Google AI Studio',
  baseUrl: 'https://generativelanguage.googleapis.com',
  rewrites: [['models/', 'v1beta/models/']],
  auth: [{ in: 'header', name: 'x-goog-api-key', scheme: null }, { in: 'query', name: 'key' }, bearer],
  endpoints: [
    ['*:generateContent', 'gemini'],
    ['*:streamGenerateContent', 'gemini'],
    ['*:embedContent', 'gemini-embeddings'],
    ['*:batchEmbedContents', 'gemini-embeddings'],
    ['*:countTokens', 'token-count'],
    ['openai/chat/completions', 'openai-chat'],
    ['openai/embeddings', 'openai-embeddings'],
    ['openai/models', 'unread'],
    ['openai/models/*', 'unread'],
    ['models', 'unread'],
    ['models/*', 'unread'],
    ['files', 'unread'],
    ['files/*', 'unread'],
  ],
  chats: [
    {
      model: '{model}',
      path: 'v1beta/models/{model}:generateContent',
      streamPath: 'v1beta/models/{model}:streamGenerateContent?alt=sse',
    },
  ],
  asksStreamUsage: true,
  priceId: 'google',
  sources: [
    { url: 'https://ai.google.dev/api', checked: '2026-11-22' },
    { url: 'https://ai.google.dev/gemini-api/docs/openai', checked: '2026-11-22' },
  ],
}
