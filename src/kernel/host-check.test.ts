import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHostCheck } from './host-check.ts'

test('on a loopback address only names of this machine and the public one are served', () => {
  const isAllowed = createHostCheck('127.0.0.1', 'https://ai.example.com')
  for (const host of [
    '127.0.0.1:8787',
    'localhost',
    'LOCALHOST:1',
    '[::1]:8787',
    'a.localhost:3',
    'ai.example.com',
    '127.1.2.3',
  ]) {
    assert.equal(isAllowed(host), true, host)
  }
  for (const host of [
    undefined,
    '',
    'evil.com',
    '127.0.0.1.evil.com',
    'localhost.evil.com:8787',
    'ai.example.com.evil.com',
  ]) {
    assert.equal(isAllowed(host), false, host)
    assert.equal(isAllowed('localhost'), true)
    assert.equal(isAllowed(host), false, `${host} after a good one`)
  }
})

test('on another address every host is served', () => {
  assert.equal(createHostCheck('0.0.0.0', null)('anything.example'), true)
})
