import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { apiRoutes } from '../../src/contract/index.ts'
import { type Need, type Permission, permissions } from '../../src/contract/permissions.ts'
import type { Route } from '../../src/contract/route.ts'
import { accountId, type Management, openManagement } from './open.ts'

/** Who may do what, said once more by hand: the table of the code must not be what judges itself. */
const allowed: Record<Need, readonly Permission[]> = {
  'AI Gateway Read': ['AI Gateway Read', 'AI Gateway Write'],
  'AI Gateway Write': ['AI Gateway Write'],
  'AI Gateway Metadata Read': ['AI Gateway Metadata Read', 'AI Gateway Read', 'AI Gateway Write'],
  'AI Gateway Run': ['AI Gateway Run'],
  'Secrets Store Write': ['Secrets Store Write'],
  admin: [],
}

const routes: Route[] = Object.values(apiRoutes).flatMap((noun): Route[] => Object.values(noun))
const addressOf = ({ path }: Route, gateway: string): string =>
  `/client/v4${path
    .replace('{account_id}', accountId)
    .replace('{gateway_id}', gateway)
    .replaceAll(/\{\w+\}/g, 'none')}`

describe('management: every route x every permission', () => {
  let api: Management
  const made = async (body: object, account = accountId): Promise<string> => {
    // A call of the test before may have removed it.
    await api.call('POST', 'gateways', { id: 'one' })
    return (await api.call('POST', `/client/v4/accounts/${account}/ai-gateway/tokens`, { name: 't', ...body })).result
      .value
  }
  const ask = (route: Route, token: string, gateway = 'one') =>
    api.call(route.method, addressOf(route, gateway), undefined, { authorization: `Bearer ${token}` })
  const isRefused = async (...asked: Parameters<typeof ask>): Promise<boolean> => {
    const { status, body } = await ask(...asked)
    assert.notEqual(status, 401)
    if (status === 403) assert.equal(body.errors[0]?.code, 10_000)
    return status === 403 && body.errors[0]?.message.startsWith('Authentication error') === true
  }

  before(async () => {
    api = await openManagement()
    await api.call('POST', 'gateways', { id: 'one' })
    await api.call('POST', 'gateways', { id: 'two' })
  })
  after(() => api.close())

  for (const route of routes) {
    const { permission } = route
    it(`${route.method} ${route.path}: ${permission ?? 'any good credential'}`, async () => {
      for (const permitted of permissions) {
        const own = await made({ permissions: [permitted] })
        const isOpen = permission === null || allowed[permission].includes(permitted)
        assert.equal(await isRefused(route, own), !isOpen, permitted)
        if (permission === null) continue
        const foreign = await made({ permissions: [permitted] }, 'other-account')
        assert.equal(await isRefused(route, foreign), true, `${permitted} of another account`)
        const ofTwo = await made({ permissions: [permitted], gateways: ['two'] })
        const isNarrow = !isOpen || route.showsOwnOnly !== true
        assert.equal(await isRefused(route, ofTwo), isNarrow, `${permitted} of another gateway`)
        if (!route.path.includes('{gateway_id}') || !isOpen) continue
        const ofOne = await made({ permissions: [permitted], gateways: ['one'] })
        assert.equal(await isRefused(route, ofOne), false, `${permitted} of this gateway`)
        assert.equal(await isRefused(route, ofOne, 'unknown'), true, `${permitted} at a gateway that is not there`)
      }
    })
  }

  it('a token of some gateways is shown these only', async () => {
    const token = await made({ permissions: ['AI Gateway Read'], gateways: ['two'] })
    const { result } = await api.call('GET', 'gateways', undefined, { authorization: `Bearer ${token}` })
    assert.deepEqual(
      result.map(({ id }: { id: string }) => id),
      ['two'],
    )
  })

  it('a re-created gateway is not the one that a token was for', async () => {
    await api.call('POST', 'gateways', { id: 'three' })
    const token = await made({ permissions: ['AI Gateway Read'], gateways: ['three'] })
    const headers = { authorization: `Bearer ${token}` }
    assert.equal((await api.call('GET', 'gateways/three', undefined, headers)).status, 200)
    await api.call('DELETE', 'gateways/three')
    await api.call('POST', 'gateways', { id: 'three' })
    assert.equal((await api.call('GET', 'gateways/three', undefined, headers)).status, 403)
  })

  it('a mistake in a call is not told to whoever may not make it', async () => {
    const token = await made({ permissions: ['AI Gateway Run'] })
    const { status } = await api.call('POST', 'gateways', '{', { authorization: `Bearer ${token}` })
    assert.equal(status, 403)
  })
})
