import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerOf } from '../../test/kv/answers.ts'
import { readStoredAnswer, writeStoredAnswer } from './stored-answer-bytes.ts'

test('an answer is read as it was written, whatever its parts are', () => {
  for (const answer of [
    answerOf('body'),
    answerOf(''),
    answerOf('body', { logBody: Buffer.from('log') }),
    answerOf('', { logBody: Buffer.alloc(0), headers: [], model: null }),
    answerOf(Buffer.from([0, 255, 10, 13]), { tokensIn: null, tokensOut: null, costNanoUsd: null }),
  ]) {
    assert.deepEqual(readStoredAnswer(writeStoredAnswer(answer, Buffer.alloc)), answer)
  }
})

test('what is cut off, of another version or no answer at all is none', () => {
  const bytes = writeStoredAnswer(answerOf('body'), Buffer.alloc)
  for (let length = 0; length < bytes.length; length++) {
    assert.equal(readStoredAnswer(bytes.subarray(0, length)), null, `${length} bytes`)
  }
  assert.equal(readStoredAnswer(Buffer.concat([bytes, Buffer.from('x')])), null)
  bytes[0] = 1
  assert.equal(readStoredAnswer(bytes), null)
  assert.equal(readStoredAnswer(Buffer.from('\u0002{"not": "ours"}')), null)
})
