import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Cloudflare from 'cloudflare'
import type {
  DynamicRoutingCreateParams,
  DynamicRoutingCreateResponse,
  DynamicRoutingCreateVersionResponse,
  DynamicRoutingGetVersionResponse,
  DynamicRoutingListDeploymentsResponse,
  DynamicRoutingListResponse,
  DynamicRoutingListVersionsResponse,
} from 'cloudflare/resources/ai-gateway/dynamic-routing'
import { startForTest, type TestTollgate } from '../tollgate.ts'

type Elements = DynamicRoutingCreateParams['elements']

const elements: Elements = [
  { id: 's', type: 'start', outputs: { next: { elementId: 'c' } } },
  {
    id: 'c',
    type: 'conditional',
    properties: { conditions: { 'metadata.plan': { $eq: 'paid' } } },
    outputs: { true: { elementId: 'm1' }, false: { elementId: 'r' } },
  },
  {
    id: 'r',
    type: 'rate',
    properties: { key: 'metadata.user_id', limit: 100, limitType: 'count', window: 3600 },
    outputs: { success: { elementId: 'p' }, fallback: { elementId: 'm2' } },
  },
  { id: 'p', type: 'percentage', outputs: { '10%': { elementId: 'm1' }, '90%': { elementId: 'm2' } } },
  {
    id: 'm1',
    type: 'model',
    properties: { provider: 'openai', model: 'gpt-4o', timeout: 30_000, retries: 2 },
    outputs: { success: { elementId: 'e' }, fallback: { elementId: 'm2' } },
  },
  {
    id: 'm2',
    type: 'model',
    properties: { provider: 'workers-ai', model: '@cf/meta/llama-3.1-8b-instruct', timeout: 30_000, retries: 0 },
    outputs: { success: { elementId: 'e' }, fallback: { elementId: 'e' } },
  },
  { id: 'e', type: 'end', outputs: {} },
]

