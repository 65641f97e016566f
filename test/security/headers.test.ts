import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { addExtraHeaders } from '../../src/gateway/custom-provider.ts'
import { readOptions } from '../../src/gateway/request-options.ts'
import { stepHeaders } from '../../src/gateway/step-headers.ts'
import { GatewayError } from '../../src/kernel/errors.ts'
import { makeToken } from '../../src/kernel/secrets.ts'
import { createCredentials } from '../../src/live/credentials.ts'
import { requireHeaders } from '../../src/management/custom-provider-headers.ts'
import { requireSecret } from '../../src/management/provider-secret.ts'
import { answer } from '../fault/answers.ts'
import { echo } from '../fault/fault-server.ts'
import { type Journey, openJourney } from '../journey/open.ts'
import { connectRaw, requestBytes } from '../journey/raw-client.ts'

const chat = '{"model":"m","messages":[]}'

describe('a header', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney()
    journey.fault.plan('default', [echo])
  })
  after(() => journey.close())

  it('of the hop, of proxies, of the gateway or a cookie never reaches a provider', async () => {
    const headers = {
      'cf-aig-authorization': `Bearer ${journey.tollgate.adminToken}`,
      'cf-aig-metadata': '{"a":1}',
      'cf-connecting-ip': '1.2.3.4',
      'tollgate-anything': '1',
      'x-forwarded-for': '1.2.3.4',
      'x-real-ip': '1.2.3.4',
      'x-auth-key': 'secret',
      cookie: 'session=1',
      via: '1.1 proxy',
      'proxy-authorization': 'Basic eA==',
      te: 'trailers',
    }
    const got = await journey.send('openai/chat/completions', { headers, body: chat })
    const { headers: sent } = JSON.parse(got.body.toString()) as { headers: Record<string, string> }
    assert.deepEqual(
      Object.keys(headers).filter((name) => name in sent),
      [],
    )
    assert.ok(!got.body.includes(journey.tollgate.adminToken))
  })

  it('with the gateway’s token as the provider’s key is not sent on as one', async () => {
    for (const name of ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'x-anything']) {
      const headers = { [name]: `Bearer ${journey.tollgate.adminToken}` }
      const got = await journey.send('openai/chat/completions', { headers, body: chat })
      assert.ok(!got.body.includes(journey.tollgate.adminToken), name)
    }
  })

  it('of a provider sets no cookie at a client, and speaks for no gateway', async () => {
    const foreign = { 'set-cookie': 'a=b', 'cf-aig-cache-status': 'HIT', 'tollgate-cost': '0', 'alt-svc': 'h3=":443"' }
    journey.fault.plan('foreign', [answer({ headers: foreign, body: '{}' })])
    const got = await journey.send('openai/chat/completions', { fault: 'foreign', body: chat })
    assert.equal(got.status, 200)
    for (const name of Object.keys(foreign)) assert.equal(got.headers[name], undefined, name)
  })

  for (const [what, bytes] of [
    ['two lengths', 'content-length: 5\r\ncontent-length: 6\r\n\r\nhello!'],
    ['a length beside chunks', 'content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['an odd transfer coding', 'transfer-encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a folded line', 'x-a: 1\r\n x-b: 2\r\n\r\n'],
    ['a bare line feed', 'x-a: 1\nx-b: 2\r\n\r\n'],
    ['a bare carriage return', 'x-a: 1\rx-b: 2\r\n\r\n'],
    ['a zero byte', 'x-a: 1\u0000\r\n\r\n'],
    ['a space before the colon', 'x-a : 1\r\n\r\n'],
  ] as const) {
    it(`with ${what} smuggles no second request to a provider`, async () => {
      const before = journey.fault.requests.length
      const client = await connectRaw(journey.base)
      const { host, pathname } = new URL(journey.base)
      client.write(`POST ${pathname}/openai/x HTTP/1.1\r\nhost: ${host}\r\n${bytes}`)
      client.write(requestBytes(journey.base, 'openai/smuggled', { method: 'GET' }))
      const received = (await client.closed).toString()
      assert.match(received, /^HTTP\/1\.1 400 /)
      assert.equal(journey.fault.requests.length, before)
    })
  }

  it('of the client never becomes another header of the answer', async () => {
    for (const eventId of ['a\r\nset-cookie: x=1', 'a%0d%0aset-cookie: x=1', 'a\u0085b', 'ü'.repeat(300)]) {
      // `fetch` and undici refuse to send most of these; what does come through is refused or harmless.
      const got = await journey
        .send('openai/chat/completions', { headers: { 'cf-aig-event-id': eventId }, body: chat })
        .catch(() => null)
      assert.equal(got?.headers['set-cookie'], undefined)
    }
  })
})

