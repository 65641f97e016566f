import { errorMessage } from './error-message.ts'
import type { Format } from './format.ts'
import { asText } from './json.ts'

/**
 * Endpoints that count or make tokens, which costs nothing at any provider that has them. What they count was not
 * used, so it is no usage. Sources: https://docs.claude.com/en/docs/build-with-claude/token-counting,
 * https://ai.google.dev/api/tokens, https://docs.cohere.com/reference/tokenize (checked 2026-11-26).
 */
export const tokenCount: Format = {
  name: 'token-count',
  modelType: null,
  pricing: 'free',
  readRequest: ({ fields }) => ({ model: asText(fields.model), isStream: false }),
  readAnswer: (body) => ({ model: null, usage: null, error: errorMessage(body) }),
  createStreamReader: null,
}
