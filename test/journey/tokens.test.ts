import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { makeToken } from '../../src/kernel/secrets.ts'
import { type Journey, openJourney } from './open.ts'

const chat = 'openai/chat/completions'
const body = '{"model":"gpt-4o-mini","messages":[]}'

describe('tokens at the data plane', () => {
  let journey: Journey
  const tokens: Record<string, string> = {}
  before(async () => {
    journey = await openJourney()
    await journey.tollgate.gateway('closed', { authentication: true })
    const make = async (name: string, token: object, account = 'test'): Promise<void> => {
      const { tollgate } = journey
      const made = await fetch(`${tollgate.url}/client/v4/accounts/${account}/ai-gateway/tokens`, {
        method: 'POST',
        headers: { authorization: `Bearer ${tollgate.adminToken}` },
        body: JSON.stringify({ name, permissions: ['AI Gateway Run'], ...token }),
      })
      const { result } = (await made.json()) as { result: { value: string } }
      tokens[name] = result.value
    }
    await make('run', {})
    await make('closed only', { gateways: ['closed'] })
    await make('g only', { gateways: ['g'] })
    await make('reader', { permissions: ['AI Gateway Read', 'AI Gateway Write'] })
    await make('foreign', {}, 'other')
    tokens['stranger'] = makeToken()
  })
  after(() => journey.close())

  const statusAt = async (gateway: string, token: string, header = 'cf-aig-authorization'): Promise<number> => {
    const { tollgate } = journey
    const answered = await fetch(`${tollgate.url}/v1/test/${gateway}/${chat}`, {
      method: 'POST',
      headers: { [header]: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    })
    const text = await answered.text()
    if (answered.status === 401) assert.equal((JSON.parse(text) as { internalCode: number }).internalCode, 2009)
    return answered.status
  }

  it('pass with Run, in their own account, at their own gateways, in any header', async () => {
    const passed: Record<string, number[]> = {}
    for (const [name, token] of Object.entries(tokens)) {
      passed[name] = [await statusAt('closed', token), await statusAt('g', token)]
    }
    assert.deepEqual(passed, {
      run: [200, 200],
      'closed only': [200, 401],
      'g only': [401, 200],
      reader: [401, 401],
      foreign: [401, 401],
      stranger: [401, 401],
    })
    for (const header of ['authorization', 'x-api-key']) {
      assert.equal(await statusAt('closed', tokens['run'] ?? '', header), 200, header)
    }
  })

  it('bring the gateway default of their own account into being, and of no other', async () => {
    assert.equal(await statusAt('default', tokens['closed only'] ?? ''), 401)
    assert.equal(await statusAt('default', tokens['foreign'] ?? ''), 401)
    assert.equal(await statusAt('default', tokens['run'] ?? ''), 200)
  })

  it('never reach the provider, whoever they are of', async () => {
    const before = journey.fault.requests.length
    for (const token of Object.values(tokens)) await statusAt('g', token, 'authorization')
    const seen = journey.fault.requests.slice(before).map(({ path, headers }) => JSON.stringify({ path, headers }))
    assert.equal(seen.length, 2)
    for (const token of Object.values(tokens)) assert.ok(!seen.join().includes(token))
  })
})
