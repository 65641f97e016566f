import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { retryDelayMs, type FailedAttempt } from './retry.ts'

const failed = (more: Partial<FailedAttempt> = {}): FailedAttempt => ({
  attempt: 0,
  maxRetries: 2,
  isRepeatable: true,
  answer: null,
  ...more,
})
const answer = (status: number, headers: Record<string, string> = {}): FailedAttempt['answer'] => ({
  status,
  headers: new Headers(headers),
})

describe('the wait before another attempt', () => {
  it('is about half a second at first, doubles, and is never more than eight', () => {
    for (const [attempt, most] of [500, 1000, 2000, 4000, 8000, 8000].entries()) {
      const waits = Array.from({ length: 50 }, () => retryDelayMs(failed({ attempt, maxRetries: 9 })) ?? 0)
      assert.ok(
        waits.every((wait) => wait <= most && wait >= most * 0.75),
        `${attempt}: ${waits.join(' ')}`,
      )
      assert.ok(new Set(waits).size > 1, 'all clients come back at once')
    }
    assert.equal(retryDelayMs(failed({ attempt: 2 })), null)
  })

  it('is what the server asks for, in any of its three forms', () => {
    assert.equal(retryDelayMs(failed({ answer: answer(429, { 'retry-after': '7' }) })), 7000)
    assert.equal(retryDelayMs(failed({ answer: answer(429, { 'retry-after-ms': '25', 'retry-after': '7' }) })), 25)
    const soon = new Date(Date.now() + 20_000).toUTCString()
    const wait = retryDelayMs(failed({ answer: answer(503, { 'retry-after': soon }) })) ?? 0
    assert.ok(wait > 15_000 && wait <= 20_000, String(wait))
    const past = new Date(Date.now() - 20_000).toUTCString()
    assert.equal(retryDelayMs(failed({ answer: answer(503, { 'retry-after': past }) })), 0)
    assert.ok((retryDelayMs(failed({ answer: answer(503, { 'retry-after': 'later' }) })) ?? 0) >= 375)
  })

  it('is none where the server asks for more than a minute', () => {
    assert.equal(retryDelayMs(failed({ answer: answer(429, { 'retry-after': '61' }) })), null)
    assert.equal(retryDelayMs(failed({ answer: answer(429, { 'retry-after': '60' }) })), 60_000)
  })

  it('is none for what another attempt cannot change', () => {
    for (const status of [400, 401, 403, 404, 405, 412, 413, 422]) {
      assert.equal(retryDelayMs(failed({ answer: answer(status) })), null, String(status))
    }
    for (const status of [408, 409, 429, 500, 502, 503, 504, 529]) {
      assert.notEqual(retryDelayMs(failed({ answer: answer(status) })), null, String(status))
      assert.equal(retryDelayMs(failed({ answer: answer(status, { 'x-should-retry': 'false' }) })), null)
    }
    assert.notEqual(retryDelayMs(failed({ answer: answer(404, { 'x-should-retry': 'true' }) })), null)
  })

  it('is none where a call might be done twice, unless the server says that it was not done', () => {
    const once = { isRepeatable: false }
    assert.equal(retryDelayMs(failed(once)), null)
    for (const status of [408, 409, 500, 502, 503]) {
      assert.equal(retryDelayMs(failed({ ...once, answer: answer(status) })), null, String(status))
    }
    assert.notEqual(retryDelayMs(failed({ ...once, answer: answer(429) })), null)
    assert.notEqual(retryDelayMs(failed({ ...once, answer: answer(503, { 'x-should-retry': 'true' }) })), null)
  })
})