// Whole answers are compared with values that the compiler holds against the client's own types.
describe('the cloudflare client 7, on dynamic routes', () => {
  let tollgate: TestTollgate
  let client: Cloudflare
  const account = { account_id: 'acme' }
  const gateway = { ...account, gateway_id: 'g' }
  before(async () => {
    tollgate = await startForTest()
    const baseURL = `${tollgate.url}/client/v4`
    client = new Cloudflare({ apiToken: tollgate.adminToken, baseURL, maxRetries: 0 })
    await client.post('/accounts/acme/ai-gateway/gateways', { body: { id: 'g' } })
  })
  after(() => tollgate.close())

  it('creates, reads, renames and deletes one', async () => {
    const { dynamicRouting } = client.aiGateway
    const made = await dynamicRouting.create('g', { ...account, name: 'support', elements })
    const { id, created_at, version, deployment } = made
    const { version_id } = version
    const route = {
      id,
      name: 'support',
      gateway_id: 'g',
      account_tag: 'acme',
      elements,
      created_at,
      modified_at: created_at,
      version: { version_id, active: 'true', created_at, data: JSON.stringify(elements), is_valid: true },
      deployment: { deployment_id: deployment.deployment_id, version_id, created_at },
    } satisfies DynamicRoutingCreateResponse & { account_tag: string }
    assert.deepEqual(made, route)
    assert.equal(new Date(created_at).toISOString(), created_at)
    assert.deepEqual(await dynamicRouting.get(id, gateway), route)

    const listed = await dynamicRouting.list('g', { ...account, page: 1, per_page: 20 })
    const beside = { order_by: 'created_at', order_by_direction: 'desc', page: 1, per_page: 20 }
    assert.partialDeepStrictEqual(listed, {
      success: true,
      data: { routes: [route], ...beside },
    } satisfies DynamicRoutingListResponse)
    assert.deepEqual((await dynamicRouting.list('g', { ...account, page: 2 })).data.routes, [])

    const renamed = await dynamicRouting.update(id, { ...gateway, name: 'help' })
    const { modified_at } = renamed.route
    assert.deepEqual([renamed.success, renamed.route], [true, { ...route, name: 'help', modified_at }])
    const bare = { id, name: 'help', gateway_id: 'g', elements, created_at, modified_at }
    assert.deepEqual(await dynamicRouting.delete(id, gateway), bare)
    await assert.rejects(dynamicRouting.get(id, gateway), Cloudflare.NotFoundError)
  })

  it('deploys a version and takes it back', async () => {
    const { dynamicRouting } = client.aiGateway
    const first = await dynamicRouting.create('g', { ...account, name: 'versions', elements })
    const { id } = first
    const shorter = elements.filter((element) => ['m2', 'e'].includes(element.id))
    const other: Elements = [{ id: 's', type: 'start', outputs: { next: { elementId: 'm2' } } }, ...shorter]
    const made = await dynamicRouting.createVersion(id, { ...gateway, elements: other })
    const { created_at, modified_at } = first
    const bare = { id, name: 'versions', gateway_id: 'g', elements: other, created_at, modified_at }
    assert.partialDeepStrictEqual(made, bare satisfies DynamicRoutingCreateVersionResponse)

    const { data } = await dynamicRouting.listVersions(id, gateway)
    const [newest] = data.versions
    assert.ok(newest)
    const version = {
      version_id: newest.version_id,
      active: 'false',
      created_at: newest.created_at,
      data: JSON.stringify(other),
      is_valid: true,
    } satisfies DynamicRoutingListVersionsResponse.Data.Version
    const { version: firstVersion } = first
    assert.deepEqual(data, {
      versions: [version, firstVersion],
      order_by: 'created_at',
      order_by_direction: 'desc',
      page: 1,
      per_page: 20,
    } satisfies DynamicRoutingListVersionsResponse['data'])
    const { version_id } = version
    const one = await dynamicRouting.getVersion(version_id, { ...gateway, id })
    assert.deepEqual(one, { ...bare, ...version } satisfies DynamicRoutingGetVersionResponse)

    const deployed = await dynamicRouting.createDeployment(id, { ...gateway, version_id })
    assert.partialDeepStrictEqual(deployed, { id, name: 'versions', gateway_id: 'g', elements: other, created_at })
    assert.deepEqual((await dynamicRouting.get(id, gateway)).elements, other)
    await dynamicRouting.createDeployment(id, { ...gateway, version_id: firstVersion.version_id })
    assert.deepEqual((await dynamicRouting.get(id, gateway)).elements, elements)
    const { data: history } = await dynamicRouting.listDeployments(id, gateway)
    const { deployments, ...beside } = history satisfies DynamicRoutingListDeploymentsResponse['data']
    assert.deepEqual(beside, { order_by: 'created_at', order_by_direction: 'desc', page: 1, per_page: 20 })
    assert.deepEqual(
      deployments.map((deployment) => deployment.version_id),
      [firstVersion.version_id, version_id, firstVersion.version_id],
    )
    assert.deepEqual(deployments.at(-1), first.deployment)
  })

  it('is told what is wrong with one, and where', async () => {
    const { dynamicRouting } = client.aiGateway
    const broken = elements.map((element) =>
      element.type === 'model' ? { ...element, properties: { ...element.properties, provider: '' } } : element,
    )
    const failure = await dynamicRouting.create('g', { ...account, name: 'broken', elements: broken }).then(
      () => assert.fail('the call must fail'),
      (error: unknown) => error,
    )
    assert.ok(failure instanceof Cloudflare.BadRequestError)
    assert.partialDeepStrictEqual(failure.errors, [
      { code: 7001, path: ['body', 'elements', 4, 'properties', 'provider'] },
      { code: 7001, path: ['body', 'elements', 5, 'properties', 'provider'] },
    ])
    await dynamicRouting.create('g', { ...account, name: 'twice', elements })
    await assert.rejects(
      dynamicRouting.create('g', { ...account, name: 'twice', elements }),
      (error) => error instanceof Cloudflare.BadRequestError && error.errors[0]?.code === 7005,
    )
  })
})
