import type { Usage } from '../contract/usage.ts'
import { errorMessage } from './error-message.ts'
import type { AnswerFacts, Format } from './format.ts'
import { asCount, asList, asObject, asText } from './json.ts'
import type { JsonObject } from './json.ts'

/**
 * Vertex AI's `predict`, which embeds texts (each prediction tells its tokens) and makes images (each prediction is
 * one). Sources:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api,
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api (checked 2026-11-26).
 */
export const vertexPredict: Format = {
  name: 'vertex-predict',
  modelType: null,
  pricing: 'priced',
  readRequest: ({ path }) => ({ model: /\/models\/([^/:]+):predict$/.exec(path)?.[1] ?? null, isStream: false }),
  readAnswer,
  createStreamReader: null,
}

function readAnswer(body: unknown): AnswerFacts {
  const answer = asObject(body)
  const predictions = asList(answer?.['predictions']).map((prediction) => asObject(prediction))
  return { model: null, usage: usageOf(predictions), error: errorMessage(answer) }
}

function usageOf(predictions: readonly (JsonObject | null)[]): Usage | null {
  let input = 0
  let images = 0
  for (const prediction of predictions) {
    const statistics = asObject(asObject(prediction?.['embeddings'])?.['statistics'])
    input += asCount(statistics?.['token_count']) ?? 0
    if (asText(prediction?.['bytesBase64Encoded']) ?? asText(prediction?.['gcsUri'])) images++
  }
  if (input > 0) return { input }
  return images > 0 ? { images } : null
}
