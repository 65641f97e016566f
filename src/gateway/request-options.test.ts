import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeToken } from '../kernel/secrets.ts'
import { createCredentials } from '../live/credentials.ts'
import { readOptions } from './request-options.ts'

const token = makeToken()
const credentials = createCredentials(token, { token: () => undefined }, { nowMs: () => 0, tickMs: () => 0 })
const read = (headers: string[], query = ''): ReturnType<typeof readOptions> => readOptions(headers, query, credentials)

/** Raw headers from lines of `Name: value`. */
const raw = (text: string): string[] =>
  text
    .trim()
    .split('\n')
    .flatMap((line) => line.trim().split(/:\s*/, 2))

test('hop-by-hop, cookie, own and proxy headers are not forwarded, and neither is what Connection names', () => {
  const { forwarded } = read(
    raw(`
      Host: x
      Connection: close, X-Secret
      X-Secret: 1
      Keep-Alive: timeout=5
      TE: trailers
      Transfer-Encoding: chunked
      Upgrade: h2c
      Proxy-Authorization: x
      Content-Length: 3
      Cookie: a=b
      cf-aig-metadata: {}
      cf-connecting-ip: 1.2.3.4
      X-Forwarded-For: 1.2.3.4
      Forwarded: x
      X-Auth-Email: a@b
      X-Auth-Key: k
      Accept-Encoding: gzip
      Expect: 100-continue
      Authorization: Bearer sk-client
      OpenAI-Beta: assistants=v2
      Content-Type: application/json`),
  )
  assert.deepEqual(
    forwarded,
    raw(`
      Authorization: Bearer sk-client
      OpenAI-Beta: assistants=v2
      Content-Type: application/json`),
  )
})

test('a Tollgate credential authenticates wherever it stands, and is never forwarded', () => {
  for (const headers of [
    ['cf-aig-authorization', `Bearer ${token}`],
    ['cf-aig-authorization', token],
    ['Authorization', `Bearer ${token}`],
    ['x-api-key', token],
    ['x-goog-api-key', token],
    ['X-Whatever', token],
    ['Authorization', `Bearer\t${token}`],
    ['Sec-WebSocket-Protocol', `realtime, openai-insecure-api-key.${token}`],
  ]) {
    const { caller, forwarded, secrets } = read(headers)
    assert.deepEqual(caller, { kind: 'admin' }, headers[0])
    assert.deepEqual(forwarded, [], headers[0])
    assert.ok(secrets.includes(token), headers[0])
  }
  for (const part of [`key=${token}`, token, `x=Bearer%20${token}`]) {
    const { caller, query, secrets } = read([], `a=1&${part}&b=2`)
    assert.deepEqual({ caller, query }, { caller: { kind: 'admin' }, query: 'a=1&b=2' }, part)
    assert.ok(secrets.includes(token), part)
  }
})

test("another token of the same form is nobody's and is not forwarded, and a key of a provider goes on", () => {
  const stranger = read(['cf-aig-authorization', `Bearer ${makeToken()}`])
  assert.deepEqual([stranger.caller, stranger.hasUnknownToken, stranger.forwarded], [null, true, []])
  const own = read(['Authorization', 'Bearer sk-mine-12345'], 'key=AIza-mine-12345')
  assert.deepEqual([own.caller, own.hasUnknownToken], [null, false])
  assert.deepEqual(own.forwarded, ['Authorization', 'Bearer sk-mine-12345'])
  assert.equal(own.query, 'key=AIza-mine-12345')
  assert.ok(own.secrets.includes('sk-mine-12345') && own.secrets.includes('AIza-mine-12345'))
})

test('metadata is a flat object of at most 16 entries without reserved keys', () => {
  assert.deepEqual(read(['cf-aig-metadata', '{"team":"a","n":1,"ok":true,"cf.user_id":"x"}']).metadata, {
    team: 'a',
    n: 1,
    ok: true,
  })
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`k${at}`, at]))
  assert.equal(Object.keys(read(['cf-aig-metadata', JSON.stringify(many)]).metadata ?? {}).length, 16)
  const utf8 = Buffer.from('{"name":"Zoë"}').toString('latin1')
  assert.deepEqual(read(['cf-aig-metadata', utf8]).metadata, { name: 'Zoë' })
})

test('metadata that is not flat or not JSON is null as a whole and no error', () => {
  for (const value of ['{"a":null}', '{"a":{"b":1}}', '[1]', 'nonsense', '"text"', '']) {
    const { metadata, problem } = read(['cf-aig-metadata', value])
    assert.deepEqual({ metadata, problem }, { metadata: null, problem: null }, value)
  }
  const polluted = read(['cf-aig-metadata', '{"__proto__":"x","a":1}']).metadata
  assert.deepEqual(polluted, { a: 1 })
})

test('a misspelt wish for privacy is a problem that names header, value and what is allowed', () => {
  const { problem } = read(['cf-aig-collect-log-payload', 'flase'])
  assert.equal(problem?.number, 7001)
  assert.match(problem?.message ?? '', /cf-aig-collect-log-payload.*"flase".*true or false/)
  const good = read(['cf-aig-collect-log', 'FALSE', 'cf-aig-collect-log-payload', 'true'])
  assert.deepEqual([good.problem, good.collectLog, good.collectLogPayload], [null, false, true])
})

test('an empty credential is none: it does not go on, and does not keep back a key that Tollgate could add', () => {
  for (const value of ['', 'Bearer', 'Bearer ']) {
    const { forwarded, secrets } = read(['Authorization', value, 'x-api-key', ''])
    assert.deepEqual({ forwarded, secrets }, { forwarded: [], secrets: [] }, value)
  }
})
