import { anthropicMessages } from './anthropic-messages.ts'
import type { Format } from './format.ts'
import { gemini, geminiEmbeddings } from './gemini.ts'
import { openaiAudio } from './openai-audio.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiCompletions } from './openai-completions.ts'
import { openaiEmbeddings } from './openai-embeddings.ts'
import { openaiImages } from './openai-images.ts'
import { openaiModerations } from './openai-moderations.ts'
import { openaiResponses } from './openai-responses.ts'
import { unread } from './unread.ts'
import { workersAiRun } from './workers-ai-run.ts'

/** Every wire format, by the name that a provider's data file uses. */
export const formats = {
  'openai-chat': openaiChat,
  'openai-completions': openaiCompletions,
  'openai-responses': openaiResponses,
  'openai-embeddings': openaiEmbeddings,
  'openai-images': openaiImages,
  'openai-audio': openaiAudio,
  'openai-moderations': openaiModerations,
  'anthropic-messages': anthropicMessages,
  gemini,
  'gemini-embeddings': geminiEmbeddings,
  'workers-ai-run': workersAiRun,
  unread,
} as const satisfies Record<string, Format>