const credentials = createCredentials(makeToken(), { token: () => undefined }, { nowMs: () => 0, tickMs: () => 0 })
const name = fc.constantFrom(
  'x-a',
  'X-A',
  'Authorization',
  'x-api-key',
  'connection',
  'tollgate-hops',
  'cf-aig-event-id',
  'host',
)
const value = fc.oneof(fc.string(), fc.constantFrom('a\r\nb: c', '\u0000', 'x-a', 'close, x-a', 'Bearer a'))

/** Whatever may end a header's line, or a header, beside letters. */
const torn = fc
  .array(fc.constantFrom('a', ' ', ':', '\r\n', '\n', '\r', '\u0000', '\u007f', '\u0085', '\u2028', 'é', 'x-b: c'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((pieces) => pieces.join(''))
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const tears = /[\r\n\x00]/
const passes = (check: () => unknown): boolean => {
  try {
    check()
    return true
  } catch (error) {
    assert.ok(error instanceof GatewayError && error.code === 'input_invalid', String(error))
    return false
  }
}

describe('a line break', () => {
  it('is in no header that a step, a custom provider, a stored key or an alias brings', () => {
    fc.assert(
      fc.property(torn, (text) => {
        const tearsIt = tears.test(text)
        for (const headers of [{ 'x-a': text }, { [text]: 'a' }, { 'x-a': { b: text } }]) {
          let raw: string[] = []
          passes(() => (raw = stepHeaders({ headers, authorization: text, config: {} })))
          assert.ok(!raw.some((part) => tears.test(part)), JSON.stringify(raw))
        }
        if (!tearsIt) return
        assert.ok(!passes(() => requireHeaders(JSON.stringify({ 'x-a': text }))))
        assert.ok(!passes(() => requireHeaders(JSON.stringify({ [text]: 'a' }))))
        assert.ok(!passes(() => requireSecret('openai', text)))
        const key = { accessKeyId: 'A', secretAccessKey: 'b', sessionToken: text }
        assert.ok(!passes(() => requireSecret('aws-bedrock', JSON.stringify(key))))
        const { keyAlias, eventId, problem } = readOptions(
          ['cf-aig-byok-alias', text, 'cf-aig-event-id', text],
          '',
          credentials,
        )
        assert.deepEqual([keyAlias, eventId, problem?.code], [null, null, 'input_invalid'])
      }),
      { numRuns: 2000 },
    )
  })
})

describe('headers, whatever they are,', () => {
  it('are read without a throw, in pairs, and none of the hop is forwarded', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (headers) => {
        const { forwarded } = readOptions(headers.flat(), '', credentials)
        assert.equal(forwarded.length % 2, 0)
        for (let at = 0; at < forwarded.length; at += 2) {
          assert.ok(headers.some(([key, text]) => key === forwarded[at] && text === forwarded[at + 1]))
          assert.ok(
            !['connection', 'host', 'tollgate-hops', 'cf-aig-event-id'].includes(forwarded[at]?.toLowerCase() ?? ''),
          )
        }
      }),
    )
  })

  it('of a custom provider are there once each, and a credential never without a token', () => {
    const extra = [
      { name: 'x-a', value: 'configured', isCredential: false, secret: null },
      { name: 'authorization', value: 'Bearer stored', isCredential: true, secret: 'stored' },
    ]
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), fc.boolean(), (headers, authenticated) => {
        const options = { ...readOptions(headers.flat(), '', credentials), authenticated }
        const brought = options.forwarded.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'authorization')
        addExtraHeaders(extra, options, null)
        const valuesOf = (wanted: string): string[] =>
          options.forwarded.filter((_, at) => at % 2 === 1 && options.forwarded[at - 1]?.toLowerCase() === wanted)
        assert.deepEqual(valuesOf('x-a'), ['configured'])
        const isAdded = authenticated && brought.length === 0
        assert.equal(options.secrets.includes('stored'), isAdded)
        assert.deepEqual(valuesOf('authorization').includes('Bearer stored'), isAdded)
        assert.equal(options.forwarded.length % 2, 0)
      }),
    )
  })
})
