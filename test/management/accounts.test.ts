import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { accountId, type Management, openManagement } from './open.ts'

describe('management: accounts', () => {
  let api: Management
  before(async () => {
    api = await openManagement()
  })
  after(() => api.close())

  const list = async (query = '', headers = {}) =>
    (await api.call('GET', `/client/v4/accounts?${query}`, undefined, headers)).result
  const ids = async (query = '', headers = {}): Promise<string[]> =>
    (await list(query, headers)).map(({ id }: { id: string }) => id)
  const makeToken = async (account: string, body: object = {}) => {
    const path = `/client/v4/accounts/${account}/ai-gateway/tokens`
    const { result } = await api.call('POST', path, { name: 't', permissions: ['AI Gateway Run'], ...body })
    return { authorization: `Bearer ${result.value}` }
  }

  it('before anything is made there is one named default', async () => {
    assert.deepEqual(await list(), [
      {
        id: 'default',
        name: 'default',
        type: 'standard',
        settings: { enforce_twofactor: false },
      },
    ])
  })

  it('the admin sees each that has a gateway or a token, since its oldest one', async () => {
    await api.call('POST', 'gateways', { id: 'g' })
    api.clock.now += 1000
    await api.call('POST', 'gateways', { id: 'h' })
    await makeToken('a-team')
    await makeToken('z-team')
    assert.deepEqual(await ids(), [accountId, 'a-team', 'z-team'])
    assert.deepEqual(await ids('direction=desc&per_page=2'), ['z-team', 'a-team'])
    assert.deepEqual(await ids('per_page=2&page=2'), ['z-team'])
    assert.deepEqual(await ids('page=4'), [])
    assert.deepEqual(await ids('name=a-team'), ['a-team'])
    const created = (await list()).map((account: { created_on: string }) => account.created_on)
    assert.deepEqual(created, ['2026-03-01T00:00:00.000Z', '2026-03-01T00:00:01.000Z', '2026-03-01T00:00:01.000Z'])
  })

  it('a token sees its own account and no hint of another', async () => {
    const own = await makeToken('a-team', { permissions: ['AI Gateway Write'] })
    assert.deepEqual(await ids('', own), ['a-team'])
    assert.deepEqual(await ids('name=z-team', own), [])
    const get = (account: string) => api.call('GET', `/client/v4/accounts/${account}`, undefined, own)
    assert.equal((await get('a-team')).result.id, 'a-team')
    const [known, unknown] = [await get('z-team'), await get('nobody')]
    assert.deepEqual([known.status, known.body.errors[0]?.code], [403, 10_000])
    assert.equal(known.text.replaceAll('z-team', 'nobody'), unknown.text)
  })

  it('the admin may look at one that nobody has used yet', async () => {
    const { result } = await api.call('GET', '/client/v4/accounts/unused')
    assert.deepEqual([result.id, result.created_on], ['unused', undefined])
    assert.equal((await api.call('GET', '/client/v4/accounts/not%20one')).status, 400)
    assert.equal((await api.call('GET', `/client/v4/accounts/${accountId}`)).result.created_on !== undefined, true)
  })
})
