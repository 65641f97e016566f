import { bearer } from './bearer.ts'
import type { Provider } from './provider.ts'

const resource = /[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?/

export const azureOpenai: Provider = {
  slug: 'azure-openai',
  aliases: ['azure'],
  name: 'Azure OpenAI',
  baseUrl: null,
  hosts: [
    {
      path: '{resource}/openai/v1/',
      base: 'https://{resource}.openai.azure.com',
      to: 'openai/v1/',
      where: { resource },
    },
    {
      path: '{resource}/openai/deployments/',
      base: 'https://{resource}.openai.azure.com',
      to: 'openai/deployments/',
      where: { resource },
    },
    // What OpenAI's own client for Azure makes of the base `.../azure-openai/{resource}`.
    {
      path: '{resource}/deployments/',
      base: 'https://{resource}.openai.azure.com',
      to: 'openai/deployments/',
      where: { resource },
    },
    {
      path: '{resource}/{deployment}/',
      base: 'https://{resource}.openai.azure.com',
      to: 'openai/deployments/{deployment}/',
      where: { resource },
    },
  ],
  rewrites: [],
  auth: [{ in: 'header', name: 'api-key', scheme: null }, bearer],
  endpoints: [
    ['openai/v1/chat/completions', 'openai-chat'],
    ['openai/v1/responses', 'openai-responses'],
    ['openai/v1/embeddings', 'openai-embeddings'],
    ['openai/v1/completions', 'openai-completions'],
    ['openai/v1/images/*', 'openai-images'],
    ['openai/v1/audio/*', 'openai-audio'],
    ['openai/deployments/*/chat/completions', 'openai-chat'],
    ['openai/deployments/*/responses', 'openai-responses'],
    ['openai/deployments/*/embeddings', 'openai-embeddings'],
    ['openai/deployments/*/completions', 'openai-completions'],
    ['openai/deployments/*/images/*', 'openai-images'],
    ['openai/deployments/*/audio/*', 'openai-audio'],
    ['openai/v1/models', 'unread'],
    ['openai/v1/responses/*', 'unread'],
    ['openai/v1/files*', 'unread'],
    ['openai/v1/batches*', 'unread'],
  ],
  chats: [{ model: '{resource}/{model}', where: { resource }, path: '{resource}/openai/v1/chat/completions' }],
  asksStreamUsage: true,
  // `stream_options` came with the version 2024-09-01-preview.
  refusesStreamUsage: /[?&]api-version=(?:2023|2024-0[1-8])/,
  priceId: 'azure',
  sources: [
    { url: 'https://learn.microsoft.com/en-us/azure/ai-services/openai/reference', checked: '2026-11-26' },
    {
      url: 'https://learn.microsoft.com/en-us/azure/ai-services/openai/api-version-deprecation',
      checked: '2026-11-26',
    },
  ],
}
