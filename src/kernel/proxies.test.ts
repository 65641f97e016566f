import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createChooseProxy } from './proxies.ts'

const proxyOf = (none: string, settings: { http?: string; https?: string } = { https: 'http://proxy:3128' }) => {
  const choose = createChooseProxy({ http: settings.http ?? null, https: settings.https ?? null, none })
  return (origin: string) => choose(origin)?.host ?? null
}

test('https goes through HTTPS_PROXY, else through HTTP_PROXY, and http through HTTP_PROXY only', () => {
  assert.equal(proxyOf('')('https://api.example.com'), 'proxy:3128')
  assert.equal(proxyOf('')('http://api.example.com'), null)
  const both = proxyOf('', { http: 'http://plain:1', https: 'http://secure:2' })
  assert.deepEqual([both('http://a.example'), both('https://a.example')], ['plain:1', 'secure:2'])
  assert.equal(proxyOf('', { http: 'http://plain:1' })('https://a.example'), 'plain:1')
  assert.equal(proxyOf('', {})('https://a.example'), null)
})

test('loopback addresses never go through a proxy', () => {
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]', 'a.localhost']) {
    assert.equal(proxyOf('')(`https://${host}:8000`), null, host)
  }
  assert.equal(proxyOf('')('https://127.example.com'), 'proxy:3128')
})

for (const [none, without, through] of [
  ['*', ['https://any.example'], []],
  ['example.com', ['https://example.com', 'https://api.example.com'], ['https://notexample.com']],
  ['.example.com', ['https://example.com', 'https://api.example.com'], ['https://example.com.evil.com']],
  ['*.example.com', ['https://api.example.com'], ['https://example.com']],
  ['Example.com:8443', ['https://example.com:8443'], ['https://example.com']],
  ['example.com:443', ['https://example.com'], ['https://example.com:8443']],
  ['10.0.0.0/8 , fd00::/8', ['https://10.9.9.9', 'https://[fd12::1]'], ['https://11.0.0.1', 'https://ten.example']],
  ['10.0.0.1', ['https://10.0.0.1'], ['https://10.0.0.2', 'https://x.10.0.0.1.example']],
  ['[2001:db8::1]:443', ['https://[2001:db8::1]'], ['https://[2001:db8::1]:1']],
  ['2001:db8::1', ['https://[2001:db8::1]:9'], ['https://[2001:db8::2]']],
] as const) {
  test(`NO_PROXY=${none} lets ${without.join(', ')} through without a proxy`, () => {
    for (const origin of without) assert.equal(proxyOf(none)(origin), null, origin)
    for (const origin of through) assert.equal(proxyOf(none)(origin), 'proxy:3128', origin)
  })
}
