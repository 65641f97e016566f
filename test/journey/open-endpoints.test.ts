import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { makeCertificate, skipWithoutOpenssl } from '../servers/certificate.ts'
import { type ConnectProxy, startConnectProxy } from '../servers/connect-proxy.ts'
import { type Got, type Journey, openJourney } from './open.ts'

const trusted = getCACertificates()

/** At the provider's own address, because behind a base URL of the operator's no key is needed anyway. */
describe('an endpoint that its provider answers to anybody', { skip: skipWithoutOpenssl() }, () => {
  let provider: Server
  let proxy: ConnectProxy
  let journey: Journey
  const arrived: string[] = []
  before(async () => {
    const { key, cert } = makeCertificate(['openrouter.ai'])
    setDefaultCACertificates([...trusted, cert])
    provider = createServer({ key, cert }, (request, response) => {
      arrived.push(`${request.url} ${request.headers.authorization ?? 'no key'}`)
      response.setHeader('content-type', 'application/json')
      response.end('{"data":[]}')
    })
    provider.listen(0, '127.0.0.1')
    await once(provider, 'listening')
    proxy = await startConnectProxy(() => (provider.address() as AddressInfo).port) // An address of TCP is never a string.
    journey = await openJourney({ HTTPS_PROXY: proxy.url })
  })
  after(async () => {
    setDefaultCACertificates(trusted)
    await journey.close()
    await proxy.close()
    provider.close()
    provider.closeAllConnections()
  })

  const list = (path: string, headers: Record<string, string> = {}): Promise<Got> => {
    const token = { 'cf-aig-authorization': `Bearer ${journey.tollgate.adminToken}` }
    return journey.send(path, { method: 'GET', headers: { ...token, ...headers } })
  }
  const codeOf = ({ status, body }: Got): unknown[] => [
    status,
    (JSON.parse(body.toString()) as { internalCode?: unknown }).internalCode,
  ]

  it('needs no key, also where the gateway takes none but stored ones; all others do', async () => {
    for (const byok_only of [false, true]) {
      await journey.tollgate.manage('PUT', '/gateways/g', { byok_only })
      for (const path of ['openrouter/models', 'openrouter/api/v1/models', 'openrouter/v1/models/a/b/endpoints']) {
        assert.equal((await list(path)).status, 200, path)
      }
      for (const path of ['openrouter/credits', 'openrouter/chat/completions', 'openrouter/xmodels', 'groq/models']) {
        assert.deepEqual(codeOf(await list(path)), [400, 2040], path)
      }
    }
    assert.deepEqual(new Set(arrived.map((line) => line.replace(/^\S+ /, ''))), new Set(['no key']))
    assert.equal(arrived.length, 6)
  })

  it('gets the key that there is, and an alias that is unknown is refused there too', async () => {
    const config = { alias: 'main', default_config: true, provider_slug: 'openrouter', secret: 'sk-stored' }
    await journey.tollgate.manage('POST', '/gateways/g/provider_configs', config)
    assert.equal((await list('openrouter/models')).status, 200)
    assert.equal(arrived.at(-1), '/api/v1/models Bearer sk-stored')
    assert.deepEqual(codeOf(await list('openrouter/models', { 'cf-aig-byok-alias': 'x' })), [400, 2040])
  })
})
