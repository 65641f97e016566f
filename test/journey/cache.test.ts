import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { request } from 'undici'
import { answer, stream } from '../fault/answers.ts'
import { close, type Step } from '../fault/fault-server.ts'
import { type Got, type Journey, openJourney } from './open.ts'

const chat = 'openai/chat/completions'
const json = { 'content-type': 'application/json' }
const usage = '"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}'
const good = answer({
  headers: json,
  body: `{"model":"gpt-4o-mini","choices":[{"message":{"role":"assistant","content":"hi"}}],${usage}}`,
})
const body = (text: string, rest = ''): string =>
  `{"model":"gpt-4o-mini",${rest}"messages":[{"role":"user","content":"${text}"}]}`

let journey: Journey
before(async () => {
  journey = await openJourney()
})
after(() => journey.close())

async function settings(change: Record<string, unknown>): Promise<void> {
  const { url, adminToken } = journey.tollgate
  const answered = await fetch(`${url}/client/v4/accounts/test/ai-gateway/gateways/g`, {
    method: 'PUT',
    headers: { ...json, authorization: `Bearer ${adminToken}` },
    body: JSON.stringify(change),
  })
  assert.equal(answered.status, 200)
}

describe('the cache', () => {
  before(() => settings({ cache_ttl: 60 }))

  it('gives a stored answer again, byte for byte, at no cost', async () => {
    journey.fault.plan('default', [good])
    const first = await journey.send(chat, { body: body('one'), headers: json })
    const again = await journey.send(chat, { body: body('one'), headers: json })
    assert.deepEqual([first.headers['cf-aig-cache-status'], again.headers['cf-aig-cache-status']], ['MISS', 'HIT'])
    assert.deepEqual(again.body, first.body)
    const row = await journey.row(again.logId)
    assert.deepEqual(
      [row['cached'], row['success'], row['tokens_in'], row['cost'], row['saved_tokens_in'], row['saved_tokens_out']],
      [true, true, 0, 0, 7, 5],
    )
    assert.equal(row['saved_cost'], (await journey.row(first.logId))['cost'])
  })

  it('gives a stream again as a stream', async () => {
    journey.fault.plan(
      'default',
      stream([
        'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n',
        // The usage that the client did not ask for comes in two pieces and is hidden from it, then and now.
        'data: {"model":"gpt-4o-mini","choices":[],',
        `${usage}}\n\ndata: [DONE]\n\n`,
      ]),
    )
    const asked = { body: body('streamed', '"stream":true,'), headers: json }
    const first = await journey.send(chat, asked)
    const again = await journey.send(chat, asked)
    assert.equal(again.headers['cf-aig-cache-status'], 'HIT')
    assert.equal(again.body.toString(), 'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n')
    assert.deepEqual(again.body, first.body)
    assert.equal((await journey.row(again.logId))['saved_tokens_out'], 5)
  })

  it('is passed by where the request says so, and a value that means nothing is refused', async () => {
    journey.fault.plan('default', [good])
    const skipped = await journey.send(chat, { body: body('one'), headers: { ...json, 'cf-aig-skip-cache': 'true' } })
    assert.equal(skipped.headers['cf-aig-cache-status'], 'BYPASS')
    for (const ttl of ['-1', '59', '99999999', 'soon']) {
      const refused = await journey.send(chat, { body: body('one'), headers: { ...json, 'cf-aig-cache-ttl': ttl } })
      assert.equal(refused.status, 400, ttl)
    }
  })

  it('leaves out what is not an answer but makes something, and headers that name one request', async () => {
    journey.fault.plan('default', [answer({ headers: { ...json, 'x-request-id': 'r1', 'x-kept': 'k' }, body: '{}' })])
    const uploads = [1, 2].map(() => journey.send('openai/files', { body: body('file'), headers: json }))
    for (const { headers } of await Promise.all(uploads)) assert.equal(headers['cf-aig-cache-status'], 'BYPASS')
    await journey.send(chat, { body: body('named'), headers: json })
    const { headers } = await journey.send(chat, { body: body('named'), headers: json })
    assert.deepEqual(
      [headers['cf-aig-cache-status'], headers['x-request-id'], headers['x-kept']],
      ['HIT', undefined, 'k'],
    )
  })

  it('never gives one tenant, gateway, credential, path or version the answer of another', async () => {
    let serial = 0
    journey.fault.plan('default', [() => answer({ headers: json, body: `{"serial":${++serial}}` })])
    const { url, adminToken } = journey.tollgate
    const authorization = `Bearer ${adminToken}`
    for (const [account, id] of [
      ['test', 'h'],
      ['other', 'g'],
    ] as const) {
      const made = await request(`${url}/client/v4/accounts/${account}/ai-gateway/gateways`, {
        method: 'POST',
        headers: { ...json, authorization },
        body: JSON.stringify({ id, cache_ttl: 60 }),
      })
      assert.equal(made.statusCode, 200)
    }
    const ask = async (tenant: string, path: string, headers: Record<string, string>): Promise<string> => {
      const got = await request(`${url}/v1/${tenant}/${path}`, { method: 'POST', headers, body: body('the same') })
      return `${String(got.headers['cf-aig-cache-status'])} ${await got.body.text()}`
    }
    const paths = ['openai/chat/completions', 'openai/v1/chat/completions?a=1', 'anthropic/messages']
    const heads = [{}, { authorization: 'Bearer sk-a' }, { authorization: 'Bearer sk-b' }, { 'x-api-key': 'sk-a' }]
    const versions = [{}, { 'anthropic-version': '2023-06-01' }, { 'anthropic-beta': 'b' }]
    const all = ['test/g', 'test/h', 'other/g'].flatMap((tenant) =>
      paths.flatMap((path) =>
        heads.flatMap((head) => versions.map((version) => [tenant, path, { ...json, ...head, ...version }] as const)),
      ),
    )
    const first: string[] = []
    for (const parts of all) first.push(await ask(...parts))
    assert.equal(new Set(first).size, all.length)
    for (const [index, parts] of all.entries()) {
      assert.equal(await ask(...parts), String(first[index]).replace('MISS', 'HIT'))
    }
  })

  it('keeps no answer that is not good and whole', async () => {
    const cases: [string, Step[]][] = [
      ['a status of 500', [answer({ status: 500, headers: json, body: '{}' })]],
      ['an error inside a 200', [answer({ headers: json, body: '{"error":{"message":"no"}}' })]],
      ['a stream that ends early', [...stream(['data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'])]],
      ['a stream with an error event', [...stream(['data: {"error":{"message":"no"}}\n\n', 'data: [DONE]\n\n'])]],
      ['a body that is cut', [good.subarray(0, -5), close]],
    ]
    for (const [name, steps] of cases) {
      const isStream = name.includes('stream')
      journey.fault.plan('default', steps)
      const asked = { body: body(name, isStream ? '"stream":true,' : ''), headers: json }
      await journey.send(chat, asked).catch(() => null)
      journey.fault.plan('default', isStream ? stream(['data: [DONE]\n\n']) : [good])
      const again = await journey.send(chat, asked)
      assert.deepEqual([again.headers['cf-aig-cache-status'], again.status], ['MISS', 200], name)
      assert.equal((await journey.send(chat, asked)).headers['cf-aig-cache-status'], 'HIT', name)
    }
  })

  it('obeys the older names, and the newer one where both are given', async () => {
    journey.fault.plan('default', [good])
    const status = async (headers: Record<string, string>): Promise<unknown> =>
      (await journey.send(chat, { body: body('names'), headers: { ...json, ...headers } })).headers[
        'tollgate-cache-reason'
      ]
    assert.equal(await status({ 'cf-skip-cache': 'true' }), 'skip-header')
    assert.equal(await status({ 'cf-skip-cache': 'true', 'cf-aig-skip-cache': 'false' }), 'not-found')
    assert.equal(await status({ 'cf-cache-ttl': '0' }), 'ttl-zero')
    assert.equal(await status({}), 'stored')
  })

  it('takes a key instead of the body, and refuses one that is too long', async () => {
    journey.fault.plan('default', [good])
    const send = (text: string, key: string): Promise<Got> =>
      journey.send(chat, { body: body(text), headers: { ...json, 'cf-aig-cache-key': key } })
    assert.equal((await send('k1', 'mine')).headers['cf-aig-cache-status'], 'MISS')
    assert.equal((await send('k2', 'mine')).headers['cf-aig-cache-status'], 'HIT')
    const refused = await send('k1', 'k'.repeat(10_240))
    assert.equal(refused.status, 400)
    assert.match(refused.body.toString(), /"code":7001.*cf-aig-cache-key/)
    assert.equal((await journey.row(refused.logId))['status_code'], 400)
  })

  it('is emptied by a purge and by a change of settings', async () => {
    journey.fault.plan('default', [good])
    const status = async (): Promise<unknown> =>
      (await journey.send(chat, { body: body('purged'), headers: json })).headers['cf-aig-cache-status']
    assert.deepEqual([await status(), await status()], ['MISS', 'HIT'])
    assert.equal((await journey.tollgate.manage('DELETE', '/gateways/g/cache')).status, 200)
    assert.deepEqual([await status(), await status()], ['MISS', 'HIT'])
    await settings({ cache_ttl: 61 })
    assert.equal(await status(), 'MISS')
    await settings({ cache_invalidate_on_update: false })
    assert.equal(await status(), 'HIT')
    await settings({ cache_ttl: 60 })
    assert.equal(await status(), 'HIT')
  })
})

