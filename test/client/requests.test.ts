import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import Tollgate, { Cloudflare, CloudflareError, PagePromise } from '@tollgate/client'
import { envelope, type Planned, type Recorded, type Recorder, startRecorder } from './recorder.ts'

const account = { account_id: 'a' }

describe('a request of the client', () => {
  let recorder: Recorder
  let client: Tollgate
  before(async () => {
    recorder = await startRecorder()
  })
  after(() => recorder.close())
  beforeEach(() => {
    recorder.requests.length = 0
    client = connect()
  })
  const connect = (options: ConstructorParameters<typeof Tollgate>[0] = {}): Tollgate =>
    new Tollgate({ apiToken: 'token', baseURL: `${recorder.url}/client/v4`, ...options })
  const last = (): Recorded => recorder.requests.at(-1) ?? assert.fail('nothing was asked')

  it('is the same in every way to name the parameters of the path', async () => {
    await client.aiGateway.logs.get('g', 'l', account)
    await client.aiGateway.logs.get('l', { ...account, gateway_id: 'g' })
    await client.aiGateway.dynamicRouting.getVersion('v', { ...account, gateway_id: 'g', id: 'r' })
    await client.aiGateway.dynamicRouting.getVersion('g', 'r', 'v', account)
    const paths = recorder.requests.map(({ path }) => path.replace('/client/v4/accounts/a/ai-gateway/gateways/g/', ''))
    assert.deepEqual(paths, ['logs/l', 'logs/l', 'routes/r/versions/v', 'routes/r/versions/v'])
  })

  it('keeps what a text holds out of the path around it', async () => {
    await client.aiGateway.get('../x?y#z', { account_id: 'a/b' })
    assert.equal(last().path, '/client/v4/accounts/a%2Fb/ai-gateway/gateways/..%2Fx%3Fy%23z')
    for (const id of ['', '.', '..']) assert.throws(() => client.aiGateway.get(id, account), CloudflareError)
    // As JavaScript may call it.
    const get = client.aiGateway.get as (id: string, params?: object) => unknown
    assert.throws(() => get('g'), /aiGateway\.get: account_id must be a text/)
    assert.throws(() => get('g', { account_id: 7 }), /account_id must be a text that is no step in a path, but was 7/)
  })

  it('has the filters as JSON in one parameter, dates as ISO, and nothing for what is not given', async () => {
    const filters = [
      { key: 'model', operator: 'eq', value: ['gpt-4o', 'gpt-4o-mini'] },
      { key: 'cost', operator: 'gt', value: [0.5] },
    ]
    const list = client.aiGateway.logs.list as (id: string, params: object) => PromiseLike<unknown>
    recorder.plan({ body: envelope([]) })
    await list('g', { ...account, filters, start_date: new Date(0), end_date: undefined, success: true, model: null })
    const { filters: sent, ...others } = last().query
    assert.deepEqual(JSON.parse(sent ?? ''), filters)
    assert.deepEqual(others, { start_date: '1970-01-01T00:00:00.000Z', success: 'true' })
  })

  it('removes logs with everything in the query and no body', async () => {
    recorder.plan({ body: envelope({ deleted: 3 }) })
    const answer = await client.aiGateway.logs.delete('g', { ...account, before: '2024-01-01', limit: 5 })
    assert.deepEqual(
      [last().method, last().query, last().body],
      ['DELETE', { before: '2024-01-01', limit: '5' }, undefined],
    )
    assert.deepEqual([answer.success, answer.result.deleted], [true, 3])
  })

  it('has an empty body where one is asked for, and none where not', async () => {
    await client.aiGateway.update('g', account)
    assert.deepEqual(last().body, {})
    await client.aiGateway.delete('g', account)
    assert.equal(last().body, undefined)
    assert.equal(last().headers['content-type'], undefined)
  })

  it('carries the version that was seen, headers and query of this call alone', async () => {
    const headers = { 'x-trace': 't', Accept: 'application/xml' }
    await client.aiGateway.update('g', account, { ifMatch: '2026-11-26T00:00:00.000Z', headers, query: { a: 1 } })
    assert.equal(last().headers['if-match'], '"2026-11-26T00:00:00.000Z"')
    assert.deepEqual([last().headers['x-trace'], last().headers.accept], ['t', 'application/xml'])
    assert.deepEqual(last().query, { a: '1' })
    await client.aiGateway.delete('g', account, { ifMatch: '*' })
    assert.deepEqual([last().headers['if-match'], last().headers['x-trace']], ['*', undefined])
  })

  it('has the credential and the defaults of its client', async () => {
    await connect({ apiToken: undefined, apiEmail: 'me@example.com', apiKey: 'key' }).user.tokens.verify()
    assert.deepEqual([last().headers['x-auth-email'], last().headers['x-auth-key']], ['me@example.com', 'key'])
    assert.equal(last().headers.authorization, undefined)
    assert.equal(last().path, '/client/v4/user/tokens/verify')

    const other = client.withOptions({ defaultHeaders: { 'x-a': '1', 'x-b': '2' }, defaultQuery: { c: '3' } })
    await other.aiGateway.get('g', account, { headers: { 'x-b': null } })
    assert.deepEqual(
      [last().headers.authorization, last().headers['x-a'], last().headers['x-b']],
      ['Bearer token', '1', undefined],
    )
    assert.deepEqual(last().query, { c: '3' })

    await connect({ apiToken: null }).aiGateway.get('g', account)
    assert.equal(last().headers.authorization, undefined)
  })

  it('takes credential and address from the environment, as the official client does', async (t) => {
    const names = ['CLOUDFLARE_API_TOKEN', 'CLOUDFLARE_BASE_URL', 'CLOUDFLARE_EMAIL', 'CLOUDFLARE_API_KEY'] as const
    const kept = names.map((name) => [name, process.env[name]] as const)
    t.after(() => {
      for (const [name, value] of kept) {
        delete process.env[name]
        if (value !== undefined) process.env[name] = value
      }
    })
    for (const name of names) delete process.env[name]
    assert.throws(() => new Cloudflare(), /There is no credential: give apiToken/)
    process.env['CLOUDFLARE_API_TOKEN'] = ' from-env\n'
    assert.equal(new Cloudflare().baseURL, 'http://127.0.0.1:8787/client/v4')
    process.env['CLOUDFLARE_BASE_URL'] = `${recorder.url}/client/v4/`
    await new Cloudflare().aiGateway.get('g', account)
    assert.deepEqual(
      [last().headers.authorization, last().path],
      ['Bearer from-env', '/client/v4/accounts/a/ai-gateway/gateways/g'],
    )
    assert.throws(() => new Cloudflare({ baseURL: 'nonsense' }), /baseURL must be an address.*but was nonsense/)
  })

  it('goes through the fetch that is given', async () => {
    const asked: string[] = []
    const fetch = async (url: string): Promise<Response> => {
      asked.push(url)
      return Response.json(envelope({ id: 'g' }))
    }
    const gateway = await new Tollgate({
      apiToken: 't',
      baseURL: 'https://tollgate.example/client/v4',
      fetch,
    }).aiGateway.get('g', account)
    assert.equal(gateway.id, 'g')
    assert.deepEqual(asked, ['https://tollgate.example/client/v4/accounts/a/ai-gateway/gateways/g'])
  })
})

