import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { addressOf, formatOf, joinPath } from './address.ts'
import { canonicalSlug, findProvider, providers } from './index.ts'
import { credentialHeaders } from '../kernel/header-names.ts'
import type { FormatName } from './provider.ts'

const account = 'https://api.cloudflare.com/client/v4/accounts/{workers_ai_account_id}/ai'

/** Provider, path at the gateway, address that is called, format. */
const addresses: [slug: string, path: string, address: string, format: FormatName | null][] = [
  ['openai', 'chat/completions', 'https://api.openai.com/v1/chat/completions', 'openai-chat'],
  ['openai', 'v1/chat/completions', 'https://api.openai.com/v1/chat/completions', 'openai-chat'],
  ['openai', 'chat/completions/chatcmpl-1', 'https://api.openai.com/v1/chat/completions/chatcmpl-1', 'unread'],
  ['openai', 'responses', 'https://api.openai.com/v1/responses', 'openai-responses'],
  ['openai', 'responses/resp_1', 'https://api.openai.com/v1/responses/resp_1', 'unread'],
  ['openai', 'completions', 'https://api.openai.com/v1/completions', 'openai-completions'],
  ['openai', 'embeddings', 'https://api.openai.com/v1/embeddings', 'openai-embeddings'],
  ['openai', 'images/generations', 'https://api.openai.com/v1/images/generations', 'openai-images'],
  ['openai', 'audio/transcriptions', 'https://api.openai.com/v1/audio/transcriptions', 'openai-audio'],
  ['openai', 'moderations', 'https://api.openai.com/v1/moderations', 'openai-moderations'],
  ['openai', 'v1/models/gpt-4o', 'https://api.openai.com/v1/models/gpt-4o', 'unread'],
  ['openai', 'vector_stores', 'https://api.openai.com/v1/vector_stores', null],
  ['anthropic', 'v1/messages', 'https://api.anthropic.com/v1/messages', 'anthropic-messages'],
  ['anthropic', 'messages', 'https://api.anthropic.com/v1/messages', 'anthropic-messages'],
  ['anthropic', 'v1/messages/count_tokens', 'https://api.anthropic.com/v1/messages/count_tokens', 'token-count'],
  ['anthropic', 'v1/chat/completions', 'https://api.anthropic.com/v1/chat/completions', 'openai-chat'],
  [
    'google-ai-studio',
    'v1/models/gemini-2.5-flash:generateContent',
    'https://generativelanguage.googleapis.com/v1/models/gemini-2.5-flash:generateContent',
    'gemini',
  ],
  [
    'google-ai-studio',
    'models/gemini-2.5-flash:streamGenerateContent',
    'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent',
    'gemini',
  ],
  [
    'google-ai-studio',
    'v1beta/models/gemini-embedding-001:batchEmbedContents',
    'https://generativelanguage.googleapis.com/v1beta/models/gemini-embedding-001:batchEmbedContents',
    'gemini-embeddings',
  ],
  [
    'google-ai-studio',
    'v1beta/models/gemini-2.5-flash:countTokens',
    'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:countTokens',
    'token-count',
  ],
  [
    'google-ai-studio',
    'v1beta/openai/chat/completions',
    'https://generativelanguage.googleapis.com/v1beta/openai/chat/completions',
    'openai-chat',
  ],
  ['workers-ai', '@cf/meta/llama', `${account}/run/@cf/meta/llama`, 'workers-ai-run'],
  ['workers-ai', '@hf/org/model', `${account}/run/@hf/org/model`, 'workers-ai-run'],
  ['workers-ai', 'run/@cf/meta/llama', `${account}/run/@cf/meta/llama`, 'workers-ai-run'],
  ['workers-ai', 'v1/chat/completions', `${account}/v1/chat/completions`, 'openai-chat'],
  ['workers-ai', 'v1/embeddings', `${account}/v1/embeddings`, 'openai-embeddings'],
  ['groq', 'chat/completions', 'https://api.groq.com/openai/v1/chat/completions', 'openai-chat'],
  ['groq', 'openai/v1/chat/completions', 'https://api.groq.com/openai/v1/chat/completions', 'openai-chat'],
  ['mistral', 'v1/chat/completions', 'https://api.mistral.ai/v1/chat/completions', 'openai-chat'],
  ['mistral', 'v1/fim/completions', 'https://api.mistral.ai/v1/fim/completions', 'openai-chat'],
  ['deepseek', 'chat/completions', 'https://api.deepseek.com/chat/completions', 'openai-chat'],
  ['deepseek', 'v1/chat/completions', 'https://api.deepseek.com/v1/chat/completions', 'openai-chat'],
  ['deepseek', 'anthropic/v1/messages', 'https://api.deepseek.com/anthropic/v1/messages', 'anthropic-messages'],
  ['openrouter', 'v1/chat/completions', 'https://openrouter.ai/api/v1/chat/completions', 'openai-chat'],
  ['openrouter', 'chat/completions', 'https://openrouter.ai/api/v1/chat/completions', 'openai-chat'],
  ['openrouter', 'api/v1/chat/completions', 'https://openrouter.ai/api/v1/chat/completions', 'openai-chat'],
  ['anthropic', 'v1/messages/batches', 'https://api.anthropic.com/v1/messages/batches', 'unread'],
  [
    'google-vertex-ai',
    'v1/projects/p/locations/us-central1/publishers/google/models/gemini-2.5-flash:generateContent',
    'https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/publishers/google/models/gemini-2.5-flash:generateContent',
    'gemini',
  ],
  [
    'google-vertex-ai',
    'v1beta1/projects/p/locations/global/publishers/google/models/gemini-2.5-flash:streamGenerateContent',
    'https://aiplatform.googleapis.com/v1beta1/projects/p/locations/global/publishers/google/models/gemini-2.5-flash:streamGenerateContent',
    'gemini',
  ],
  [
    'google-vertex-ai',
    'v1/projects/p/locations/eu/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict',
    'https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict',
    'anthropic-messages',
  ],
  [
    'google-vertex-ai',
    'v1/projects/p/locations/europe-west1/publishers/anthropic/models/count-tokens:rawPredict',
    'https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1/publishers/anthropic/models/count-tokens:rawPredict',
    'token-count',
  ],
  [
    'google-vertex-ai',
    'v1/projects/p/locations/us-east5/publishers/mistralai/models/mistral-large:rawPredict',
    'https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/publishers/mistralai/models/mistral-large:rawPredict',
    'openai-chat',
  ],
  [
    'google-vertex-ai',
    'v1/projects/p/locations/us-east5/endpoints/openapi/chat/completions',
    'https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/endpoints/openapi/chat/completions',
    'openai-chat',
  ],
  [
    'google-vertex-ai',
    'v1/projects/p/locations/us-east5/publishers/google/models/text-embedding-005:predict',
    'https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/publishers/google/models/text-embedding-005:predict',
    'vertex-predict',
  ],
  [
    'google-vertex-ai',
    'v1/publishers/google/models/gemini-2.5-flash:generateContent',
    'https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-2.5-flash:generateContent',
    'gemini',
  ],
  [
    'azure-openai',
    'my-res/gpt-4o/chat/completions',
    'https://my-res.openai.azure.com/openai/deployments/gpt-4o/chat/completions',
    'openai-chat',
  ],
  [
    'azure-openai',
    'my-res/emb.3/embeddings',
    'https://my-res.openai.azure.com/openai/deployments/emb.3/embeddings',
    'openai-embeddings',
  ],
  [
    'azure-openai',
    'my-res/openai/chat/completions',
    'https://my-res.openai.azure.com/openai/deployments/openai/chat/completions',
    'openai-chat',
  ],
  [
    'azure-openai',
    'my-res/openai/deployments/gpt-4o/chat/completions',
    'https://my-res.openai.azure.com/openai/deployments/gpt-4o/chat/completions',
    'openai-chat',
  ],
  [
    'azure-openai',
    'my-res/deployments/gpt-4o/chat/completions',
    'https://my-res.openai.azure.com/openai/deployments/gpt-4o/chat/completions',
    'openai-chat',
  ],
  [
    'azure-openai',
    'my-res/openai/v1/responses',
    'https://my-res.openai.azure.com/openai/v1/responses',
    'openai-responses',
  ],
  [
    'aws-bedrock',
    'bedrock-runtime/us-east-1/model/anthropic.claude-3-5-sonnet-20241022-v2%3A0/invoke',
    'https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-3-5-sonnet-20241022-v2%3A0/invoke',
    'bedrock-invoke',
  ],
  [
    'aws-bedrock',
    'bedrock-runtime/us-gov-west-1/model/amazon.nova-pro-v1:0/converse-stream',
    'https://bedrock-runtime.us-gov-west-1.amazonaws.com/model/amazon.nova-pro-v1:0/converse-stream',
    'bedrock-converse',
  ],
  [
    'aws-bedrock',
    'bedrock-runtime/us-west-2/openai/v1/chat/completions',
    'https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1/chat/completions',
    'openai-chat',
  ],
  [
    'aws-bedrock',
    'bedrock-mantle/us-east-1/anthropic/v1/messages',
    'https://bedrock-mantle.us-east-1.api.aws/anthropic/v1/messages',
    'anthropic-messages',
  ],
  [
    'aws-bedrock',
    'bedrock-mantle/us-east-1/v1/responses',
    'https://bedrock-mantle.us-east-1.api.aws/v1/responses',
    'openai-responses',
  ],
  ['baseten', 'v1/chat/completions', 'https://inference.baseten.co/v1/chat/completions', 'openai-chat'],
  ['baseten', 'chat/completions', 'https://inference.baseten.co/v1/chat/completions', 'openai-chat'],
  ['baseten', 'model/abc123', 'https://model-abc123.api.baseten.co/environments/production/predict', null],
  [
    'baseten',
    'model/abc123/environments/production/sync/v1/chat/completions',
    'https://model-abc123.api.baseten.co/environments/production/sync/v1/chat/completions',
    'openai-chat',
  ],
  ['cartesia', 'tts/bytes', 'https://api.cartesia.ai/tts/bytes', 'speech'],
  ['cartesia', 'stt', 'https://api.cartesia.ai/stt', 'transcription'],
  ['cerebras', 'chat/completions', 'https://api.cerebras.ai/v1/chat/completions', 'openai-chat'],
  ['cohere', 'v2/chat', 'https://api.cohere.com/v2/chat', 'cohere-chat'],
  ['cohere', 'v1/chat', 'https://api.cohere.com/v1/chat', 'cohere-chat'],
  ['cohere', 'v2/embed', 'https://api.cohere.com/v2/embed', 'cohere-embed'],
  ['cohere', 'v2/rerank', 'https://api.cohere.com/v2/rerank', 'cohere-rerank'],
  ['cohere', 'v1/tokenize', 'https://api.cohere.com/v1/tokenize', 'token-count'],
  [
    'cohere',
    'compatibility/v1/chat/completions',
    'https://api.cohere.com/compatibility/v1/chat/completions',
    'openai-chat',
  ],
  ['deepgram', 'v1/listen', 'https://api.deepgram.com/v1/listen', 'transcription'],
  ['deepgram', 'v1/speak', 'https://api.deepgram.com/v1/speak', 'speech'],
  [
    'elevenlabs',
    'v1/text-to-speech/voice/stream',
    'https://api.elevenlabs.io/v1/text-to-speech/voice/stream',
    'speech',
  ],
  ['elevenlabs', 'v1/speech-to-text', 'https://api.elevenlabs.io/v1/speech-to-text', 'transcription'],
  ['fal', 'fal-ai/flux/dev', 'https://fal.run/fal-ai/flux/dev', 'fal-run'],
  ['fireworks', 'chat/completions', 'https://api.fireworks.ai/inference/v1/chat/completions', 'openai-chat'],
  [
    'fireworks',
    'inference/v1/chat/completions',
    'https://api.fireworks.ai/inference/v1/chat/completions',
    'openai-chat',
  ],
  ['grok', 'v1/chat/completions', 'https://api.x.ai/v1/chat/completions', 'openai-chat'],
  ['grok', 'v1/messages', 'https://api.x.ai/v1/messages', 'anthropic-messages'],
  ['xai', 'chat/completions', 'https://api.x.ai/v1/chat/completions', 'openai-chat'],
  ['huggingface', 'v1/chat/completions', 'https://router.huggingface.co/v1/chat/completions', 'openai-chat'],
  [
    'huggingface',
    'bigcode/starcoder',
    'https://router.huggingface.co/hf-inference/models/bigcode/starcoder',
    'huggingface-inference',
  ],
  [
    'huggingface',
    'models/bigcode/starcoder',
    'https://router.huggingface.co/hf-inference/models/bigcode/starcoder',
    'huggingface-inference',
  ],
  ['ideogram', 'v1/ideogram-v3/generate', 'https://api.ideogram.ai/v1/ideogram-v3/generate', 'ideogram-images'],
  ['parallel', 'v1/tasks/runs', 'https://api.parallel.ai/v1/tasks/runs', 'unread'],
  ['parallel', 'v1beta/chat/completions', 'https://api.parallel.ai/v1beta/chat/completions', 'openai-chat'],
  ['perplexity-ai', 'chat/completions', 'https://api.perplexity.ai/chat/completions', 'perplexity-chat'],
  ['replicate', 'predictions', 'https://api.replicate.com/v1/predictions', 'replicate-predictions'],
  [
    'replicate',
    'v1/models/black-forest-labs/flux-dev/predictions',
    'https://api.replicate.com/v1/models/black-forest-labs/flux-dev/predictions',
    'replicate-predictions',
  ],
  ['replicate', 'predictions/abc/cancel', 'https://api.replicate.com/v1/predictions/abc/cancel', 'unread'],
]

