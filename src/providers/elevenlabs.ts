import type { Provider } from './provider.ts'

export const elevenlabs: Provider = {
  slug: 'elevenlabs',
  name: 'ElevenLabs',
  baseUrl: 'https://api.elevenlabs.io',
  rewrites: [],
  auth: [{ in: 'header', name: 'xi-api-key', scheme: null }],
  endpoints: [
    ['text-to-speech/*', 'speech'],
    ['text-to-dialogue*', 'speech'],
    ['speech-to-speech/*', 'speech'],
    ['sound-generation', 'speech'],
    ['speech-to-text', 'transcription'],
    ['models', 'unread'],
    ['voices*', 'unread'],
    ['history*', 'unread'],
    ['user*', 'unread'],
  ],
  asksStreamUsage: false,
  priceId: null,
  sources: [
    { url: 'https://elevenlabs.io/docs/api-reference/text-to-speech/convert', checked: '2026-11-26' },
    { url: 'https://elevenlabs.io/docs/api-reference/speech-to-text/convert', checked: '2026-11-26' },
  ],
}
