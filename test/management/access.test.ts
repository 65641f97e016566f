import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Management, openManagement, token } from './open.ts'

describe('management: what bad calls get', () => {
  let api: Management
  before(async () => {
    api = await openManagement()
  })
  after(() => api.close())

  const expectError = (answer: Awaited<ReturnType<typeof api.call>>, status: number, code: number): void => {
    assert.deepEqual([answer.status, answer.body.success, answer.body.result], [status, false, null], answer.text)
    assert.equal(answer.body.errors[0]?.code, code)
    assert.ok(!answer.text.includes('.ts:'), 'no stack')
  }

  it('without a good credential every path answers 401/10000', async () => {
    for (const path of ['gateways', 'gateways/a/logs', 'nowhere', '/client/v4/user/tokens/verify']) {
      expectError(await api.call('GET', path, undefined, { authorization: '' }), 401, 10_000)
      expectError(await api.call('GET', path, undefined, { authorization: `Bearer ${token}x` }), 401, 10_000)
    }
    expectError(await api.call('POST', 'gateways', '{', { authorization: 'Bearer x' }), 401, 10_000)
  })

  it('the pair of email and key is as good as a bearer', async () => {
    const pair = { authorization: '', 'x-auth-email': 'admin@localhost', 'x-auth-key': token }
    assert.equal((await api.call('GET', 'gateways', undefined, pair)).status, 200)
    expectError(await api.call('GET', 'gateways', undefined, { ...pair, 'x-auth-email': 'x@y.z' }), 401, 10_000)
  })

  it('a token can be verified as at Cloudflare', async () => {
    const answer = await api.call('GET', '/client/v4/user/tokens/verify')
    assert.deepEqual([answer.status, answer.result.status], [200, 'active'])
  })

  it('a wrong method gets 405/7001', async () => {
    expectError(await api.call('DELETE', 'gateways'), 405, 7001)
    expectError(await api.call('POST', 'gateways/a/logs/x/request'), 405, 7001)
  })

  it('an account id with other characters is refused', async () => {
    const answer = await api.call('GET', '/client/v4/accounts/a%20b/ai-gateway/gateways')
    expectError(answer, 400, 7001)
    assert.deepEqual(answer.body.errors[0]?.path, ['path', 'account_id'])
  })

  it('a body that is broken, no object or too large is refused', async () => {
    for (const body of ['{', '', 'null', '[]', '"id"', '{"id":1}', '\u0000']) {
      expectError(await api.call('POST', 'gateways', body), 400, 7001)
    }
    expectError(await api.call('POST', 'gateways', `"${'a'.repeat(10 * 1024 * 1024)}"`), 413, 7001)
    assert.equal((await api.call('POST', 'gateways', '{"id":"p","__proto__":{"x":1}}')).status, 200)
  })

  it('a failure of the store is a 500 without details, which are in the server log', async () => {
    const broken = await openManagement()
    await broken.close()
    const answer = await broken.call('GET', 'gateways')
    expectError(answer, 500, 7000)
    assert.ok(!answer.text.includes('driver'))
    assert.ok(broken.logLines.some((line) => line.includes('driver has already been destroyed')))
  })
})
