import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { answer, stream } from '../fault/answers.ts'
import { echo, type FaultRequest } from '../fault/fault-server.ts'
import { type Got, type Journey, openJourney } from './open.ts'

const chat = JSON.stringify({ model: 'qwen3', messages: [{ role: 'user', content: 'hi' }] })
const usage = { prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 40 } }
const completion = answer({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ id: 'c', model: 'qwen3', choices: [{ message: { content: 'Hello' } }], usage }),
})

describe('a custom provider', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney({ TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1' })
    journey.fault.plan('default', [echo])
    journey.fault.plan('chat', [completion])
  })
  after(() => journey.close())

  const create = async (slug: string, more: object = {}): Promise<string> => {
    const provider = { name: slug, slug, base_url: `${journey.fault.url}/v1`, enable: true, ...more }
    const { status, body } = await journey.tollgate.manage('POST', '/custom-providers', provider)
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(body.messages, [])
    return (body.result as { id: string }).id
  }
  const change = (id: string, changes: object) => journey.tollgate.manage('PATCH', `/custom-providers/${id}`, changes)
  const seen = ({ body }: Got): FaultRequest => JSON.parse(body.toString()) as FaultRequest
  const refusal = ({ status, body }: Got): unknown[] => {
    const { errors } = JSON.parse(body.toString()) as { errors: { code: number; message: string }[] }
    return [status, errors[0]?.code, errors[0]?.message]
  }

  it('is called below its base URL, with the version once, and with the query', async () => {
    await create('paths')
    const paths = async (path: string) => seen(await journey.send(path, { method: 'GET' })).path
    assert.equal(await paths('custom-paths/chat/completions?a=1'), '/v1/chat/completions?a=1')
    assert.equal(await paths('custom-paths/v1/models'), '/v1/models')
    assert.equal(await paths('custom-paths/api/tags'), '/v1/api/tags')
  })

  it('takes chats at the door for all providers', async () => {
    await create('chats')
    await create('chats-bare', { base_url: journey.fault.url })
    for (const slug of ['custom-chats', 'custom-chats-bare']) {
      const body = JSON.stringify({ model: `${slug}/org/qwen3`, messages: [] })
      const got = await journey.send('compat/chat/completions', { body })
      const { path, body: sent } = seen(got)
      assert.deepEqual([path, JSON.parse(String(sent))], ['/v1/chat/completions', { model: 'org/qwen3', messages: [] }])
      assert.equal((await journey.row(got.logId))['provider'], slug)
    }
  })

  it('is read as OpenAI’s API, and Anthropic’s where the path is its', async () => {
    await create('read')
    const bare = await create('bare', { base_url: journey.fault.url })
    for (const path of [
      'custom-read/chat/completions',
      'custom-read/v1/chat/completions',
      'custom-bare/v1/chat/completions',
    ]) {
      const got = await journey.send(path, { fault: 'chat', body: chat })
      assert.equal(got.status, 200)
      const row = await journey.row(got.logId)
      assert.deepEqual(
        [row['provider'], row['model'], row['model_type'], row['tokens_in'], row['tokens_out'], row['cost']],
        [path.split('/')[0], 'qwen3', 'chat', 100, 20, null],
      )
    }
    const message = { type: 'message', model: 'qwen3', content: [], usage: { input_tokens: 7, output_tokens: 3 } }
    journey.fault.plan('message', [
      answer({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(message) }),
    ])
    const got = await journey.send('custom-read/messages', { fault: 'message', body: chat })
    assert.deepEqual(
      [(await journey.row(got.logId))['tokens_in'], (await journey.row(got.logId))['tokens_out']],
      [7, 3],
    )
    await journey.tollgate.manage('DELETE', `/custom-providers/${bare}`)
    assert.deepEqual(refusal(await journey.send('custom-bare/v1/models')).slice(0, 2), [400, 2008])
  })

  it('streams, and is asked for the usage of a stream', async () => {
    await create('streams')
    const events = [
      '{"model":"qwen3","choices":[{"delta":{"content":"Hi"}}]}',
      `{"choices":[],"usage":${JSON.stringify(usage)}}`,
      '[DONE]',
    ]
    journey.fault.plan('stream', stream(events.map((data) => `data: ${data}\n\n`)))
    const body = JSON.stringify({ model: 'qwen3', stream: true, messages: [] })
    const got = await journey.send('custom-streams/chat/completions', { fault: 'stream', body })
    assert.ok(!got.body.includes('usage') && got.body.includes('[DONE]'), got.body.toString())
    assert.match(journey.fault.requests.at(-1)?.body.toString() ?? '', /include_usage/)
    assert.equal((await journey.row(got.logId))['tokens_out'], 20)
  })

  it('gets its own headers: those that are credentials only for who shows a token and brings none', async () => {
    const headers = JSON.stringify({
      'X-Team': 'research',
      'X-Api-Key': 'sk-canary-1',
      Authorization: 'Bearer sk-canary-2',
    })
    await create('headers', { headers })
    const ask = async (own: Record<string, string>) => {
      const { headers: sent } = seen(await journey.send('custom-headers/v1/models', { method: 'GET', headers: own }))
      return [sent['x-team'], sent['x-api-key'], sent['authorization']]
    }
    const token = { 'cf-aig-authorization': `Bearer ${journey.tollgate.adminToken}` }
    assert.deepEqual(await ask({}), ['research', undefined, undefined])
    assert.deepEqual(await ask({ 'x-team': 'mine' }), ['research', undefined, undefined])
    assert.deepEqual(await ask(token), ['research', 'sk-canary-1', 'Bearer sk-canary-2'])
    assert.deepEqual(await ask({ ...token, authorization: 'Bearer mine' }), ['research', 'sk-canary-1', 'Bearer mine'])
  })

  it('has its headers in no log, also where it echoes them', async () => {
    await create('echoes', { headers: JSON.stringify({ 'X-Api-Key': 'sk-canary-3', 'x-any': 'canary-4-a1b2c3d4e5' }) })
    const headers = { 'cf-aig-authorization': `Bearer ${journey.tollgate.adminToken}` }
    const got = await journey.send('custom-echoes/chat/completions', { headers, body: chat })
    assert.match(got.body.toString(), /sk-canary-3.*canary-4/)
    const kept = [JSON.stringify(await journey.row(got.logId)), await journey.kept(got.logId, 'response')].join('')
    assert.ok(kept.includes('x-any') && !kept.includes('canary'), kept)
    assert.ok(!journey.tollgate.logLines.join('').includes('canary'))
  })

  it('is priced by its own costs, from the next request on', async () => {
    const id = await create('priced')
    const cost = async () =>
      (await journey.row((await journey.send('custom-priced/chat/completions', { fault: 'chat', body: chat })).logId))[
        'cost'
      ]
    assert.equal(await cost(), null)
    const add = (more: object) =>
      journey.tollgate.manage('POST', '/custom-providers/costs', { account_provider_id: id, ...more })
    assert.equal((await add({ model: 'qwen', model_rule: 'starts-with', cost_in: 1e-6, cost_out: 2e-6 })).status, 200)
    assert.equal(await cost(), 140e-6)
    const exact = await add({
      model: 'qwen3',
      token_pricing: { input_tokens: 1e-6, input_cached_tokens: 0.1e-6, output_tokens: 5e-6 },
    })
    assert.equal(await cost(), 60e-6 + 4e-6 + 100e-6)
    const { id: costId } = exact.body.result as { id: string }
    await journey.tollgate.manage('DELETE', `/custom-providers/costs/${costId}`)
    assert.equal(await cost(), 140e-6)
    const odd = await add({ model: 'z', cost_type: 'requests', cost_in: 1 })
    assert.match(JSON.stringify(odd.body.messages), /stored, not enforced/)
  })

  it('is refused with 400/2008 where it is not known, of another account, or disabled', async () => {
    const id = await create('off', { enable: false })
    const [status, code, message] = refusal(await journey.send('custom-off/v1/models'))
    assert.deepEqual([status, code], [400, 2008])
    assert.match(String(message), /custom-off is disabled/)
    await change(id, { enable: true })
    assert.equal((await journey.send('custom-off/v1/models')).status, 200)
    await change(id, { slug: 'on' })
    assert.equal((await journey.send('custom-on/v1/models')).status, 200)
    assert.deepEqual(refusal(await journey.send('custom-off/v1/models')).slice(0, 2), [400, 2008])
    assert.deepEqual(refusal(await journey.send('custom-never/v1/models')).slice(0, 2), [400, 2008])
    const { adminToken, url } = journey.tollgate
    const elsewhere = await fetch(`${url}/v1/other/default/custom-on/v1/models`, {
      headers: { 'cf-aig-authorization': `Bearer ${adminToken}` },
    })
    assert.equal(elsewhere.status, 400)
  })

  it('that was made anew answers nothing from the cache of the one before', async () => {
    let calls = 0
    const server = createServer((_, response) => response.end(JSON.stringify({ call: ++calls })))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const id = await create('cached', { base_url })
      const ask = async () =>
        (
          await journey.send('custom-cached/chat/completions', { headers: { 'cf-aig-cache-key': 'k' }, body: chat })
        ).body.toString()
      assert.deepEqual([await ask(), await ask()], ['{"call":1}', '{"call":1}'])
      await change(id, { headers: '{"x-other":"1"}' })
      assert.equal(await ask(), '{"call":2}')
      await journey.tollgate.manage('DELETE', `/custom-providers/${id}`)
      await create('cached', { base_url })
      assert.equal(await ask(), '{"call":3}')
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })
})
