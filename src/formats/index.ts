import type { Format } from './format.ts'
import { openaiChat } from './openai-chat.ts'
import { unread } from './unread.ts'

/** Every wire format, by the name that a provider's data file uses. */
export const formats = {
  'openai-chat': openaiChat,
  unread,
} as const satisfies Record<string, Format>
