import type { Provider } from './provider.ts'

export const fal: Provider = {
  slug: 'fal',
  name: 'fal',
  baseUrl: 'https://fal.run',
  // What fal's client libraries send to a proxy; the hosts are those that fal's own proxy allows.
  targetHeader: { name: 'x-fal-target-url', hosts: ['fal.run', 'fal.ai'] },
  rewrites: [],
  auth: [{ in: 'header', name: 'authorization', scheme: 'Key' }],
  endpoints: [
    ['*/requests/*', 'unread'],
    ['*', 'fal-run'],
  ],
  asksStreamUsage: false,
  priceId: null,
  sources: [
    { url: 'https://docs.fal.ai/documentation/model-apis/inference/proxy-setup', checked: '2026-11-26' },
    { url: 'https://docs.fal.ai/model-endpoints/server-side', checked: '2026-11-26' },
  ],
}
