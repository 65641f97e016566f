import type { Format } from './format.ts'
import { readOpenAiAnswer, readOpenAiRequest } from './openai-chat.ts'

/** OpenAI's embeddings. Source: https://platform.openai.com/docs/api-reference/embeddings (checked 2026-11-22). */
export const openaiEmbeddings: Format = {
  name: 'openai-embeddings',
  modelType: 'embedding',
  pricing: 'priced',
  readRequest: readOpenAiRequest,
  readAnswer: readOpenAiAnswer,
  createStreamReader: null,
}
