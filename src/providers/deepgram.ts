import type { Provider } from './provider.ts'

export const deepgram: Provider = {
  slug: 'deepgram',
  name: 'Deepgram',
  baseUrl: 'https://api.deepgram.com',
  rewrites: [],
  auth: [{ in: 'header', name: 'authorization', scheme: 'Token' }],
  endpoints: [
    ['listen', 'transcription'],
    ['speak', 'speech'],
    ['models', 'unread'],
    ['models/*', 'unread'],
    ['projects*', 'unread'],
  ],
  asksStreamUsage: false,
  priceId: null,
  sources: [
    { url: 'https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded', checked: '2026-11-26' },
    { url: 'https://developers.deepgram.com/reference/text-to-speech/speak-request', checked: '2026-11-26' },
  ],
}
