import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readPieces, readStream } from '../../test/formats/recorded.ts'
import { eventFrame, exceptionFrame } from '../../test/formats/event-stream.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { bedrockInvoke } from './bedrock-invoke.ts'
import { createEventStreamScanner } from './event-stream.ts'

const usage = { input: 45, cacheRead: 3000, cacheWrite5m: 200, cacheWrite1h: 1000, output: 78 }

test('model and stream are read from the path, the model decoded', () => {
  const read = (path: string) => bedrockConverse.readRequest({ path, query: '', fields: {} })
  assert.deepEqual(read('model/anthropic.claude-3-5-haiku-20241022-v1%3A0/converse'), {
    model: 'anthropic.claude-3-5-haiku-20241022-v1:0',
    isStream: false,
  })
  assert.deepEqual(read('model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.x/converse-stream'), {
    model: 'arn:aws:bedrock:us-east-1:1:inference-profile/us.x',
    isStream: true,
  })
  assert.equal(read('model/%zz/converse').model, '%zz')
  const invoke = (path: string) => bedrockInvoke.readRequest({ path, query: '', fields: {} })
  assert.deepEqual(invoke('model/a.b/invoke'), { model: 'a.b', isStream: false })
  assert.deepEqual(invoke('model/a.b/invoke-with-response-stream'), { model: 'a.b', isStream: true })
})

test('a conversation tells its tokens, cache writes by their time', () => {
  const answer = {
    output: { message: { role: 'assistant', content: [{ text: 'Hi' }] } },
    stopReason: 'end_turn',
    usage: {
      inputTokens: 45,
      outputTokens: 78,
      cacheReadInputTokens: 3000,
      cacheWriteInputTokens: 1200,
      cacheDetails: [{ ttl: '1h', inputTokens: 1000 }],
    },
  }
  assert.deepEqual(bedrockConverse.readAnswer(answer), { model: null, usage, error: null })
  assert.equal(bedrockConverse.readAnswer({ message: 'Malformed input request' }).error, 'Malformed input request')
})

test('a streamed conversation is put together and ends with its metadata', () => {
  const { reader, meanings } = readStream(bedrockConverse, 'bedrock-converse.events.txt')
  assert.equal(meanings.at(-1), 'terminal')
  assert.equal(meanings.filter((meaning) => meaning !== 'more').length, 1)
  assert.deepEqual(reader.facts(), { model: null, usage, error: null })
  const reasoningText = { text: 'The user wants the weather.', signature: 'ErcBCkgIBBABGAIiQ' }
  const toolUse = { name: 'get_weather', toolUseId: 'tooluse_kZJMlvQmRJ6eAyJE5GIl7Q', input: { city: 'Zürich' } }
  const content = [{ reasoningContent: { reasoningText } }, { text: 'Let me look that up für Sie.' }, { toolUse }]
  assert.partialDeepStrictEqual(reader.message(), {
    output: { message: { role: 'assistant', content } },
    stopReason: 'tool_use',
    metrics: { latencyMs: 1275 },
  })
})

test('an exception in a stream is its error, and not its end', () => {
  const bytes = Buffer.concat([eventFrame('messageStart', '{}'), exceptionFrame('throttlingException', 'Too fast')])
  for (const format of [bedrockConverse, bedrockInvoke]) {
    const { reader, meanings } = readPieces(format, createEventStreamScanner, [bytes])
    assert.deepEqual(meanings, ['more', 'more'])
    assert.equal(reader.facts().error, 'Too fast')
    assert.ok(!reader.endIsComplete)
  }
})

test('Claude’s body is read inside, but not its model: that lacks what decides the price', () => {
  const answer = { model: 'claude-3-5-haiku-20241022', usage: { input_tokens: 3, output_tokens: 4 } }
  assert.deepEqual(bedrockInvoke.readAnswer(answer), { model: null, usage: { input: 3, output: 4 }, error: null })
  const { reader, meanings } = readStream(bedrockInvoke, 'bedrock-invoke.events.txt')
  assert.equal(meanings.at(-1), 'terminal')
  assert.deepEqual(reader.facts(), { model: null, usage: { input: 11, output: 14 }, error: null })
  assert.partialDeepStrictEqual(reader.message(), { content: [{ text: 'Grüezi mitenand' }], stop_reason: 'end_turn' })
})

test('any other model’s tokens are in the headers, or at the end of the stream', () => {
  const told: Record<string, string> = {
    'x-amzn-bedrock-input-token-count': '12',
    'x-amzn-bedrock-output-token-count': '34',
    'x-amzn-bedrock-cache-read-input-token-count': 'x',
  }
  assert.deepEqual(
    bedrockInvoke.readHead?.((name) => told[name] ?? null),
    { input: 12, output: 34 },
  )
  assert.equal(
    bedrockInvoke.readHead?.(() => null),
    null,
  )
  const metrics = { inputTokenCount: 12, outputTokenCount: 34, cacheReadInputTokenCount: 5 }
  const { reader } = readPieces(bedrockInvoke, createEventStreamScanner, [
    eventFrame('chunk', '{"generation":"Hel","stop_reason":null}'),
    eventFrame('chunk', JSON.stringify({ generation: 'lo', 'amazon-bedrock-invocationMetrics': metrics })),
  ])
  assert.deepEqual(reader.facts().usage, { input: 12, cacheRead: 5, output: 34 })
  assert.deepEqual(reader.message(), { generation: 'Hello', stop_reason: null })
  assert.ok(reader.endIsComplete)
})
