import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { echo } from '../fault/fault-server.ts'
import { type Journey, openJourney } from '../journey/open.ts'
import { freePort } from '../servers/own-process.ts'

describe('a Tollgate whose provider is itself', () => {
  let journey: Journey
  before(async () => {
    const port = String(await freePort())
    journey = await openJourney({
      TOLLGATE_PORT: port,
      TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1',
      TOLLGATE_PROVIDER_GROQ_BASE_URL: `http://127.0.0.1:${port}/v1/test/g/groq`,
    })
    journey.fault.plan('default', [echo])
  })
  after(() => journey.close())

  it('does not answer a request with endless ones: 508/2008, and two rows', async () => {
    const custom = { name: 'me', slug: 'me', base_url: `${journey.base}/custom-me`, enable: true }
    assert.equal((await journey.tollgate.manage('POST', '/custom-providers', custom)).status, 200)
    for (const slug of ['groq', 'custom-me']) {
      const before = (await journey.tollgate.logs('g')).length
      const got = await journey.send(`${slug}/chat/completions`, { body: '{}' })
      const { errors } = JSON.parse(got.body.toString()) as { errors: { code: number; message: string }[] }
      assert.deepEqual([got.status, errors[0]?.code], [508, 2008], slug)
      assert.match(errors[0]?.message ?? '', /^Loop: .*through this Tollgate before/)
      assert.equal(got.headers['x-should-retry'], 'false')
      assert.equal((await journey.tollgate.logs('g')).length, before + 2)
    }
  })

  it('is not fooled by a longer way, and a short one through others is none', async () => {
    const ask = async (hops: string | string[]) => {
      const got = await journey.send('openai/models', { method: 'GET', headers: { 'tollgate-hops': hops } })
      return { status: got.status, body: JSON.parse(got.body.toString()) as { headers?: Record<string, string> } }
    }
    const own = (await journey.send('openai/models', { method: 'GET' })).body.toString()
    const [, instance = ''] = /"tollgate-hops":"(\w{12})"/.exec(own) ?? []
    assert.notEqual(instance, '')
    assert.equal((await ask('a, b')).body.headers?.['tollgate-hops'], `a, b, ${instance}`)
    assert.equal((await ask('a,b,c,d')).status, 200)
    assert.equal((await ask('a,b,c,d,e')).status, 508)
    assert.equal((await ask(['a', 'b', 'c', 'd', 'e'])).status, 508)
    assert.equal((await ask(`a, ${instance} ,b`)).status, 508)
    assert.equal((await ask(','.repeat(30_000))).status, 508)
  })
})
