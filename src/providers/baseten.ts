import { bearer } from './bearer.ts'
import { chatCompletions } from './chat-completions.ts'
import type { Provider } from './provider.ts'

const model = /[a-z0-9]{1,32}/

export const baseten: Provider = {
  slug: 'baseten',
  name: 'Baseten',
  baseUrl: 'https://inference.baseten.co/v1',
  hosts: [
    {
      path: 'model/{model}',
      base: 'https://model-{model}.api.baseten.co',
      to: 'environments/production/predict',
      where: { model },
    },
    { path: 'model/{model}/', base: 'https://model-{model}.api.baseten.co', to: '', where: { model } },
  ],
  rewrites: [],
  auth: [bearer],
  endpoints: [
    ['chat/completions', 'openai-chat'],
    ['completions', 'openai-completions'],
    ['messages', 'anthropic-messages'],
    ['environments/*/sync/v1/chat/completions', 'openai-chat'],
    ['deployment/*/sync/v1/chat/completions', 'openai-chat'],
    ['environments/*/sync/v1/embeddings', 'openai-embeddings'],
    ['models', 'unread'],
  ],
  chats: [chatCompletions],
  asksStreamUsage: true,
  priceId: 'baseten',
  sources: [
    { url: 'https://docs.baseten.co/inference/model-apis/overview', checked: '2026-11-26' },
    { url: 'https://docs.baseten.co/inference/calling-your-model', checked: '2026-11-26' },
  ],
}
