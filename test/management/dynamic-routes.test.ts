import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { accountId, type Management, openManagement } from './open.ts'

const model = (name: string, more: object = {}) => ({
  id: name,
  type: 'model',
  properties: { provider: 'openai', model: name, timeout: 30_000, retries: 2, ...more },
  outputs: { success: { elementId: 'e' }, fallback: { elementId: 'e' } },
})
const graph = (name = 'm', more: object = {}) => [
  { id: 's', type: 'start', outputs: { next: { elementId: name } } },
  model(name, more),
  { id: 'e', type: 'end', outputs: {} },
]
/** With one element of each type. */
const everything = [
  { id: 's', type: 'start', outputs: { next: { elementId: 'c' } } },
  {
    id: 'c',
    type: 'conditional',
    properties: { conditions: { 'metadata.plan': { $eq: 'paid' } } },
    outputs: { true: { elementId: 'p' }, false: { elementId: 'r' } },
  },
  { id: 'p', type: 'percentage', outputs: { '10%': { elementId: 'm' }, '90%': { elementId: 'r' } } },
  {
    id: 'r',
    type: 'rate',
    properties: { key: 'metadata.user', limit: 0.5, limitType: 'cost', window: 3600 },
    outputs: { success: { elementId: 'm' } },
  },
  model('m'),
  { id: 'e', type: 'end', outputs: {} },
]

