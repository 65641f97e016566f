import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { answer, stream } from '../fault/answers.ts'
import { type Journey, openJourney } from './open.ts'

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
      stream(['data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n', 'data: [DONE]\n\n']),
    )
    const asked = { body: body('streamed', '"stream":true,'), headers: json }
    const first = await journey.send(chat, asked)
    const again = await journey.send(chat, asked)
    assert.equal(again.headers['cf-aig-cache-status'], 'HIT')
    assert.deepEqual(again.body, first.body)
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

  it('never gives one credential the answer of another', async () => {
    journey.fault.plan('default', [good])
    const statuses: unknown[] = []
    for (const key of ['sk-a', 'sk-b', 'sk-a']) {
      const got = await journey.send(chat, { body: body('mine'), headers: { ...json, authorization: `Bearer ${key}` } })
      statuses.push(got.headers['cf-aig-cache-status'])
    }
    assert.deepEqual(statuses, ['MISS', 'MISS', 'HIT'])
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
    assert.equal((await journey.row(refused?.logId ?? ''))['status_code'], 429)
  })
})
