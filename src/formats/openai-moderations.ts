import type { Format } from './format.ts'
import { readOpenAiAnswer, readOpenAiRequest } from './openai-chat.ts'

/**
 * OpenAI's moderations, which cost nothing. Source: https://platform.openai.com/docs/api-reference/moderations
 * (checked 2026-11-22).
 */
export const openaiModerations: Format = {
  name: 'openai-moderations',
  modelType: 'moderation',
  pricing: 'free',
  readRequest: readOpenAiRequest,
  readAnswer: readOpenAiAnswer,
  createStreamReader: null,
}
