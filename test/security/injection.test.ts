import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { answer, stream } from '../fault/answers.ts'
import { echo } from '../fault/fault-server.ts'
import { type Journey, openJourney } from '../journey/open.ts'

const json = { 'content-type': 'application/json' }
const polluted = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'

describe('what comes from outside', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney()
    journey.fault.plan('default', [echo])
  })
  after(() => journey.close())
  const isClean = (): void => assert.ok(!('polluted' in {}))

  it('never becomes a member of all objects: a request, its headers and its query', async () => {
    const headers = { ...json, 'cf-aig-metadata': polluted }
    const body = `{"model":"m","stream_options":${polluted},"stream":true,"__proto__":{"polluted":true,"model":"x"}}`
    const got = await journey.send(`openai/chat/completions?__proto__[polluted]=true`, { headers, body })
    assert.equal(got.status, 200)
    isClean()
    assert.equal((await journey.row(got.logId))['model'], 'm')
  })

  it('never becomes a member of all objects: an answer and its events, in any format', async () => {
    for (const path of ['openai/chat/completions', 'openai/responses', 'anthropic/v1/messages']) {
      const event = `{"type":"content_block_delta","choices":[{"index":0,"delta":${polluted}}],"delta":${polluted},"message":${polluted},"usage":${polluted}}`
      journey.fault.plan('events', stream([`data: ${event}\n\n`, `data: ${event}\n\n`, 'data: [DONE]\n\n']))
      await journey.send(path, { fault: 'events', body: '{"model":"m","stream":true}' })
      journey.fault.plan('whole', [
        answer({ headers: json, body: `{"model":"m","usage":${polluted},"__proto__":{"polluted":1}}` }),
      ])
      await journey.send(path, { fault: 'whole', body: '{"model":"m"}' })
      isClean()
    }
  })

  it('never becomes a member of all objects: settings, tokens, providers and filters', async () => {
    const raw = async (method: string, path: string, body?: string) => {
      const { url, adminToken } = journey.tollgate
      const response = await fetch(`${url}/client/v4/accounts/test/ai-gateway${path}`, {
        method,
        headers: { authorization: `Bearer ${adminToken}`, ...json },
        ...(body !== undefined && { body }),
      })
      assert.ok(response.status < 500, `${path} ${response.status}`)
      return await response.text()
    }
    await raw(
      'POST',
      '/gateways',
      `{"id":"p","__proto__":{"polluted":true,"authentication":true},"constructor":{"prototype":{"polluted":true}}}`,
    )
    await raw('PUT', '/gateways/p', polluted)
    await raw('POST', '/tokens', `{"name":"t","permissions":["AI Gateway Run"],"__proto__":{"polluted":true}}`)
    const headers = JSON.stringify('{"__proto__":"x","x-a":"b"}')
    await raw(
      'POST',
      '/custom-providers',
      `{"name":"p","slug":"p","base_url":"https://api.example.com","headers":${headers},"enable":true}`,
    )
    await raw(
      'GET',
      `/gateways/g/logs?filters=${encodeURIComponent(`[{"key":"__proto__","operator":"eq","value":[${polluted}]}]`)}`,
    )
    await raw('GET', '/gateways/__proto__')
    await raw('GET', '/gateways/g/logs?__proto__[polluted]=1')
    isClean()
  })

  it('never reaches a database as its language: credentials, names and filters are values', async () => {
    const { url } = journey.tollgate
    const text = fc.oneof(
      fc.constantFrom("' OR 1=1 --", "tg_' OR '1'='1", '"; DROP TABLE logs; --', '\\', "admin'/*", 'tg_'),
      fc.string({ minLength: 1, maxLength: 40 }).map((raw) => raw.replaceAll(/[^\x21-\x7e]/g, 'x')),
    )
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const response = await fetch(`${url}/client/v4/accounts/test/ai-gateway/gateways`, {
          headers: { authorization: `Bearer ${value}` },
        })
        assert.equal(response.status, 401)
        await response.text()
        const listed = await journey.tollgate.manage(
          'GET',
          `/gateways/g/logs?search=${encodeURIComponent(value)}&model=${encodeURIComponent(value)}`,
        )
        assert.ok(listed.status < 500, value)
      }),
      { numRuns: 60 },
    )
    assert.ok((await journey.tollgate.logs('g')).length > 0)
  })

  it('never opens a door by the beginning of a token', async () => {
    const { url, adminToken } = journey.tollgate
    const made = await journey.tollgate.manage('POST', '/tokens', { name: 't', permissions: ['AI Gateway Read'] })
    const { value } = made.body.result as { value: string }
    const statusOf = async (token: string) =>
      (
        await fetch(`${url}/client/v4/accounts/test/ai-gateway/gateways`, {
          headers: { authorization: `Bearer ${token}` },
        })
      ).status
    assert.equal(await statusOf(value), 200)
    for (const good of [value, adminToken]) {
      for (const near of [
        good.slice(0, -1),
        `${good.slice(0, -1)}${good.endsWith('a') ? 'b' : 'a'}`,
        `${good}a`,
        good.slice(0, 20).padEnd(good.length, 'a'),
      ]) {
        assert.equal(await statusOf(near), 401, near)
      }
    }
  })

  it('never is a formula in an exported table', async () => {
    await journey.send('openai/chat/completions', {
      headers: { 'user-agent': '=HYPERLINK("https://evil.example")' },
      body: '{"model":"@SUM(1)"}',
    })
    const { url, adminToken } = journey.tollgate
    const exported = await fetch(`${url}/client/v4/accounts/test/ai-gateway/gateways/g/logs/export?format=csv`, {
      headers: { authorization: `Bearer ${adminToken}` },
    })
    const text = await exported.text()
    assert.equal(exported.status, 200, text)
    assert.ok(text.includes("'@SUM(1)") && text.includes(`"'=HYPERLINK(`), text)
  })

  it('never is a page: what the data plane and the API answer is no HTML that a browser runs', async () => {
    const script = '<script>alert(1)</script>'
    const refused = await journey.send(`none/${script}`, { method: 'GET' })
    assert.equal(refused.headers['content-type'], 'application/json')
    const { url } = journey.tollgate
    const missing = await fetch(`${url}/${encodeURIComponent(script)}`)
    assert.match(missing.headers.get('content-type') ?? '', /^application\/json/)
    await missing.text()
  })
})