function provider(slug: string) {
  const found = findProvider(slug)
  assert.ok(found, slug)
  return found
}

function address(slug: string, path: string) {
  const found = addressOf(provider(slug), path)
  assert.ok(found, `${slug}/${path}`)
  return found
}

for (const [slug, path, url, format] of addresses) {
  test(`${slug}/${path} goes to ${url}, read as ${format ?? 'nothing'}`, () => {
    const found = address(slug, path)
    assert.equal(joinPath(found.base, found.path), url)
    assert.equal(formatOf(provider(slug), found.path)?.name ?? null, format)
  })
}

test('a base that the operator set gets the version that it lacks itself', () => {
  const messages = (base: string) => joinPath(base, address('anthropic', 'v1/messages').path)
  assert.equal(messages('http://127.0.0.1:9000'), 'http://127.0.0.1:9000/v1/messages')
  assert.equal(messages('http://127.0.0.1:9000/v1'), 'http://127.0.0.1:9000/v1/messages')
  assert.equal(messages('/proxy/v1'), '/proxy/v1/messages')
  assert.equal(messages(''), '/v1/messages')
  const path = 'v1beta/models/x:generateContent'
  assert.equal(joinPath('/v1beta', address('google-ai-studio', path).path), `/${path}`)
})

test('a rewritten path is not rewritten again', () => {
  for (const [slug, path] of addresses) {
    if (provider(slug).hosts) continue
    const rewritten = address(slug, path).path
    assert.equal(address(slug, rewritten).path, rewritten)
  }
})

