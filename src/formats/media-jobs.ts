import type { Usage } from '../contract/usage.ts'
import { errorMessage } from './error-message.ts'
import type { AnswerFacts, Format } from './format.ts'
import { asCount, asList, asObject, asText } from './json.ts'
import { withoutZeros } from './read-usage.ts'

/**
 * Replicate's predictions: the answer names the model, and how far it is. One that failed or was given up says so in
 * an answer that is no HTTP error. What it used is told where the client waited for its end (`Prefer: wait`).
 * Source: https://replicate.com/docs/topics/predictions (checked 2026-11-26).
 */
export const replicatePredictions: Format = {
  name: 'replicate-predictions',
  modelType: null,
  pricing: 'priced',
  makesJobs: true,
  readRequest: ({ path, fields }) => ({
    model: /(?:^|\/)models\/([^/]+\/[^/]+)\/predictions$/.exec(path)?.[1] ?? asText(fields.model),
    isStream: false,
  }),
  readAnswer: readPrediction,
  createStreamReader: null,
}

function readPrediction(body: unknown): AnswerFacts {
  const answer = asObject(body)
  const status = answer?.['status']
  const isLost = status === 'failed' || status === 'canceled'
  return {
    model: asText(answer?.['model']),
    usage: readMetrics(answer?.['metrics']),
    error: errorMessage(answer) ?? (isLost ? `The prediction has the status ${status}` : null),
  }
}

function readMetrics(value: unknown): Usage | null {
  const metrics = asObject(value)
  const usage = withoutZeros({
    input: asCount(metrics?.['input_token_count']) ?? 0,
    output: asCount(metrics?.['output_token_count']) ?? 0,
    images: asCount(metrics?.['image_output_count']) ?? asCount(metrics?.['image_count']) ?? 0,
  })
  return Object.keys(usage).length > 0 ? usage : null
}

/**
 * fal's models, called at once: the path is the model's name, and images stand in a list or alone.
 * Source: https://docs.fal.ai/model-endpoints/synchronous-requests (checked 2026-11-26).
 */
export const falRun: Format = {
  name: 'fal-run',
  modelType: null,
  pricing: 'priced',
  readRequest: ({ path }) => ({ model: asText(path), isStream: path.endsWith('/stream') }),
  readAnswer(body) {
    const answer = asObject(body)
    const images = asList(answer?.['images']).length + (asObject(answer?.['image']) ? 1 : 0)
    return { model: null, usage: images > 0 ? { images } : null, error: errorMessage(answer) }
  },
  createStreamReader: null,
}

/**
 * Ideogram's images: newer endpoints have the model in their path. Source:
 * https://developer.ideogram.ai/api-reference/api-reference/generate-v3 (checked 2026-11-26).
 */
export const ideogramImages: Format = {
  name: 'ideogram-images',
  modelType: 'image',
  pricing: 'priced',
  readRequest: ({ path }) => ({ model: /(?:^|\/)(ideogram-[^/]+)\//.exec(path)?.[1] ?? null, isStream: false }),
  readAnswer(body) {
    const answer = asObject(body)
    const images = asList(answer?.['data']).length
    return { model: null, usage: images > 0 ? { images } : null, error: errorMessage(answer) }
  },
  createStreamReader: null,
}

/**
 * Hugging Face's own inference of any model: the path names it, and no answer tells what was used.
 * Source: https://huggingface.co/docs/inference-providers/providers/hf-inference (checked 2026-11-26).
 */
export const huggingfaceInference: Format = {
  name: 'huggingface-inference',
  modelType: null,
  pricing: 'priced',
  readRequest: ({ path }) => ({
    model: /(?:^|\/)models\/([^/]+\/[^/]+)/.exec(path)?.[1] ?? null,
    isStream: false,
  }),
  readAnswer: (body) => ({ model: null, usage: null, error: errorMessage(body) }),
  createStreamReader: null,
}
