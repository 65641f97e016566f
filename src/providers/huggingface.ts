import { bearer } from './bearer.ts'
import type { Provider } from './provider.ts'

export const huggingface: Provider = {
  slug: 'huggingface',
  name: 'Hugging Face',
  // The older host, api-inference.huggingface.co, is no longer served.
  baseUrl: 'https://router.huggingface.co',
  rewrites: [
    ['v1/', 'v1/'],
    ['hf-inference/', 'hf-inference/'],
    ['models/', 'hf-inference/models/'],
    ['', 'hf-inference/models/'],
  ],
  auth: [bearer],
  endpoints: [
    ['chat/completions', 'openai-chat'],
    ['responses', 'openai-responses'],
    ['models', 'unread'],
    ['hf-inference/models/*/v1/chat/completions', 'openai-chat'],
    ['hf-inference/models/*', 'huggingface-inference'],
  ],
  chats: [{ model: '{model}', path: 'v1/chat/completions' }],
  asksStreamUsage: true,
  // The price depends on who serves the model, which answers do not tell.
  priceId: null,
  sources: [
    { url: 'https://huggingface.co/docs/inference-providers/index', checked: '2026-11-26' },
    { url: 'https://huggingface.co/docs/inference-providers/providers/hf-inference', checked: '2026-11-26' },
  ],
}
