import type { ChatRoute } from './provider.ts'

/** OpenAI's own address for chats, as most providers have it. */
export const chatCompletions: ChatRoute = { model: '{model}', path: 'chat/completions' }
