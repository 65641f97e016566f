import type { Format } from './format.ts'
import { createChoicesReader, isOpeningChunk, readOpenAiAnswer, readOpenAiRequest } from './openai-chat.ts'
import { openAiErrorEvent } from './openai-error-event.ts'

/**
 * OpenAI's older text completions. Source: https://platform.openai.com/docs/api-reference/completions
 * (checked 2026-11-22).
 */
export const openaiCompletions: Format = {
  name: 'openai-completions',
  modelType: 'completion',
  pricing: 'priced',
  readRequest: readOpenAiRequest,
  readAnswer: readOpenAiAnswer,
  createStreamReader: () => createChoicesReader('text_completion', (choice) => choice),
  isOpening: isOpeningChunk,
  errorEvent: openAiErrorEvent,
}
