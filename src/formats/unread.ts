import { errorMessage } from './error-message.ts'
import type { Format } from './format.ts'
import { asText } from './json.ts'

/**
 * Endpoints that cost nothing and whose answers tell nothing that is logged: lists of models and files, batches,
 * token counts. Only the provider's error message is read.
 */
export const unread: Format = {
  name: 'unread',
  modelType: null,
  pricing: 'free',
  readRequest: ({ fields }) => ({ model: asText(fields.model), isStream: false }),
  readAnswer: (body) => ({ model: null, usage: null, error: errorMessage(body) }),
  createStreamReader: null,
}