describe('management: dynamic routes', () => {
  let api: Management
  let routes: string
  before(async () => {
    api = await openManagement()
    await api.call('POST', 'gateways', { id: 'two' })
  })
  after(() => api.close())

  let count = 0
  /** Each test has a gateway of its own. */
  const start = async (): Promise<void> => {
    const id = `g${++count}`
    await api.call('POST', 'gateways', { id })
    routes = `gateways/${id}/routes`
  }
  const create = (name: string, elements: unknown = graph()) => api.call('POST', routes, { name, elements })
  const data = async (path: string) => ((await api.call('GET', path)).body as unknown as { data: any }).data // oxlint-disable-line typescript/no-explicit-any -- each test knows its shape

  it('are created and deployed in one, and say what of them has no effect', async () => {
    await start()
    const { status, result, body } = await create('support', everything)
    assert.equal(status, 200)
    const { version_id } = result.version
    const now = '2026-03-01T00:00:00.000Z'
    assert.deepEqual(result, {
      id: result.id,
      name: 'support',
      gateway_id: `g${count}`,
      account_tag: accountId,
      elements: everything,
      created_at: now,
      modified_at: now,
      version: { version_id, active: 'true', created_at: now, data: JSON.stringify(everything), is_valid: true },
      deployment: { deployment_id: result.deployment.deployment_id, version_id, created_at: now },
    })
    assert.deepEqual(
      body.messages.map(({ message }) => message),
      ['stored, not enforced: limitType cost of r'],
    )
    assert.deepEqual((await api.call('GET', `${routes}/${result.id}`)).result, result)
  })

  it('of providers that there are not are stored, and say so', async () => {
    await start()
    const provider = { name: 'p', slug: 'mine', base_url: 'https://api.example.com' }
    await api.call('POST', 'custom-providers', provider)
    const known = await create('known', graph('m', { provider: 'custom-mine' }))
    const unknown = await create('unknown', graph('m', { provider: 'custom-yours' }))
    assert.deepEqual([known.status, known.body.messages.length], [200, 0])
    assert.deepEqual([unknown.status, unknown.body.messages[0]?.message], [200, 'there is no provider custom-yours'])
  })

  it('are listed in pages, in the member data, and end with an empty page', async () => {
    await start()
    for (const name of ['a', 'b', 'c']) await create(name)
    const page = await data(`${routes}?page=1&per_page=2`)
    assert.deepEqual(
      page.routes.map(({ name }: { name: string }) => name),
      ['c', 'b'],
    )
    assert.deepEqual(page, {
      routes: page.routes,
      order_by: 'created_at',
      order_by_direction: 'desc',
      page: 1,
      per_page: 2,
    })
    assert.equal((await data(`${routes}?page=2&per_page=2`)).routes.length, 1)
    assert.deepEqual((await data(`${routes}?page=3&per_page=2`)).routes, [])
    assert.equal((await api.call('GET', `${routes}?per_page=101`)).status, 400)
  })

  it('are renamed, in the member route, but not to the name of another', async () => {
    await start()
    const { id } = (await create('a')).result
    await create('b')
    api.clock.now += 1000
    const { body } = await api.call('PATCH', `${routes}/${id}`, { name: 'c' })
    const { route, result } = body as unknown as { route: Record<string, unknown>; result: unknown }
    assert.deepEqual([route['name'], result], ['c', undefined])
    assert.notEqual(route['modified_at'], route['created_at'])
    for (const answer of [await create('b'), await api.call('PATCH', `${routes}/${id}`, { name: 'b' })]) {
      assert.deepEqual([answer.status, answer.body.errors[0]?.code], [400, 7005])
      assert.match(answer.body.errors[0]?.message ?? '', /already exists/)
      assert.deepEqual(answer.body.errors[0]?.path, ['body', 'name'])
    }
    assert.equal((await api.call('PATCH', `${routes}/${id}`, { name: 'c' })).status, 200)
  })

  it('have versions, of which the deployed one is active; an older one can be deployed again', async () => {
    await start()
    const { id, version } = (await create('a', graph('one'))).result
    const made = (await api.call('POST', `${routes}/${id}/versions`, { elements: graph('two'), comment: 'faster' }))
      .result
    assert.deepEqual(made.elements, graph('two'))
    const actives = async (): Promise<string[]> =>
      (await data(`${routes}/${id}/versions`)).versions.map(({ active }: { active: string }) => active)
    const deployed = async () => (await api.call('GET', `${routes}/${id}`)).result
    assert.deepEqual(await actives(), ['false', 'true'])
    assert.deepEqual((await deployed()).elements, graph('one'))

    api.clock.now += 1000
    const deployment = await api.call('POST', `${routes}/${id}/deployments`, { version_id: made.version_id })
    assert.deepEqual(deployment.body.messages, [])
    assert.deepEqual(deployment.result.elements, graph('two'))
    assert.deepEqual(await actives(), ['true', 'false'])
    const live = await deployed()
    assert.deepEqual([live.elements, live.version.comment], [graph('two'), 'faster'])
    assert.equal(live.deployment.deployment_id, deployment.result.deployment_id)
    assert.ok(live.modified_at > live.created_at)

    await api.call('POST', `${routes}/${id}/deployments`, { version_id: version.version_id })
    assert.deepEqual(await actives(), ['false', 'true'])
    assert.deepEqual((await deployed()).elements, graph('one'))
    const { deployments } = await data(`${routes}/${id}/deployments`)
    assert.deepEqual(
      deployments.map(({ version_id }: { version_id: string }) => version_id),
      [version.version_id, made.version_id, version.version_id],
    )
    const one = (await api.call('GET', `${routes}/${id}/versions/${made.version_id}`)).result
    assert.deepEqual([one.id, one.version_id, one.active, one.name], [id, made.version_id, 'false', 'a'])
    assert.deepEqual([JSON.parse(one.data), one.elements], [graph('two'), graph('two')])
  })

  it('go with all that is theirs', async () => {
    await start()
    const { id } = (await create('a')).result
    assert.deepEqual((await api.call('DELETE', `${routes}/${id}`)).result.elements, graph())
    const kinds = ['dynamic_route', 'route_version', 'route_deployment'] as const
    const left = (await api.deps.store.documents.all([...kinds])).filter(
      (found) => found.id === id || found.parentId === id,
    )
    assert.deepEqual(left, [])
    assert.equal((await create('a')).status, 200)
  })

  it('are 404/7005 where they are not, and elsewhere without a hint', async () => {
    await start()
    const { id, version } = (await create('a')).result
    const other = (await create('b')).result
    const foreign = `/client/v4/accounts/other/ai-gateway/gateways/default/routes`
    for (const [method, path, body] of [
      ['GET', `${routes}/none`],
      ['GET', `gateways/two/routes/${id}`],
      ['GET', `${foreign}/${id}`],
      ['PATCH', `gateways/two/routes/${id}`, { name: 'x' }],
      ['DELETE', `${foreign}/${id}`],
      ['GET', `gateways/two/routes/${id}/versions`],
      ['GET', `gateways/two/routes/${id}/deployments`],
      ['GET', `${routes}/${other.id}/versions/${version.version_id}`],
      ['GET', `${routes}/${id}/versions/none`],
      ['POST', `${routes}/${other.id}/deployments`, { version_id: version.version_id }],
      ['POST', `gateways/two/routes/${id}/versions`, { elements: graph() }],
    ] as const) {
      const answer = await api.call(method, path, body)
      assert.deepEqual([answer.status, answer.body.errors[0]?.code], [404, 7005], `${method} ${path}`)
      assert.match(answer.body.errors[0]?.message ?? '', /not found/)
    }
    assert.equal((await api.call('GET', 'gateways/nowhere/routes')).body.errors[0]?.code, 7002)
  })

  it('are changed only by who saw the newest version', async () => {
    await start()
    const { id, modified_at } = (await create('a')).result
    await api.call('PATCH', `${routes}/${id}`, { name: 'b' }, { 'if-match': `"${modified_at}"` })
    const stale = { 'if-match': `"${modified_at}"` }
    assert.equal((await api.call('PATCH', `${routes}/${id}`, { name: 'c' }, stale)).status, 412)
    assert.equal((await api.call('DELETE', `${routes}/${id}`, undefined, stale)).status, 412)
  })

  it('take many changes at once, each of which is done or told to have failed', async () => {
    await start()
    const { id, version } = (await create('a')).result
    const names = ['b', 'c', 'd', 'e']
    const answers = await Promise.all([
      ...names.map((name) => api.call('PATCH', `${routes}/${id}`, { name })),
      ...names.map(() => api.call('POST', `${routes}/${id}/deployments`, { version_id: version.version_id })),
    ])
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    assert.equal((await data(`${routes}/${id}/deployments`)).deployments.length, 5)
    const twins = await Promise.all([create('same'), create('same'), create('same')])
    assert.deepEqual(twins.map(({ status }) => `${status}`).toSorted(), ['200', '400', '400'])
  })

  it('that could not be walked are refused where they are wrong', async () => {
    await start()
    const [s, m, e] = graph()
    const rate = (properties: object) => [
      { ...s, outputs: { next: { elementId: 'r' } } },
      { ...everything[3], properties },
      m,
      e,
    ]
    for (const [elements, path] of [
      [null, []],
      [[], []],
      ['x', []],
      [
        [s, m, { id: 'e', type: 'stop', outputs: {} }],
        [2, 'type'],
      ],
      [[s, m, null], [2]],
      [[s, m], []],
      [[m, e], []],
      [
        [s, m, e, { id: 'e', type: 'end', outputs: {} }],
        [3, 'id'],
      ],
      [
        [s, m, e, model('lost')],
        [3, 'id'],
      ],
      [
        [{ ...s, outputs: { next: { elementId: 'x' } } }, m, e],
        [0, 'outputs', 'next', 'elementId'],
      ],
      [
        [{ ...s, outputs: { next: 'm' } }, m, e],
        [0, 'outputs', 'next'],
      ],
      [
        [s, { ...m, outputs: { success: { elementId: 'e' } } }, e],
        [1, 'outputs', 'fallback'],
      ],
      [
        [s, { ...m, outputs: { success: { elementId: 'm' }, fallback: { elementId: 'e' } } }, e],
        [1, 'outputs', 'success', 'elementId'],
      ],
      [
        [s, { ...m, colour: 'red' }, e],
        [1, 'colour'],
      ],
      [graph('m', { provider: undefined }), [1, 'properties', 'provider']],
      [graph('m', { provider: 'Open AI' }), [1, 'properties', 'provider']],
      [graph('m', { model: '' }), [1, 'properties', 'model']],
      [graph('m', { timeout: 0 }), [1, 'properties', 'timeout']],
      [graph('m', { timeout: 900_001 }), [1, 'properties', 'timeout']],
      [graph('m', { retries: 6 }), [1, 'properties', 'retries']],
      [graph('m', { retries: 1.5 }), [1, 'properties', 'retries']],
      [graph('m', { retrys: 1 }), [1, 'properties', 'retrys']],
      [rate({ key: '', limit: 1, limitType: 'count', window: 1 }), [1, 'properties', 'key']],
      [rate({ key: 'k', limit: 0, limitType: 'count', window: 1 }), [1, 'properties', 'limit']],
      [rate({ key: 'k', limit: 1, limitType: 'tokens', window: 1 }), [1, 'properties', 'limitType']],
      [rate({ key: 'k', limit: 1, limitType: 'count', window: 0 }), [1, 'properties', 'window']],
      [everything.with(1, { ...everything[1], properties: {} } as never), [1, 'properties', 'conditions']],
      [
        everything.with(1, { ...everything[1], properties: { conditions: { 'body.x': { $regex: '[' } } } } as never),
        [1, 'properties', 'conditions', 'body.x', '$regex'],
      ],
      [everything.with(2, { ...everything[2], outputs: { '10%': { elementId: 'm' } } } as never), [2, 'outputs']],
      [
        everything.with(2, { ...everything[2], outputs: { some: { elementId: 'm' } } } as never),
        [2, 'outputs', 'some'],
      ],
    ] as const) {
      const answer = await create('bad', elements)
      assert.deepEqual([answer.status, answer.body.errors[0]?.code], [400, 7001], JSON.stringify(elements))
      assert.deepEqual(answer.body.errors[0]?.path, ['body', 'elements', ...path], answer.text)
    }
    assert.deepEqual((await data(routes)).routes, [])
    for (const name of ['', 'a\nb', 'x'.repeat(129), 7]) {
      const { body } = await api.call('POST', routes, { name, elements: graph() })
      assert.deepEqual(body.errors[0]?.path, ['body', 'name'])
    }
  })

  it('too large are refused, not stored', async () => {
    await start()
    const conditions = { $or: Array.from({ length: 200 }, () => ({ 'metadata.a': 'x'.repeat(1000) })) }
    const chain = [0, 1].map((n) => ({
      id: `c${n}`,
      type: 'conditional',
      properties: { conditions },
      outputs: { true: { elementId: n ? 'm' : 'c1' }, false: { elementId: 'e' } },
    }))
    const [s, m, e] = graph()
    const answer = await create('large', [{ ...s, outputs: { next: { elementId: 'c0' } } }, ...chain, m, e])
    assert.deepEqual([answer.status, answer.body.errors[0]?.path], [400, ['body', 'elements']])
    assert.match(answer.body.errors[0]?.message ?? '', /too large/)
  })

  it('with more mistakes than can be told are refused all the same', async () => {
    await start()
    const outputs = (number: number) =>
      Object.fromEntries(Array.from({ length: number }, (_, index) => [`k${index}`, 0]))
    for (const [number, told] of [
      [1000, 100],
      [200_000, 1],
    ] as const) {
      const answer = await create('bad', [{ id: 'p', type: 'percentage', outputs: outputs(number) }])
      assert.deepEqual([answer.status, answer.body.errors.length], [400, told])
      assert.equal(answer.body.errors[0]?.code, 7001)
    }
  })

  it('leave a trace of every change', async () => {
    await start()
    const { id, version } = (await create('a')).result
    await api.call('POST', `${routes}/${id}/deployments`, { version_id: version.version_id })
    await api.call('PATCH', `${routes}/${id}`, { name: 'b' })
    await api.call('DELETE', `${routes}/${id}`)
    const { result } = await api.call('GET', `audit-logs?gateway_id=g${count}`)
    assert.deepEqual(
      result.map(({ action, resource }: { action: string; resource: string }) => `${action} ${resource}`),
      [
        'delete dynamic_route',
        'update dynamic_route',
        'create route_deployment',
        'create dynamic_route',
        'create gateway',
      ],
    )
    assert.deepEqual([result[1].before.name, result[1].after.name], ['a', 'b'])
  })
})
