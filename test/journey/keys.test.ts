import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { answer } from '../fault/answers.ts'
import { reset } from '../fault/fault-server.ts'
import { type Got, type Journey, openJourney, type Row, type SendOptions } from './open.ts'

const json = { 'content-type': 'application/json' }
const body = '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello"}]}'
const chat = 'chat/completions'
const good = answer({ headers: json, body: '{"model":"gpt-4o-mini","choices":[{"message":{"content":"hi"}}]}' })
const refusal = (status: number) => answer({ status, headers: json, body: `{"error":{"message":"no: ${status}"}}` })

let journey: Journey
let sent: number
let gateway: string
let count = 0
before(async () => {
  journey = await openJourney((faultUrl) => ({
    TOLLGATE_PROVIDER_GROQ_BASE_URL: `${faultUrl}/v1`,
    TOLLGATE_PROVIDER_GROQ_API_KEY: 'gsk-operators-own',
    TOLLGATE_PROVIDER_AWS_BEDROCK_BASE_URL: faultUrl,
    TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1',
  }))
})
after(() => journey.close())

/** Each test has a gateway of its own. */
beforeEach(async () => {
  gateway = `k${++count}`
  await journey.tollgate.gateway(gateway)
  sent = journey.fault.requests.length
  journey.fault.plan('default', [good])
})

const set = (settings: Record<string, unknown>) => journey.tollgate.manage('PUT', `/gateways/${gateway}`, settings)
async function store(alias: string, more: Record<string, unknown> = {}): Promise<string> {
  const config = { alias, default_config: false, provider_slug: 'openai', secret: `sk-secret-of-${alias}`, ...more }
  const made = await journey.tollgate.manage('POST', `/gateways/${gateway}/provider_configs`, config)
  assert.equal(made.status, 200, JSON.stringify(made.body))
  return (made.body.result as { id: string }).id
}
const change = (id: string, changes: Record<string, unknown>) =>
  journey.tollgate.manage('PUT', `/gateways/${gateway}/provider_configs/${id}`, changes)

/** An authenticated request without a key of its own. */
function send(headers: Record<string, string> = {}, path = `openai/${chat}`, more: SendOptions = {}): Promise<Got> {
  const token = { 'cf-aig-authorization': `Bearer ${journey.tollgate.adminToken}` }
  return journey.send(`../${gateway}/${path}`, { body, ...more, headers: { ...json, ...token, ...headers } })
}
/** The credentials that the provider got since the test began. */
const arrived = (): string[] =>
  journey.fault.requests.slice(sent).map(({ headers }) => headers.authorization ?? String(headers['x-api-key'] ?? ''))
/** Which keys the calls of a row went with, and how they were answered. */
const keysOf = (row: Row): string[] =>
  ((row['attempts'] ?? []) as { key: { id: string | null; alias: string | null } | null; status_code: unknown }[]).map(
    ({ key, status_code }) => `${key ? (key.alias ?? 'operator') : 'none'} ${String(status_code)}`,
  )
const code = ({ body: bytes }: Got): unknown => (JSON.parse(bytes.toString()) as { internalCode: unknown }).internalCode