describe('the rate limit', () => {
  it('lets exactly as many pass as it says, and tells the others when to come again', async () => {
    await settings({
      cache_ttl: 0,
      rate_limiting_limit: 10,
      rate_limiting_interval: 3600,
      rate_limiting_technique: 'sliding',
    })
    journey.fault.plan('default', [good])
    const all = await Promise.all(
      Array.from({ length: 25 }, () => journey.send(chat, { body: body('x'), headers: json })),
    )
    assert.equal(all.filter(({ status }) => status === 200).length, 10)
    const refused = all.find(({ status }) => status === 429)
    assert.ok(Number(refused?.headers['retry-after']) > 3500)
    const seconds = refused?.headers['retry-after']
    assert.equal(refused?.headers['ratelimit'], `"default";r=0;t=${String(seconds)}`)
    assert.equal(refused.headers['ratelimit-policy'], '"default";q=10;w=3600')
    assert.match(refused.body.toString(), /"code":2003,"message":"Rate limited/)
    const row = await journey.row(refused.logId)
    assert.deepEqual([row['status_code'], row['success'], row['cost'] ?? null], [429, false, null])
  })

  for (const technique of ['fixed', 'sliding']) {
    it(`lets exactly 1000 of 2000 parallel requests pass (${technique})`, async () => {
      await settings({
        rate_limiting_limit: 1000,
        // Long, so that none of these requests falls into the next window.
        rate_limiting_interval: 1_000_000,
        rate_limiting_technique: technique,
      })
      journey.fault.plan('default', [good])
      const all = await Promise.all(
        Array.from({ length: 2000 }, () => journey.send(chat, { body: body('x'), headers: json })),
      )
      assert.equal(all.filter(({ status }) => status === 200).length, 1000)
      assert.equal(all.filter(({ status }) => status === 429).length, 1000)
    })
  }

  it('counts no hit, no follower and no refusal', async () => {
    await settings({
      cache_ttl: 60,
      rate_limiting_limit: 2,
      rate_limiting_interval: 999_999,
      rate_limiting_technique: 'sliding',
    })
    journey.fault.plan('default', [good])
    const send = (text: string): Promise<Got> => journey.send(chat, { body: body(text), headers: json })
    const same = await Promise.all(Array.from({ length: 20 }, () => send('one')))
    assert.deepEqual(new Set(same.map(({ status }) => status)), new Set([200]))
    assert.equal((await send('one')).status, 200)
    assert.deepEqual(
      [(await send('two')).status, (await send('three')).status, (await send('four')).status],
      [200, 429, 429],
    )
    // A stored answer is given although the window is full.
    assert.deepEqual([(await send('one')).status, (await send('two')).status], [200, 200])
  })
})
