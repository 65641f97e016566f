import { errorMessage } from './error-message.ts'
import type { Format } from './format.ts'
import { asText } from './json.ts'

/**
 * Endpoints without a price of their own, whose answers tell nothing that is logged: lists of models and files, batches,
 * jobs, and all that no provider's data lists. Only the provider's error message is read.
 */
export const unread: Format = {
  name: 'unread',
  modelType: null,
  pricing: 'unpriceable',
  readRequest: ({ fields }) => ({ model: asText(fields.model), isStream: false }),
  readAnswer: (body) => ({ model: null, usage: null, error: errorMessage(body) }),
  createStreamReader: null,
}