describe('a stored key', () => {
  it('is used where the request has a Tollgate credential and none of the provider’s', async () => {
    await store('main', { default_config: true })
    await store('side')
    await store('claude', { provider_slug: 'anthropic', default_config: true })
    assert.equal((await send()).status, 200)
    await send({ 'cf-aig-byok-alias': 'side' })
    await send({}, 'anthropic/v1/messages')
    await send({ authorization: 'Bearer sk-of-the-client' })
    assert.deepEqual(arrived(), [
      'Bearer sk-secret-of-main',
      'Bearer sk-secret-of-side',
      'sk-secret-of-claude',
      'Bearer sk-of-the-client',
    ])
    assert.ok(!journey.fault.requests.at(-1)?.rawHeaders.join().includes('secret-of'))
  })

  it('is not for who shows no credential, nor for a token of another gateway', async () => {
    await store('main', { default_config: true })
    const open = await journey.send(`../${gateway}/openai/${chat}`, { body, headers: json })
    assert.deepEqual([open.status, arrived()], [200, ['']])
    const named = { ...json, 'cf-aig-byok-alias': 'main' }
    const asked = await journey.send(`../${gateway}/openai/${chat}`, { body, headers: named })
    assert.deepEqual([asked.status, code(asked)], [401, 2009])
    const { body: made } = await journey.tollgate.manage('POST', '/tokens', {
      name: 't',
      permissions: ['AI Gateway Run'],
      gateways: ['g'],
    })
    const { value } = made.result as { value: string }
    assert.equal((await send({ 'cf-aig-authorization': `Bearer ${value}` })).status, 401)
    assert.equal(arrived().length, 1)
  })

  it('takes the place of what a client sends because it has to send something', async () => {
    await store('main', { default_config: true })
    await store('claude', { provider_slug: 'anthropic', default_config: true })
    for (const text of ['CF_TEMP_TOKEN', 'Bearer CF_TEMP_TOKEN', 'Bearer unused', 'Bearer ']) {
      await send({ authorization: text })
      await send({ 'x-api-key': text.replace('Bearer ', '') }, 'anthropic/v1/messages')
    }
    assert.deepEqual(new Set(arrived()), new Set(['Bearer sk-secret-of-main', 'sk-secret-of-claude']))
  })

  it('is missing: 400/2040 tells which there are, and nothing is sent', async () => {
    await store('one')
    await store('two')
    const unknown = await send({ 'cf-aig-byok-alias': 'three' })
    assert.deepEqual([unknown.status, code(unknown)], [400, 2040])
    assert.match(
      unknown.body.toString(),
      /Provider 'openai' has no BYOK credential named 'three'. Configured aliases: 'one', 'two'/,
    )
    const other = await send({ 'cf-aig-byok-alias': 'one' }, 'anthropic/v1/messages')
    assert.match(other.body.toString(), /named 'one'. Configured aliases: none/)
    const empty = await store('empty', { secret: undefined, secret_id: 'elsewhere' })
    assert.match((await send({ 'cf-aig-byok-alias': 'empty' })).body.toString(), /store it again/)
    assert.deepEqual(arrived(), [])
    assert.match(String((await journey.row(unknown.logId, gateway))['error']), /named 'three'/)
    await change(empty, { secret: 'sk-now-it-is' })
    await send({ 'cf-aig-byok-alias': 'empty' })
    assert.deepEqual(arrived(), ['Bearer sk-now-it-is'])
  })

  it('comes before the operator’s, and with byok_only there is no other', async () => {
    await send({}, `groq/${chat}`)
    await store('own', { provider_slug: 'groq' })
    await send({}, `groq/${chat}`)
    await set({ byok_only: true })
    const held = await send({}, `groq/${chat}`)
    assert.deepEqual([held.status, code(held)], [400, 2040])
    assert.match(held.body.toString(), /byok_only/)
    const open = await journey.send(`../${gateway}/groq/${chat}`, { body, headers: json })
    assert.deepEqual([open.status, code(open)], [400, 2040])
    await send({ authorization: 'Bearer gsk-client' }, `groq/${chat}`)
    await store('default', { provider_slug: 'groq', default_config: true })
    await send({}, `groq/${chat}`)
    assert.deepEqual(arrived(), [
      'Bearer gsk-operators-own',
      'Bearer gsk-operators-own',
      'Bearer gsk-client',
      'Bearer sk-secret-of-default',
    ])
  })

  it('is another one as soon as it is changed, and gone as soon as it is removed', async () => {
    const id = await store('main', { default_config: true })
    await send()
    await change(id, { secret: 'sk-rotated' })
    await send()
    await change(id, { alias: 'renamed' })
    await send({ 'cf-aig-byok-alias': 'renamed' })
    await journey.tollgate.manage('DELETE', `/gateways/${gateway}/provider_configs/${id}`)
    assert.equal((await send({ 'cf-aig-byok-alias': 'renamed' })).status, 400)
    assert.deepEqual(arrived(), ['Bearer sk-secret-of-main', 'Bearer sk-rotated', 'Bearer sk-rotated'])
  })

  it('does not outlive its gateway', async () => {
    await store('main', { default_config: true })
    await journey.tollgate.manage('DELETE', `/gateways/${gateway}`)
    await journey.tollgate.gateway(gateway)
    assert.equal((await send({ 'cf-aig-byok-alias': 'main' })).status, 400)
    assert.deepEqual(arrived(), [])
  })

  it('of a custom provider is its own, whatever that is called, and comes before its headers', async () => {
    const provider = { name: 'own', slug: `own-${gateway}`, base_url: journey.fault.url, enable: true }
    const headers = JSON.stringify({ authorization: 'Bearer of-the-headers', 'x-team': 'a' })
    const made = await journey.tollgate.manage('POST', '/custom-providers', { ...provider, headers })
    const { id } = made.body.result as { id: string }
    const path = (slug: string) => `custom-${slug}/v1/${chat}`
    await set({ byok_only: true })
    await send({}, path(provider.slug))
    await store('main', { provider_slug: `custom-${provider.slug}`, default_config: true })
    await send({}, path(provider.slug))
    assert.equal(journey.fault.requests.at(-1)?.headers['x-team'], 'a')
    await send({ 'x-api-key': 'of-the-client' }, path(provider.slug))
    await journey.tollgate.manage('PATCH', `/custom-providers/${id}`, { slug: `other-${gateway}` })
    await send({ 'cf-aig-byok-alias': 'main' }, path(`other-${gateway}`))
    assert.deepEqual(arrived(), [
      'Bearer of-the-headers',
      'Bearer sk-secret-of-main',
      'Bearer of-the-headers',
      'Bearer sk-secret-of-main',
    ])
    await journey.tollgate.manage('DELETE', `/custom-providers/${id}`)
    await journey.tollgate.manage('POST', '/custom-providers', { ...provider, slug: `other-${gateway}` })
    assert.equal((await send({ 'cf-aig-byok-alias': 'main' }, path(`other-${gateway}`))).status, 400)
  })

  it('has cached answers of its own, which stay when it is rotated', async () => {
    await set({ cache_ttl: 60 })
    const main = await store('main', { default_config: true })
    await store('side')
    const cache = async (headers: Record<string, string> = {}): Promise<unknown> =>
      (await send(headers)).headers['cf-aig-cache-status']
    assert.deepEqual([await cache(), await cache()], ['MISS', 'HIT'])
    assert.equal(await cache({ 'cf-aig-byok-alias': 'main' }), 'HIT')
    assert.equal(await cache({ 'cf-aig-byok-alias': 'side' }), 'MISS')
    assert.equal(await cache({ authorization: 'Bearer sk-secret-of-main' }), 'MISS')
    await change(main, { secret: 'sk-rotated' })
    assert.equal(await cache(), 'HIT')
  })
})

