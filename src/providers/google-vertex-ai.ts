import { bearer } from './bearer.ts'
import type { Provider } from './provider.ts'

const version = /v1(?:(?:alpha|beta)\d)?/
const region = /[a-z]{2,20}-[a-z]{2,20}\d{1,2}/
const group = /us|eu/

export const googleVertexAi: Provider = {
  slug: 'google-vertex-ai',
  aliases: ['google-vertex'],
  name: 'Google Vertex AI',
  baseUrl: null,
  hosts: [
    {
      path: '{version}/projects/{project}/locations/global/',
      base: 'https://aiplatform.googleapis.com',
      to: '{version}/projects/{project}/locations/global/',
      where: { version },
    },
    {
      path: '{version}/projects/{project}/locations/{group}/',
      base: 'https://aiplatform.{group}.rep.googleapis.com',
      to: '{version}/projects/{project}/locations/{group}/',
      where: { version, group },
    },
    {
      path: '{version}/projects/{project}/locations/{region}/',
      base: 'https://{region}-aiplatform.googleapis.com',
      to: '{version}/projects/{project}/locations/{region}/',
      where: { version, region },
    },
    // What Google calls express mode: an API key instead of a project.
    {
      path: '{version}/publishers/',
      base: 'https://aiplatform.googleapis.com',
      to: '{version}/publishers/',
      where: { version },
    },
  ],
  rewrites: [],
  auth: [bearer, { in: 'header', name: 'x-goog-api-key', scheme: null }, { in: 'query', name: 'key' }],
  jsonKey: {
    form: 'service-account',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    scope: 'https://www.googleapis.com/auth/cloud-platform',
  },
  endpoints: [
    ['*:generateContent', 'gemini'],
    ['*:streamGenerateContent', 'gemini'],
    ['*:embedContent', 'gemini-embeddings'],
    ['*/publishers/anthropic/models/count-tokens:rawPredict', 'token-count'],
    ['*/publishers/anthropic/models/*:rawPredict', 'anthropic-messages'],
    ['*/publishers/anthropic/models/*:streamRawPredict', 'anthropic-messages'],
    ['*/publishers/mistralai/models/*:rawPredict', 'openai-chat'],
    ['*/publishers/mistralai/models/*:streamRawPredict', 'openai-chat'],
    ['*/publishers/google/models/*:predict', 'vertex-predict'],
    ['*/endpoints/openapi/chat/completions', 'openai-chat'],
    ['*:countTokens', 'token-count'],
    ['*:computeTokens', 'token-count'],
    ['*/batchPredictionJobs*', 'unread'],
    ['*/cachedContents*', 'unread'],
  ],
  chats: [
    // An access token needs a project, a key does not.
    {
      model: 'projects/{project}/locations/{location}/publishers/google/models/{model}',
      path: 'v1/projects/{project}/locations/{location}/publishers/google/models/{model}:generateContent',
      streamPath:
        'v1/projects/{project}/locations/{location}/publishers/google/models/{model}:streamGenerateContent?alt=sse',
    },
    {
      model: 'projects/{project}/locations/{location}/publishers/anthropic/models/{model}',
      path: 'v1/projects/{project}/locations/{location}/publishers/anthropic/models/{model}:rawPredict',
      streamPath: 'v1/projects/{project}/locations/{location}/publishers/anthropic/models/{model}:streamRawPredict',
      adds: { anthropic_version: 'vertex-2023-10-16' },
      omits: ['model'],
    },
    {
      model: 'google/{model}',
      path: 'v1/publishers/google/models/{model}:generateContent',
      streamPath: 'v1/publishers/google/models/{model}:streamGenerateContent?alt=sse',
    },
  ],
  asksStreamUsage: true,
  // Mistral's models tell their usage by themselves.
  refusesStreamUsage: /\/publishers\/mistralai\//,
  priceId: 'google',
  sources: [
    { url: 'https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest', checked: '2026-11-26' },
    {
      url: 'https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations#multi-region_endpoints',
      checked: '2026-11-26',
    },
    { url: 'https://developers.google.com/identity/protocols/oauth2/service-account#httprest', checked: '2026-11-26' },
    {
      url: 'https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api',
      checked: '2026-11-26',
    },
  ],
}
