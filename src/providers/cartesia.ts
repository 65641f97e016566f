import { bearer } from './bearer.ts'
import type { Provider } from './provider.ts'

export const cartesia: Provider = {
  slug: 'cartesia',
  name: 'Cartesia',
  baseUrl: 'https://api.cartesia.ai',
  rewrites: [],
  auth: [{ in: 'header', name: 'x-api-key', scheme: null }, bearer],
  endpoints: [
    ['tts/bytes', 'speech'],
    ['tts/sse', 'speech'],
    ['infill/bytes', 'speech'],
    ['voice-changer/bytes', 'speech'],
    ['voice-changer/sse', 'speech'],
    ['stt', 'transcription'],
    ['audio/transcriptions', 'transcription'],
    ['voices*', 'unread'],
    ['datasets*', 'unread'],
    ['access-token', 'unread'],
  ],
  asksStreamUsage: false,
  priceId: null,
  sources: [{ url: 'https://docs.cartesia.ai/use-the-api/compare-tts-endpoints', checked: '2026-11-26' }],
}