test('every provider’s data is well-formed', () => {
  const slugs = providers.flatMap(({ slug, aliases = [] }) => [slug, ...aliases])
  assert.equal(new Set(slugs).size, slugs.length)
  for (const { slug, baseUrl, hosts = [], auth, endpoints, sources } of providers) {
    assert.match(slug, /^[a-z][a-z0-9-]*$/)
    if (baseUrl === null) assert.ok(hosts.length > 0, slug)
    else assert.match(baseUrl, /^https:\/\/.*[^/]$/, slug)
    assert.equal(auth[0]?.in, 'header', slug)
    assert.ok(
      auth.every((place) => place.in === 'query' || place.name === place.name.toLowerCase()),
      slug,
    )
    for (const place of auth) if (place.in === 'header') assert.ok(credentialHeaders.has(place.name), slug)
    assert.equal(new Set(endpoints.map(([pattern]) => pattern)).size, endpoints.length, slug)
    assert.ok(sources.length > 0 && sources.every(({ checked }) => !Number.isNaN(Date.parse(checked))), slug)
  }
})

test('an exact endpoint never stands behind a pattern that would match it', () => {
  // Exact ones are looked up first, so only then “first match wins” stays true.
  for (const { slug, endpoints } of providers) {
    for (const [at, [exact]] of endpoints.entries()) {
      const before = endpoints.slice(0, at).filter(([pattern]) => !exact.includes('*') && covers(pattern, exact))
      assert.deepEqual(before, [], `${slug} ${exact}`)
    }
  }
})

