import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createDial } from '../../src/gateway/dial.ts'
import { createUpstreams } from '../../src/gateway/upstream.ts'
import { createCheckedLookup } from '../../src/kernel/checked-lookup.ts'
import { createUpstreamPolicy } from '../../src/kernel/public-address.ts'
import { answer } from '../fault/answers.ts'
import { type FaultServer, startFaultServer } from '../fault/fault-server.ts'
import { type Journey, openJourney } from '../journey/open.ts'
import { startForTest } from '../tollgate.ts'

const chat = JSON.stringify({ model: 'm', messages: [] })

describe('no request leads', () => {
  let journey: Journey
  let other: FaultServer
  before(async () => {
    other = await startFaultServer()
    journey = await openJourney()
  })
  after(async () => {
    await journey.close()
    await other.close()
  })

  for (const base_url of [
    'https://127.0.0.1',
    'https://2130706433',
    'https://0x7f.1',
    'https://0177.0.0.1',
    'https://127.1',
    'https://0',
    'https://localhost',
    'https://localhost.',
    'https://a.localhost',
    'https://host.docker.internal',
    'https://metadata.google.internal',
    'https://169.254.169.254',
    'https://100.64.0.1',
    'https://10.0.0.1.',
    'https://[::1]',
    'https://[::]',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:7f00:1]',
    'https://[64:ff9b::a00:1]',
    'https://[64:ff9b:1::1]',
    'https://[2002:7f00:1::]',
    'https://[fd00::1]',
    'https://[fe80::1]',
    'https://[fec0::1]',
    'https://[ff02::1]',
    'https://１２７.0.0.1',
    'http://api.example.com',
    'https://user@api.example.com',
    'file:///etc/passwd',
  ]) {
    it(`to ${base_url} without the operator’s word`, async () => {
      const provider = { name: 'x', slug: 'x', base_url, enable: true }
      const { status, body } = await journey.tollgate.manage('POST', '/custom-providers', provider)
      assert.deepEqual([status, body.errors[0]?.code], [400, 1002])
    })
  }

  it('to an address that a redirect names, and the client gets the redirect', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const location = `${other.url}/stolen`
      journey.fault.plan('redirect', [answer({ status, headers: { location } })])
      const got = await journey.send('openai/chat/completions', { fault: 'redirect', body: chat })
      assert.deepEqual([got.status, got.headers['location']], [status, location])
    }
    assert.equal(other.requests.length, 0)
  })

  it('to an address that its body, headers or query name', async () => {
    const { host } = new URL(other.url)
    const headers = {
      'x-portkey-custom-host': other.url,
      'x-fal-target-url': other.url,
      'x-upstream-url': other.url,
      'x-original-url': other.url,
      'x-rewrite-url': '/elsewhere',
      'x-forwarded-host': host,
      forwarded: `host=${host}`,
    }
    const body = JSON.stringify({ model: 'm', api_base: other.url, base_url: other.url, messages: [] })
    const got = await journey.send(`openai/chat/completions?api_base=${other.url}&host=${host}`, { headers, body })
    const { path: asked, headers: sent } = JSON.parse(got.body.toString()) as {
      path: string
      headers: { host: string }
    }
    assert.ok(asked.startsWith('/v1/chat/completions?'))
    assert.equal(sent.host, new URL(journey.fault.url).host)
    assert.equal(other.requests.length, 0)
  })

  it('to another host by its path', async () => {
    const before = journey.fault.requests.length
    for (const tried of [
      '@evil.example/',
      '//evil.example/',
      '%2f%2fevil.example',
      '.evil.example',
      ':80@evil.example',
    ]) {
      const got = await journey.send(`openai/${tried}`, { method: 'GET' })
      const { path: asked } = JSON.parse(got.body.toString()) as { path: string }
      assert.ok(asked.startsWith('/v1/'), asked)
    }
    assert.equal(journey.fault.requests.length, before + 5)
  })
})

describe('a custom provider is not called', () => {
  it('at an address that the operator no longer allows', async () => {
    const fault = await startFaultServer()
    const dataDir = mkdtempSync(path.join(tmpdir(), 'tollgate-ssrf-'))
    const environment = { TOLLGATE_DATA_DIR: dataDir }
    try {
      const first = await startForTest({ ...environment, TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1' })
      await first.gateway('g')
      const provider = { name: 'x', slug: 'x', base_url: fault.url, enable: true }
      assert.equal((await first.manage('POST', '/custom-providers', provider)).status, 200)
      assert.equal((await fetch(`${first.url}/v1/test/g/custom-x/models`)).status, 200)
      await first.stop()
      const second = await startForTest(environment)
      const refused = await fetch(`${second.url}/v1/test/g/custom-x/models`)
      const { errors } = (await refused.json()) as { errors: { code: number; message: string }[] }
      assert.deepEqual([refused.status, errors[0]?.code], [400, 2005])
      assert.match(errors[0]?.message ?? '', /not public.*TOLLGATE_ALLOW_PRIVATE_UPSTREAMS/)
      assert.equal(fault.requests.length, 1)
      await second.close()
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
      await fault.close()
    }
  })

  it('where its name has come to stand for an address nearby, also for one connection only', async () => {
    const fault = await startFaultServer()
    const { port } = new URL(fault.url)
    // 127.0.0.1 plays the public address, so that there is a server at it.
    const policy = createUpstreamPolicy(['127.0.0.1'])
    const answers = ['127.0.0.1', '127.0.0.2', '127.0.0.1']
    let lookUps = 0
    const dial = createDial({
      checked: createCheckedLookup(policy, (_, __, callback) => {
        callback(null, [{ address: answers[lookUps++] ?? '127.0.0.2', family: 4 }])
      }),
      chooseProxy: () => null,
      isNamed: policy.isNamed,
      connectMs: 5000,
    })
    const upstreams = createUpstreams({ headersMs: 5000, answerIdleMs: 5000 }, dial)
    const call = () =>
      upstreams.call({
        origin: `http://rebinding.example.com:${port}`,
        path: '/x',
        method: 'GET',
        headers: ['connection', 'close'],
        body: null,
        isUserGiven: true,
      }).answer
    try {
      assert.equal((await call()).status, 200)
      await (
        await fault.request(0)
      ).ended
      await assert.rejects(call(), { code: 'upstream_refused', status: 400, number: 2005 })
      assert.equal((await call()).status, 200)
      assert.equal(lookUps, 3)
      assert.equal(fault.requests.length, 2)
    } finally {
      await upstreams.close()
      await fault.close()
    }
  })

  it('over a connection that was made for an operator’s own address without a check', async () => {
    const fault = await startFaultServer()
    const policy = createUpstreamPolicy([])
    const dial = createDial({
      checked: createCheckedLookup(policy),
      chooseProxy: () => null,
      isNamed: policy.isNamed,
      connectMs: 5000,
    })
    const upstreams = createUpstreams({ headersMs: 5000, answerIdleMs: 5000 }, dial)
    const call = (isUserGiven: boolean) =>
      upstreams.call({ origin: fault.url, path: '/x', method: 'GET', headers: [], body: null, isUserGiven }).answer
    try {
      assert.equal((await call(false)).status, 200)
      await assert.rejects(call(true), { code: 'upstream_refused' })
      assert.equal(fault.requests.length, 1)
    } finally {
      await upstreams.close()
      await fault.close()
    }
  })
})
