import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createDial } from '../../src/gateway/dial.ts'
import { createUpstreams } from '../../src/gateway/upstream.ts'
import { createCheckedLookup } from '../../src/kernel/checked-lookup.ts'
import { createUpstreamPolicy } from '../../src/kernel/public-address.ts'
import { createChooseProxy } from '../../src/kernel/proxies.ts'
import { makeCertificate, skipWithoutOpenssl } from '../servers/certificate.ts'
import { type ConnectProxy, startConnectProxy } from '../servers/connect-proxy.ts'
import { type Journey, openJourney } from './open.ts'

const trusted = getCACertificates()

describe('behind a proxy', { skip: skipWithoutOpenssl() }, () => {
  let provider: Server
  let proxy: ConnectProxy
  let journey: Journey
  const port = () => (provider.address() as AddressInfo).port // An address of TCP is never a string.
  before(async () => {
    const { key, cert } = makeCertificate(['provider.test', 'custom.test', 'public.test'])
    setDefaultCACertificates([...trusted, cert])
    provider = createServer({ key, cert }, (request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ host: request.headers.host, path: request.url, to: 'provider' }))
    })
    provider.listen(0, '127.0.0.1')
    await once(provider, 'listening')
    proxy = await startConnectProxy((to) => (to.startsWith('denied.test') ? null : port()))
    journey = await openJourney({
      HTTPS_PROXY: proxy.url.replace('http://', 'http://us%40er:pass@'),
      NO_PROXY: 'direct.test',
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: 'https://provider.test/v1',
      TOLLGATE_PROVIDER_GROQ_BASE_URL: 'https://denied.test/v1',
      TOLLGATE_PROVIDER_MISTRAL_BASE_URL: 'https://direct.test/v1',
      TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: 'custom.test',
    })
  })
  after(async () => {
    setDefaultCACertificates(trusted)
    await journey.close()
    await proxy.close()
    provider.close()
    provider.closeAllConnections()
  })
  const ask = async (path: string) => {
    const { status, body } = await journey.send(path, { method: 'GET' })
    return { status, text: body.toString() }
  }

  it('a provider is called through a tunnel, with TLS to the provider itself and the proxy’s credentials', async () => {
    const { status, text } = await ask('openai/models')
    assert.deepEqual([status, JSON.parse(text)], [200, { host: 'provider.test', path: '/v1/models', to: 'provider' }])
    const authorization = `Basic ${Buffer.from('us@er:pass').toString('base64')}`
    assert.deepEqual(proxy.asked.at(-1), { to: 'provider.test:443', authorization })
  })

  it('a tunnel that is refused is 502/2005, told without the credentials, and not tried for ever', async () => {
    const { status, text } = await ask('groq/models')
    assert.equal(status, 502)
    assert.match(text, /2005.*no tunnel \(status 403\)/s)
    assert.ok(!text.includes('pass'))
  })

  it('what NO_PROXY names is not called through it', async () => {
    const before = proxy.asked.length
    assert.equal((await ask('mistral/models')).status, 502)
    assert.equal(proxy.asked.length, before)
  })

  it('a custom provider that is allowed by name is looked up by the proxy', async () => {
    const custom = { name: 'c', slug: 'c', base_url: 'https://custom.test', enable: true }
    assert.equal((await journey.tollgate.manage('POST', '/custom-providers', custom)).status, 200)
    assert.equal((await ask('custom-c/v1/models')).status, 200)
    assert.equal(proxy.asked.at(-1)?.to, 'custom.test:443')
  })

  it('any other custom provider is looked up here, checked, and asked for by its address', async () => {
    const policy = createUpstreamPolicy([])
    let address = '93.184.216.34'
    const dial = createDial({
      checked: createCheckedLookup(policy, (_, __, callback) => callback(null, [{ address, family: 4 }])),
      chooseProxy: createChooseProxy({ http: null, https: proxy.url, none: '' }),
      isNamed: policy.isNamed,
      connectMs: 5000,
    })
    const upstreams = createUpstreams({ headersMs: 5000, answerIdleMs: 5000 }, dial)
    const call = (origin: string) =>
      upstreams.call({ origin, path: '/', method: 'GET', headers: [], body: null, isUserGiven: true }).answer
    try {
      assert.equal((await call('https://public.test')).status, 200)
      assert.equal(proxy.asked.at(-1)?.to, '93.184.216.34:443')
      address = '169.254.169.254'
      const before = proxy.asked.length
      await assert.rejects(call('https://other.test'), { code: 'upstream_refused' })
      assert.equal(proxy.asked.length, before)
    } finally {
      await upstreams.close()
    }
  })
})
