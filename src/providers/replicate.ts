import { bearer } from './bearer.ts'
import type { Provider } from './provider.ts'

export const replicate: Provider = {
  slug: 'replicate',
  name: 'Replicate',
  baseUrl: 'https://api.replicate.com/v1',
  rewrites: [],
  auth: [bearer],
  endpoints: [
    ['predictions', 'replicate-predictions'],
    ['models/*/predictions', 'replicate-predictions'],
    ['deployments/*/predictions', 'replicate-predictions'],
    // Asked again and again while a prediction runs: counted there, it would be counted many times.
    ['predictions/*', 'unread'],
    ['models*', 'unread'],
    ['trainings*', 'unread'],
    ['files*', 'unread'],
    ['account', 'unread'],
  ],
  asksStreamUsage: false,
  priceId: null,
  sources: [{ url: 'https://replicate.com/docs/topics/predictions', checked: '2026-11-26' }],
}
