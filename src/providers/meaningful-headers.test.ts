import assert from 'node:assert/strict'
import { test } from 'node:test'

import { isMeaningfulHeader } from './meaningful-headers.ts'

test('headers that change an answer tell requests apart, those that only name a request do not', () => {
  const meaningful = ['accept', 'content-type', 'anthropic-beta', 'cartesia-version', 'openai-organization', 'prefer']
  const more = [
    'parallel-beta',
    'x-amzn-bedrock-guardrailidentifier',
    'x-fal-no-retry',
    'x-goog-user-project',
    'x-hf-bill-to',
  ]
  for (const name of [...meaningful, ...more]) assert.ok(isMeaningfulHeader(name), name)
  for (const name of ['user-agent', 'x-request-id', 'x-amz-date', 'traceparent', 'x-stainless-lang']) {
    assert.ok(!isMeaningfulHeader(name), name)
  }
})