describe('a list', () => {
  let recorder: Recorder
  let client: Tollgate
  before(async () => {
    recorder = await startRecorder()
    client = new Tollgate({ apiToken: 'token', baseURL: `${recorder.url}/client/v4` })
  })
  after(() => recorder.close())
  beforeEach(() => void (recorder.requests.length = 0))
  const rows = (...ids: string[]): object[] => ids.map((id) => ({ id }))
  const info = (page: number, count: number): object => ({ page, per_page: 2, count, total_count: 3 })
  const pagesAsked = (): (string | undefined)[] => recorder.requests.map(({ query }) => query['page'])

  it('is iterated over to its last page, and not asked for one that cannot be', async () => {
    recorder.plan(
      { body: envelope(rows('1', '2'), { result_info: info(1, 2) }) },
      { body: envelope(rows('3'), { result_info: info(2, 1) }) },
    )
    const seen: string[] = []
    for await (const { id } of client.aiGateway.list({ ...account, per_page: 2 })) seen.push(id)
    assert.deepEqual(seen, ['1', '2', '3'])
    assert.deepEqual(pagesAsked(), [undefined, '2'])
    assert.deepEqual(
      recorder.requests.map(({ query }) => query['per_page']),
      ['2', '2'],
    )
  })

  it('without a result_info ends at the first empty page', async () => {
    recorder.plan({ body: envelope(rows('1')) }, { body: envelope(rows('2')) }, { body: envelope([]) })
    const seen: string[] = []
    for await (const { id } of client.aiGateway.list({ ...account, page: 4 })) seen.push(id)
    assert.deepEqual(
      [seen, pagesAsked()],
      [
        ['1', '2'],
        ['4', '5', '6'],
      ],
    )
  })

  it('is awaited to its first page, from which one goes on', async () => {
    recorder.plan(
      { body: envelope(rows('1', '2'), { result_info: info(1, 2) }) },
      { body: envelope(rows('3'), { result_info: info(2, 1) }) },
    )
    const promise = client.aiGateway.list(account)
    assert.ok(promise instanceof PagePromise)
    const page = await promise
    assert.deepEqual(page.getPaginatedItems(), page.result)
    assert.deepEqual(page.result_info, info(1, 2))
    assert.equal(page.hasNextPage(), true)
    const next = await page.getNextPage()
    assert.deepEqual([next.result, next.hasNextPage()], [rows('3'), false])
    await assert.rejects(next.getNextPage(), CloudflareError)
    assert.equal(recorder.requests.length, 2)
  })

  it('by cursor goes on through pages that are not full, or empty, until the cursor ends', async () => {
    const walk = (cursor: string | null, ...ids: string[]): Planned => ({
      body: envelope(rows(...ids), { result_info: { per_page: 20, count: ids.length, cursor, searched_until: null } }),
    })
    recorder.plan(walk('c1', '1'), walk('c2'), walk(null, '2'))
    const seen: string[] = []
    const list = client.aiGateway.logs.list as (id: string, params: object) => AsyncIterable<{ id: string }>
    for await (const { id } of list('g', { ...account, cursor: '' })) seen.push(id)
    assert.deepEqual(seen, ['1', '2'])
    assert.deepEqual(
      recorder.requests.map(({ query }) => [query['cursor'], query['page']]),
      [
        ['', undefined],
        ['c1', undefined],
        ['c2', undefined],
      ],
    )
  })

  it('that is left early asks for no more', async () => {
    recorder.plan({ body: envelope(rows('1', '2'), { result_info: info(1, 2) }) })
    for await (const { id } of client.aiGateway.list(account)) if (id === '1') break
    assert.equal(recorder.requests.length, 1)
  })

  it('fails at the page that fails', async () => {
    recorder.plan(
      { body: envelope(rows('1', '2'), { result_info: info(1, 2) }) },
      { status: 403, body: { success: false, errors: [{ code: 10000, message: 'no' }], messages: [], result: null } },
    )
    const seen: string[] = []
    const all = async (): Promise<void> => {
      for await (const { id } of client.aiGateway.list(account)) seen.push(id)
    }
    await assert.rejects(all, Cloudflare.PermissionDeniedError)
    assert.deepEqual(seen, ['1', '2'])
  })
})
