import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { translated } from '../../../test/formats/translated.ts'
import { toHubError } from './hub-error.ts'
import { translators } from './index.ts'
import { Untranslatable } from './translator.ts'

const names = Object.keys(translators)

function refusalOf(format: string, body: Record<string, unknown>): Untranslatable {
  try {
    translated(format, body)
  } catch (error) {
    assert.ok(error instanceof Untranslatable, String(error))
    return error
  }
  throw new Error(`${format} took it`)
}

describe('what a chat cannot be without', () => {
  const bad: readonly (readonly [param: string, body: Record<string, unknown>])[] = [
    ['messages', { messages: [] }],
    ['messages', { messages: 'Hi' }],
    ['messages.0.role', { messages: [null] }],
    ['messages.0.role', { messages: [{ role: 'robot', content: 'Hi' }] }],
    ['messages.0.content', { messages: [{ role: 'user', content: 5 }] }],
    ['messages.0.content.0', { messages: [{ role: 'user', content: [{ type: 'video' }] }] }],
    [
      'messages.0.content.0',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
    ],
    ['messages.0.tool_call_id', { messages: [{ role: 'tool', content: 'x' }] }],
    ['messages.0.tool_calls.0', { messages: [{ role: 'assistant', tool_calls: [{}] }] }],
    ['tools.0', { tools: [{ type: 'custom', custom: {} }] }],
    ['tool_choice', { tool_choice: 'sometimes' }],
    ['response_format', { response_format: { type: 'grammar' } }],
    ['reasoning_effort', { reasoning_effort: 'immense' }],
    ['temperature', { temperature: 'hot' }],
    ['functions', { functions: [{ name: 'f' }] }],
    ['modalities', { modalities: ['text', 'audio'] }],
  ]
  for (const format of names) {
    for (const [param, body] of bad) {
      it(`${format} refuses ${JSON.stringify(body)}`, () => assert.equal(refusalOf(format, body).param, param))
    }
  }

  it('several choices and log probabilities are refused where there is no word for them', () => {
    for (const format of ['anthropic-messages', 'bedrock-converse', 'cohere-chat']) {
      assert.equal(refusalOf(format, { n: 2 }).param, 'n')
      assert.equal(refusalOf(format, { logprobs: true }).param, 'logprobs')
    }
  })
})

describe('what is left out', () => {
  it('is told, unless it asks for what happens anyway', () => {
    const usual = {
      n: 1,
      logprobs: false,
      store: false,
      frequency_penalty: 0,
      tool_choice: 'auto',
      parallel_tool_calls: true,
      response_format: { type: 'text' },
      modalities: ['text'],
      logit_bias: {},
      service_tier: 'auto',
      metadata: null,
      stream: false,
      stream_options: null,
    }
    for (const format of names) {
      assert.deepEqual(translated(format, usual).dropped, [], format)
      const dropped = translated(format, { logit_bias: { 1: 2 }, verbosity: 'low', never_heard_of: 1 }).dropped
      assert.deepEqual(dropped, ['logit_bias', 'verbosity', 'never_heard_of'], format)
    }
  })
})

describe("a provider's error", () => {
  const told: readonly (readonly [status: number, body: unknown, error: object])[] = [
    [
      529,
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      { message: 'Overloaded', type: 'server_error', param: null, code: 'overloaded_error' },
    ],
    [
      429,
      [{ error: { code: 429, message: 'Quota', status: 'RESOURCE_EXHAUSTED' } }],
      { message: 'Quota', type: 'rate_limit_error', param: null, code: 'RESOURCE_EXHAUSTED' },
    ],
    [400, { message: 'bad' }, { message: 'bad', type: 'invalid_request_error', param: null, code: null }],
    [
      503,
      '<html>',
      { message: 'The provider answered with status 503.', type: 'server_error', param: null, code: null },
    ],
  ]
  for (const [status, body, error] of told) {
    it(`${JSON.stringify(body)} is OpenAI's`, () => assert.deepEqual(toHubError(body, status), { error }))
  }

  it("one that is OpenAI's already stays as it is", () => {
    const body = { error: { message: 'm', type: 't', param: 'p', code: 'c', more: 1 } }
    assert.equal(toHubError(body, 400), body)
  })
})