describe('of several keys', () => {
  for (const status of [401, 429]) {
    it(`the next one is tried after ${status}, the default first, then as they were made`, async () => {
      await store('a')
      await store('b', { default_config: true })
      await store('c')
      journey.fault.plan('default', [refusal(status)], [refusal(status)], [good])
      const got = await send()
      assert.equal(got.status, 200)
      assert.deepEqual(arrived(), ['Bearer sk-secret-of-b', 'Bearer sk-secret-of-a', 'Bearer sk-secret-of-c'])
      const row = await journey.row(got.logId, gateway)
      assert.deepEqual([row['success'], row['status_code']], [true, 200])
      assert.deepEqual(keysOf(row), [`b ${status}`, `a ${status}`, 'c 200'])
      assert.doesNotMatch(JSON.stringify(row), /sk-secret/)
    })
  }

  it('none is tried after another failure, or where one was named', async () => {
    await store('a', { default_config: true })
    await store('b')
    for (const [status, headers] of [
      [500, {}],
      [403, {}],
      [429, { 'cf-aig-byok-alias': 'a' }],
    ] as const) {
      journey.fault.plan('default', [refusal(status)], [good])
      assert.equal((await send(headers)).status, status)
    }
    assert.deepEqual(
      arrived(),
      Array.from({ length: 3 }, () => 'Bearer sk-secret-of-a'),
    )
  })

  it('its row tells which one was used: by id and alias, of the operator’s neither, of the client’s nothing', async () => {
    const id = await store('main', { default_config: true })
    const row = await journey.row((await send()).logId, gateway)
    assert.deepEqual((row['attempts'] as { key: unknown }[])[0]?.key, { id, alias: 'main' })
    const rowOf = async (sending: Promise<Got>): Promise<Row> => journey.row((await sending).logId, gateway)
    assert.deepEqual(keysOf(await rowOf(send({}, `groq/${chat}`))), ['operator 200'])
    assert.equal((await rowOf(send({ authorization: 'Bearer sk-own' })))['attempts'], null)
  })

  it('each attempt begins with the first again, and the row has all calls in their order', async () => {
    await store('a', { default_config: true })
    await store('b')
    const broken = answer({ status: 503, headers: json, body: '{}' })
    journey.fault.plan('default', [refusal(429)], [broken], [refusal(401)], [good])
    const got = await send({ 'cf-aig-max-attempts': '2', 'cf-aig-retry-delay': '1' })
    assert.equal(got.status, 200)
    assert.deepEqual(keysOf(await journey.row(got.logId, gateway)), ['a 429', 'b 503', 'a 401', 'b 200'])
  })

  it('a call that nobody answers is told with its key', async () => {
    await store('a', { default_config: true })
    journey.fault.plan('default', [reset])
    const got = await send()
    assert.equal(got.status, 502)
    const row = await journey.row(got.logId, gateway)
    assert.deepEqual(keysOf(row), ['a null'])
    assert.match(String((row['attempts'] as { error: unknown }[])[0]?.error), /Failed to get response/)
  })

  it('403 leads to the next one only where that is how a provider refuses a key', async () => {
    const model = 'aws-bedrock/bedrock-runtime/us-east-1/model/m/converse'
    await store('a', { provider_slug: 'aws-bedrock', default_config: true })
    await store('b', { provider_slug: 'aws-bedrock' })
    journey.fault.plan('default', [refusal(403)], [good])
    const got = await send({}, model)
    assert.equal(got.status, 200)
    assert.deepEqual(keysOf(await journey.row(got.logId, gateway)), ['a 403', 'b 200'])
  })

  it('the last refusal is the answer', async () => {
    await store('a', { default_config: true })
    await store('b')
    journey.fault.plan('default', [refusal(401)], [refusal(429)])
    const got = await send()
    assert.deepEqual([got.status, got.body.toString()], [429, '{"error":{"message":"no: 429"}}'])
    assert.equal((await journey.row(got.logId, gateway))['error'], 'no: 429')
  })

  it('a body that is passed on as it comes is sent once', async () => {
    await store('a', { default_config: true })
    await store('b')
    journey.fault.plan('default', [refusal(429)], [good])
    const long = await send({}, `openai/${chat}`, { body: Buffer.alloc(9 << 20, 32) })
    assert.deepEqual([long.status, arrived()], [429, ['Bearer sk-secret-of-a']])
  })

  it('the next one is used where the first has had its share, and a named one is refused then', async () => {
    const limit = { rate_limit: 2, rate_limit_period: 86_400 }
    await store('a', { default_config: true, ...limit })
    await store('b', { rate_limit: 1, rate_limit_period: 86_400 })
    const all = await Promise.all(Array.from({ length: 8 }, () => send()))
    assert.deepEqual(all.map(({ status }) => `${status}`).toSorted(), [
      '200',
      '200',
      '200',
      ...Array<string>(5).fill('429'),
    ])
    assert.deepEqual(arrived().toSorted(), ['Bearer sk-secret-of-a', 'Bearer sk-secret-of-a', 'Bearer sk-secret-of-b'])
    const named = await send({ 'cf-aig-byok-alias': 'a' })
    assert.deepEqual([named.status, code(named)], [429, 2003])
    assert.match(named.body.toString(), /the stored key takes 2 requests in 86400 s/)
    assert.ok(Number(named.headers['retry-after']) > 86_000)
  })

  it('a cached answer counts for no key', async () => {
    await set({ cache_ttl: 60 })
    await store('a', { default_config: true, rate_limit: 1, rate_limit_period: 86_400 })
    const statuses = [await send(), await send(), await send()].map(({ status }) => status)
    assert.deepEqual(statuses, [200, 200, 200])
  })

  it('where the others have had their share, the provider’s refusal is the answer', async () => {
    await store('a', { default_config: true })
    await store('b', { rate_limit: 1, rate_limit_period: 86_400 })
    await send({ 'cf-aig-byok-alias': 'b' })
    journey.fault.plan('default', [refusal(401)], [good])
    assert.equal((await send()).status, 401)
  })
})
