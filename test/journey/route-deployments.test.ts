import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { RouteElement } from '../../src/contract/route-elements.ts'
import { answer } from '../fault/answers.ts'
import { conditional, end, model, percentage, rate, start } from '../route-elements.ts'
import { type Got, type Journey, openJourney } from './open.ts'

const json = { 'content-type': 'application/json' }
const good = answer({ headers: json, body: '{"model":"m","choices":[]}' })

describe('a deployed dynamic route', () => {
  let journey: Journey
  before(async () => {
    journey = await openJourney()
    journey.fault.plan('default', [good])
  })
  after(() => journey.close())

  /** Creates a route. */
  async function route(
    name: string,
    elements: readonly RouteElement[],
    gateway = 'g',
  ): Promise<{ id: string; version: string }> {
    const { status, body } = await journey.tollgate.manage('POST', `/gateways/${gateway}/routes`, { name, elements })
    assert.equal(status, 200, JSON.stringify(body))
    const { id, version } = body.result as { id: string; version: { version_id: string } }
    return { id, version: version.version_id }
  }
  const bodyFor = (name: string): string => JSON.stringify({ model: `dynamic/${name}`, messages: [] })
  const chat = (name: string): Promise<Got> =>
    journey.send('compat/chat/completions', { headers: json, body: bodyFor(name) })

  it('is another one at once when it is deployed, renamed or removed', async () => {
    const { id, version } = await route('moving', [start('a'), model('a', 'openai/one'), end])
    const routes = `/gateways/g/routes/${id}`
    const answeredBy = async (name = 'moving') => (await chat(name)).headers['cf-aig-model'] ?? null
    assert.equal(await answeredBy(), 'one')
    const made = await journey.tollgate.manage('POST', `${routes}/versions`, {
      elements: [start('a'), model('a', 'openai/two'), end],
    })
    assert.equal(await answeredBy(), 'one', 'a version is no deployment')
    const { version_id: second } = made.body.result as { version_id: string }
    await journey.tollgate.manage('POST', `${routes}/deployments`, { version_id: second })
    assert.equal(await answeredBy(), 'two')
    await journey.tollgate.manage('POST', `${routes}/deployments`, { version_id: version })
    assert.equal(await answeredBy(), 'one')
    await journey.tollgate.manage('PATCH', routes, { name: 'moved' })
    assert.deepEqual([await answeredBy('moved'), await answeredBy()], ['one', null])
    await journey.tollgate.manage('DELETE', routes)
    assert.equal(await answeredBy('moved'), null)
  })

  it('is of its gateway alone', async () => {
    const base = await journey.tollgate.gateway('other')
    await route('shared', [start('a'), model('a', 'openai/a'), end], 'other')
    assert.equal((await chat('shared')).status, 400)
    const answered = await fetch(`${base}/compat/chat/completions`, {
      method: 'POST',
      headers: json,
      body: bodyFor('shared'),
    })
    assert.equal(answered.status, 200)
  })

  it('is explained without asking anybody', async () => {
    const { id, version } = await route('explained', [
      start('c'),
      conditional('c', { 'metadata.plan': 'paid', 'headers.x-a': 1, 'body.n': { $gt: 1 } }, 'p', 'r'),
      percentage('p', { '50% a': 'm', '50% b': 'm' }),
      rate('r', 'metadata.user', 1, 'm', 'n'),
      model('m', 'openai/a', 'n'),
      model('n', 'groq/b'),
      end,
    ])
    const before = journey.fault.requests.length
    const test = async (body: unknown) => journey.tollgate.manage('POST', `/gateways/g/routes/${id}/test`, body)
    const paid = await test({
      metadata: { plan: 'paid' },
      headers: { 'X-A': '1', 'CF-AIG-Session-Id': 's' },
      body: { n: 2 },
      failing_models: ['m'],
    })
    const { path: way, ...rest } = paid.body.result as { path: { element_id: string; output: string }[] }
    assert.deepEqual(rest, {
      id,
      name: 'explained',
      version_id: version,
      models: [
        { element_id: 'm', provider: 'openai', model: 'a' },
        { element_id: 'n', provider: 'groq', model: 'b' },
      ],
      answered: true,
      drawn_by: 'session',
    })
    assert.deepEqual(
      way.map(({ element_id }) => element_id),
      ['c', 'p', 'm', 'n'],
    )
    for (let at = 0; at < 3; at++) {
      const free = await test({ full_rates: ['r'] })
      assert.partialDeepStrictEqual(free.body.result, {
        path: [
          { element_id: 'c', type: 'conditional', output: 'false' },
          { element_id: 'r', type: 'rate', output: 'fallback' },
          { element_id: 'n', type: 'model', output: 'success' },
        ],
        drawn_by: 'chance',
      })
    }
    for (const [body, at] of [
      [{ full_rates: ['m'] }, ['body', 'full_rates', 0]],
      [{ metadata: { a: {} } }, ['body', 'metadata', 'a']],
      [{ colour: 1 }, ['body', 'colour']],
    ] as const) {
      const refused = await test(body)
      assert.equal(refused.status, 400)
      assert.deepEqual((refused.body.errors[0] as unknown as { path: unknown }).path, at)
    }
    assert.equal((await test({ version_id: 'x' })).status, 404)
    assert.equal(journey.fault.requests.length, before)
  })
})
