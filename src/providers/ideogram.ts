import type { Provider } from './provider.ts'

export const ideogram: Provider = {
  slug: 'ideogram',
  name: 'Ideogram',
  baseUrl: 'https://api.ideogram.ai',
  rewrites: [],
  auth: [{ in: 'header', name: 'api-key', scheme: null }],
  endpoints: [
    ['ideogram-*', 'ideogram-images'],
    ['generate', 'ideogram-images'],
    ['edit', 'ideogram-images'],
    ['remix', 'ideogram-images'],
    ['reframe', 'ideogram-images'],
    ['upscale', 'ideogram-images'],
    ['describe', 'unread'],
    ['datasets*', 'unread'],
  ],
  asksStreamUsage: false,
  priceId: null,
  sources: [{ url: 'https://developer.ideogram.ai/api-reference/api-reference/generate-v3', checked: '2026-11-26' }],
}