function covers(pattern: string, path: string): boolean {
  const [head = '', tail] = pattern.split('*')
  return tail !== undefined && path.startsWith(head) && path.endsWith(tail)
}

test('an alias is its provider', () => {
  const aliases = ['google', 'google-vertex', 'bedrock', 'azure', 'xai', 'perplexity']
  assert.deepEqual(aliases.map(canonicalSlug), [
    'google-ai-studio',
    'google-vertex-ai',
    'aws-bedrock',
    'azure-openai',
    'grok',
    'perplexity-ai',
  ])
})

test('the documentation lists every provider with its addresses, its aliases and its sources', () => {
  const text = readFileSync(new URL('../../docs/providers.md', import.meta.url), 'utf8')
  for (const { slug, aliases = [], baseUrl, hosts = [], sources } of providers) {
    for (const { url, checked } of sources) {
      const line = text.split('\n').find((candidate) => candidate.includes(url)) ?? ''
      assert.ok(line.startsWith(`| \`${slug}\` |`) && line.includes(checked), `${slug} ${url}`)
    }
    for (const name of [slug, ...aliases]) assert.ok(text.includes(`\`${name}\``), name)
    for (const base of [...(baseUrl === null ? [] : [baseUrl]), ...hosts.map((host) => host.base)]) {
      const written = base.replace('{workers_ai_account_id}', '{account}').replace('{group}', '{us or eu}')
      assert.ok(text.includes(`\`${written}\``), written)
    }
  }
})

test('an unknown slug finds nothing', () => {
  assert.equal(findProvider('constructor'), undefined)
  assert.equal(canonicalSlug('constructor'), 'constructor')
})
