import { bearer } from './bearer.ts'
import type { Provider } from './provider.ts'

/**
 * What a custom provider's paths are read as: those of OpenAI's API, which vLLM, Ollama, SGLang, LM Studio, llama.cpp and most
 * others serve, and of Anthropic's messages, which some of them serve too. A name before them, as in `openai/v1/...`, is
 * passed over. Everything else is passed through and not read.
 */
export const customEndpoints: Provider['endpoints'] = [
  ['chat/completions', 'openai-chat'],
  ['completions', 'openai-completions'],
  ['embeddings', 'openai-embeddings'],
  ['responses', 'openai-responses'],
  ['messages', 'anthropic-messages'],
  ['messages/count_tokens', 'token-count'],
  ['images/generations', 'openai-images'],
  ['images/edits', 'openai-images'],
  ['audio/speech', 'openai-audio'],
  ['audio/transcriptions', 'openai-audio'],
  ['audio/translations', 'openai-audio'],
  ['moderations', 'openai-moderations'],
  ['*/chat/completions', 'openai-chat'],
  ['*/completions', 'openai-completions'],
  ['*/embeddings', 'openai-embeddings'],
  ['*/responses', 'openai-responses'],
  ['*/v1/messages', 'anthropic-messages'],
]

/** Everything that all custom providers have in common. */
export const customProvider: Omit<Provider, 'slug' | 'name' | 'baseUrl' | 'version'> = {
  rewrites: [],
  auth: [bearer],
  endpoints: customEndpoints,
  // Where the base ends in `/v1`, one of the two is dropped.
  chats: [{ model: '{model}', path: 'v1/chat/completions' }],
  asksStreamUsage: true,
  priceId: null,
  sources: [
    { url: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server/', checked: '2026-11-26' },
    { url: 'https://docs.ollama.com/api/openai-compatibility', checked: '2026-11-26' },
  ],
}
