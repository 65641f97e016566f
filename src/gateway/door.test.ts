import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../kernel/errors.ts'
import { checkDoor, checkPath, readDoor } from './door.ts'

test('an address is split into account, gateway, provider, path and query', () => {
  assert.deepEqual(readDoor('/v1/acc/gate-1/openai/v1/chat/completions?a=b&c=%2F'), {
    accountId: 'acc',
    gatewayId: 'gate-1',
    slug: 'openai',
    path: 'v1/chat/completions',
    query: 'a=b&c=%2F',
  })
  assert.deepEqual(readDoor('/v1/acc/gate/workers-ai/@cf/meta/llama?x'), {
    accountId: 'acc',
    gatewayId: 'gate',
    slug: 'workers-ai',
    path: '@cf/meta/llama',
    query: 'x',
  })
})

test('a question mark ends the path wherever it stands', () => {
  const { slug, path, query } = readDoor('/v1/acc/gate/openai?url=http://x/y/z')
  assert.deepEqual({ slug, path, query }, { slug: 'openai', path: '', query: 'url=http://x/y/z' })
  assert.equal(readDoor('/v1/acc/gate?a/b').slug, '')
})

test('an address without a good account or gateway is no route', () => {
  for (const url of [
    '/v1/',
    '/v1/acc',
    '/v1/acc/',
    '/v1//gate/openai/x',
    '/v1/a%20b/gate/openai',
    `/v1/a/${'x'.repeat(65)}/o`,
  ]) {
    assert.throws(
      () => checkDoor(readDoor(url)),
      (error) => error instanceof GatewayError && error.code === 'no_route',
      url,
    )
  }
})

test('a path with a decoded .. segment is refused, however it is written', () => {
  for (const path of ['../x', 'a/../b', 'a/%2e%2e/b', 'a/.%2E/b', 'a%2f..%2fb', '..%2fx', 'a/%252e%252e/b', 'a/..']) {
    assert.throws(
      () => checkPath(path),
      (error) => error instanceof GatewayError && error.number === 2008,
      path,
    )
  }
})

test('dots inside a segment are no way out, and a backslash never separates', () => {
  assert.equal(checkPath('models/gemini-1.5..x:generateContent'), 'models/gemini-1.5..x:generateContent')
  assert.equal(checkPath('a\\..\\b'), 'a%5C..%5Cb')
  assert.equal(checkPath('a%2Fb%20c'), 'a%2Fb%20c')
})
