import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { makeAuthority, skipWithoutOpenssl } from '../servers/certificate.ts'
import { type ConnectProxy, startConnectProxy } from '../servers/connect-proxy.ts'
import { adminToken, manage, type Server, startServer } from './kill-driver.ts'

/** In processes of their own, because Node reads its authorities at their start. */
describe('a provider whose certificate is of an own authority', { skip: skipWithoutOpenssl() }, () => {
  let provider: HttpsServer
  let proxy: ConnectProxy
  let dir: string
  let authority: string
  before(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'tollgate-ca-'))
    const { ca, key, cert } = makeAuthority(['llm.internal.test'])
    authority = path.join(dir, 'ca.pem')
    writeFileSync(authority, ca)
    provider = createServer({ key, cert }, (request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ host: request.headers.host, path: request.url }))
    })
    provider.listen(0, '127.0.0.1')
    await once(provider, 'listening')
    proxy = await startConnectProxy(() => (provider.address() as AddressInfo).port) // An address of TCP is never a string.
  })
  after(async () => {
    await proxy.close()
    provider.close()
    provider.closeAllConnections()
    rmSync(dir, { recursive: true, force: true })
  })

  async function withTollgate(more: Record<string, string>, use: (server: Server) => Promise<void>): Promise<void> {
    const environment = {
      HTTPS_PROXY: proxy.url,
      TOLLGATE_PROVIDER_OPENAI_BASE_URL: 'https://llm.internal.test/v1',
      TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: 'llm.internal.test',
      ...more,
    }
    const dataDir = mkdtempSync(path.join(dir, 'data-'))
    // As `npm start` does it: the launcher hands the variable on.
    const server = await startServer(dataDir, '', { environment, launcher: ['run.cjs'] })
    try {
      await manage(server.url, 'POST', '/gateways', { id: 'g' })
      const custom = { name: 'own', slug: 'own', base_url: 'https://llm.internal.test/v1', enable: true }
      await manage(server.url, 'POST', '/custom-providers', custom)
      await use(server)
    } finally {
      await server.end('SIGTERM')
    }
  }
  const ask = async ({ url }: Server, slug: string): Promise<{ status: number; text: string }> => {
    const headers = { 'cf-aig-authorization': `Bearer ${adminToken}` }
    const answered = await fetch(`${url}/v1/test/g/${slug}/models`, { headers })
    return { status: answered.status, text: await answered.text() }
  }

  it('is trusted where NODE_EXTRA_CA_CERTS names it, also behind a proxy and as a custom provider', async () => {
    await withTollgate({ NODE_EXTRA_CA_CERTS: authority }, async (server) => {
      for (const slug of ['openai', 'custom-own']) {
        const { status, text } = await ask(server, slug)
        assert.equal(status, 200, text)
        assert.deepEqual(JSON.parse(text), { host: 'llm.internal.test', path: '/v1/models' })
      }
      assert.equal(proxy.asked.at(-1)?.to, 'llm.internal.test:443')
    })
  })

  it('is not trusted otherwise: 502/2005, which names what is wrong', async () => {
    await withTollgate({}, async (server) => {
      for (const slug of ['openai', 'custom-own']) {
        const { status, text } = await ask(server, slug)
        assert.equal(status, 502)
        assert.match(text, /UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT/)
      }
    })
  })
})
