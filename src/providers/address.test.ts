import assert from 'node:assert/strict'
import { test } from 'node:test'

import { formatOf, rewritePath, upstreamPath } from './address.ts'
import { findProvider, providers } from './index.ts'
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
  ['anthropic', 'v1/messages/count_tokens', 'https://api.anthropic.com/v1/messages/count_tokens', 'unread'],
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
    'unread',
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
]

function provider(slug: string) {
  const found = findProvider(slug)
  assert.ok(found, slug)
  return found
}

for (const [slug, path, address, format] of addresses) {
  test(`${slug}/${path} goes to ${address}, read as ${format ?? 'nothing'}`, () => {
    assert.equal(upstreamPath(provider(slug), provider(slug).baseUrl, path), address)
    assert.equal(formatOf(provider(slug), path)?.name ?? null, format)
  })
}

test('a base that the operator set gets the version that it lacks itself', () => {
  const messages = (base: string) => upstreamPath(provider('anthropic'), base, 'v1/messages')
  assert.equal(messages('http://127.0.0.1:9000'), 'http://127.0.0.1:9000/v1/messages')
  assert.equal(messages('http://127.0.0.1:9000/v1'), 'http://127.0.0.1:9000/v1/messages')
  assert.equal(messages('/proxy/v1'), '/proxy/v1/messages')
  assert.equal(messages(''), '/v1/messages')
  const path = 'v1beta/models/x:generateContent'
  assert.equal(upstreamPath(provider('google-ai-studio'), '/v1beta', path), `/${path}`)
})

test('a rewritten path is not rewritten again', () => {
  for (const [slug, path] of addresses) {
    const rewritten = rewritePath(provider(slug), path)
    assert.equal(rewritePath(provider(slug), rewritten), rewritten)
  }
})

test('every provider’s data is well-formed', () => {
  assert.equal(new Set(providers.map(({ slug }) => slug)).size, providers.length)
  for (const { slug, baseUrl, auth, endpoints, sources } of providers) {
    assert.match(slug, /^[a-z][a-z0-9-]*$/)
    assert.match(baseUrl, /^https:\/\/.*[^/]$/, slug)
    assert.ok(auth.length > 0 && auth.every(({ name }) => name === name.toLowerCase()), slug)
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

test('an unknown slug finds nothing', () => {
  assert.equal(findProvider('constructor'), undefined)
})
