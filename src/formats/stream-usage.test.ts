import assert from 'node:assert/strict'
import { test } from 'node:test'

import { spliceStreamUsage } from './stream-usage.ts'

function splice(text: string): string | undefined {
  return spliceStreamUsage(Buffer.from(text), JSON.parse(text))?.toString()
}

test('a stream without options gets them as its last member, every other byte stays', () => {
  assert.equal(
    splice('{ "stream":true,  "x":"ü}" \n}\n '),
    '{ "stream":true,  "x":"ü}" \n,"stream_options":{"include_usage":true}}\n ',
  )
})

test('other options are kept, and an explicit false counts as not asked', () => {
  assert.equal(
    splice('{"stream_options": {"include_usage": false, "other": [1]} , "stream":true}'),
    '{"stream_options": {"include_usage":true,"other":[1]} , "stream":true}',
  )
  assert.equal(
    splice('{"stream":true,"stream_options":null}'),
    '{"stream":true,"stream_options":{"include_usage":true}}',
  )
})

test('nothing is done where there is no stream or the usage is asked for', () => {
  for (const text of [
    '{"stream":false}',
    '{"model":"x"}',
    '{"stream":"true"}',
    '{"stream":true,"stream_options":{"include_usage":true}}',
    '{"stream":true,"stream_options":"x"}',
  ]) {
    assert.equal(splice(text), undefined, text)
  }
})

test('a body that is not a JSON object is left alone', () => {
  assert.equal(spliceStreamUsage(Buffer.from('{"stream":true,'), { stream: true }), null)
  assert.equal(spliceStreamUsage(Buffer.alloc(0), { stream: true }), null)
})
