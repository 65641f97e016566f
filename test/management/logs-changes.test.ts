import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { logCostSchema, logItemSchema } from '../../src/contract/logs.ts'
import type { LogRecord } from '../../src/contract/log-record.ts'
import { createEntries } from '../store/entries.ts'
import { type Management, openManagement } from './open.ts'

const logs = 'gateways/my-gateway/logs'

describe('management: changes, exports and costs of logs', () => {
  let api: Management
  let number: number
  let make: ReturnType<typeof createEntries>
  before(async () => {
    api = await openManagement()
  })
  beforeEach(async () => {
    await api.call('DELETE', 'gateways/my-gateway')
    await api.call('POST', 'gateways', { id: 'my-gateway' })
    number = (await api.deps.store.gateways.all())[0]?.number ?? 0
    make = createEntries()
  })
  after(() => api.close())

  const add = async (...changes: Parameters<typeof make>[1][]): Promise<LogRecord[]> => {
    const entries = changes.map((change) => make(number, change))
    await api.deps.store.logs.append(entries, { lane: 'main', segment: 1, offset: 1 })
    return entries.map(({ record }) => record)
  }
  const models = async (): Promise<(string | undefined)[]> =>
    (await api.call('GET', `${logs}?order_by_direction=asc`)).result.map(({ model }: { model: string }) => model)
  const filter = (key: string, operator: string, ...value: unknown[]): string =>
    `filters=${encodeURIComponent(JSON.stringify([{ key, operator, value }]))}`

  it('feedback, score and metadata of a row are changed, metadata entry by entry', async () => {
    const [record] = await add({ metadata: { team: 'red', seat: 7 } })
    const address = `${logs}/${record?.id}`
    const edited = await api.call('PATCH', address, {
      feedback: -0.5,
      score: 100,
      metadata: { team: 'blue', paid: true },
    })
    assert.deepEqual([edited.status, edited.body.success, edited.result], [200, true, {}])
    const { result } = await api.call('GET', address)
    assert.deepEqual(
      [result.feedback, result.score, result.metadata],
      [-0.5, 100, { team: 'blue', seat: 7, paid: true }],
    )
    await api.call('PATCH', address, { feedback: null, metadata: null })
    const cleared = (await api.call('GET', address)).result
    assert.deepEqual([cleared.feedback, cleared.score, cleared.metadata], [null, 100, null])
  })

  it('a change that is out of range or of a row that is not there changes nothing', async () => {
    const [record] = await add({ metadata: { team: 'red' } })
    const many = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`n${index}`, index]))
    const wrong = [
      { feedback: 2 },
      { score: -1 },
      { score: 101 },
      { metadata: { a: {} } },
      { metadata: many },
      { metadata: { a: null } },
      { feedbak: 1 },
    ]
    for (const body of wrong) {
      const { status, body: answer } = await api.call('PATCH', `${logs}/${record?.id}`, body)
      assert.deepEqual(
        [status, answer.errors[0]?.code, answer.errors[0]?.path?.slice(0, 2)],
        [400, 7001, ['body', Object.keys(body)[0]]],
      )
    }
    assert.deepEqual((await api.call('GET', `${logs}/${record?.id}`)).result.metadata, { team: 'red' })
    for (const id of ['01956f3e-0000-7000-8000-000000000001', 'nonsense']) {
      const { status, body } = await api.call('PATCH', `${logs}/${id}`, { feedback: 1 })
      assert.deepEqual([status, body.errors[0]?.code], [404, 7002])
    }
  })

  it('a delete takes what its filters meet, in the order and up to the limit asked for', async () => {
    await add(
      { model: 'a' },
      { model: 'b', metadata: { team: 'green' } },
      { model: 'c' },
      { model: 'd', durationMs: 1 },
    )
    assert.deepEqual((await api.call('DELETE', `${logs}?${filter('metadata.team', 'eq', 'green')}`)).result, {
      deleted: 1,
    })
    assert.deepEqual(await models(), ['a', 'c', 'd'])
    assert.deepEqual((await api.call('DELETE', `${logs}?order_by=duration&limit=1`)).result, { deleted: 1 })
    assert.deepEqual(await models(), ['a', 'c'])
    const body = { filters: [{ key: 'model', operator: 'contains', value: ['A'] }], order_by_direction: 'desc' }
    assert.deepEqual((await api.call('DELETE', logs, body)).result, { deleted: 1 })
    assert.deepEqual(await models(), ['c'])
    assert.deepEqual((await api.call('DELETE', `${logs}?filters=[]`)).status, 400)
    assert.deepEqual((await api.call('DELETE', `${logs}?${filter('model', 'eq', 'c')}&before=2020-01-01`)).result, {
      deleted: 0,
    })
  })

  it('a delete of many rows removes each of them', async () => {
    await add(...Array.from({ length: 2500 }, (_, index) => ({ model: index % 2 === 0 ? 'even' : 'odd' })))
    assert.deepEqual((await api.call('DELETE', `${logs}?${filter('model', 'eq', 'even')}&order_by=model`)).result, {
      deleted: 1250,
    })
    const { body } = await api.call('GET', logs)
    assert.equal(body.result_info?.total_count, 1250)
  })

  it('the audit log says how many rows were removed, and by which filters', async () => {
    await add({ model: 'a' }, { model: 'b' })
    await api.call('DELETE', `${logs}?${filter('model', 'eq', 'a')}&before=2100-01-01`)
    const { result } = await api.call('GET', 'audit-logs?resource=logs')
    assert.deepEqual(
      [result[0].actor, result[0].action, result[0].gateway_id, result[0].after],
      ['admin', 'delete', 'my-gateway', null],
    )
    assert.deepEqual(result[0].before, {
      deleted: 1,
      limit: 10_000,
      order_by: 'created_at',
      order_by_direction: 'asc',
      filters: ['model eq "a"', 'created_at lt "2100-01-01T00:00:00.000Z"'],
    })
  })

  it('an export as ndjson has every row that matches, with its bodies where they are asked for', async () => {
    const records = await add(
      ...Array.from({ length: 1203 }, (_, index) => ({ model: index === 5 ? 'rare' : 'm', request: `{"n":${index}}` })),
    )
    const { headers, text } = await api.call('GET', `${logs}/export?order_by_direction=asc`)
    assert.deepEqual(
      [headers.get('content-type'), headers.get('content-disposition')],
      ['application/x-ndjson', 'attachment; filename="my-gateway-logs.ndjson"'],
    )
    const rows = lines(text)
    assert.deepEqual(
      rows.map(({ id }) => id),
      records.map(({ id }) => id),
    )
    assert.deepEqual(logItemSchema.parse(rows[0]), rows[0])
    const [binary] = await add({ model: 'rare', request: new Uint8Array([0xff, 0]), response: null })
    const rare = lines((await api.call('GET', `${logs}/export?bodies=true&${filter('model', 'eq', 'rare')}`)).text)
    assert.deepEqual(
      rare.map(({ id, request, request_encoding, response }) => [id, request, request_encoding, response]),
      [
        [binary?.id, '/wA=', 'base64', null],
        [records[5]?.id, '{"n":5}', undefined, '{"choices":[]}'],
      ],
    )
  })

  it('an export as csv is quoted, and no cell is a formula', async () => {
    await add(
      { model: '=1+1', userAgent: 'a "quoted", line\nbroken', metadata: { a: 'b' } },
      { model: '-2', userAgent: '@x', error: '\tx' },
      { model: '+1', userAgent: null, usage: null, cost: null },
    )
    const { headers, text } = await api.call('GET', `${logs}/export?format=csv&order_by_direction=asc`)
    assert.match(headers.get('content-type') ?? '', /^text\/csv/)
    const [head = '', first = '', second = '', third = '', end] = text.split('\r\n')
    assert.ok(head.startsWith('id,created_at,provider,model,'))
    assert.ok(
      first.includes(`,'=1+1,`) && first.includes('"a ""quoted"", line\nbroken"') && first.includes('"{""a"":""b""}"'),
    )
    assert.ok(second.includes(`,'-2,`) && second.includes(`,'@x,`) && second.endsWith(`,'\tx`))
    assert.ok(third.includes(`,'+1,`) && third.includes(',,,,'))
    assert.equal(end, '')
    assert.equal((await api.call('GET', `${logs}/export?format=csv&bodies=true`)).status, 400)
    assert.equal((await api.call('GET', `${logs}/export?format=xml`)).status, 400)
  })

  it('the cost of a row is explained item by item', async () => {
    const [priced, hit, unknown] = await add(
      {},
      { cached: true, usage: null, cost: null, saved: { tokensIn: 5, tokensOut: 6, costNanoUsd: 7000 } },
      { usage: null, cost: null },
    )
    const costOf = async (record: LogRecord | undefined) => {
      const { result } = await api.call('GET', `${logs}/${record?.id}/cost`)
      assert.deepEqual(logCostSchema.parse(result), result)
      return result
    }
    const cost = await costOf(priced)
    assert.deepEqual(
      [cost.cost, cost.currency, cost.entry, cost.unknown],
      [0.00005145, 'USD', 'openai/gpt-4o-mini', null],
    )
    assert.deepEqual(cost.items[0], {
      unit: 'input',
      quantity: 123,
      rate_usd_per_million: 0.15,
      amount_usd: 0.00001845,
    })
    const saved = await costOf(hit)
    assert.deepEqual([saved.cost, saved.saved_cost, saved.items, saved.unknown], [0, 0.000007, [], null])
    const none = await costOf(unknown)
    assert.deepEqual([none.cost, none.items, none.source], [null, [], null])
    assert.match(none.unknown, /no usage/)
    assert.equal((await api.call('GET', `${logs}/nonsense/cost`)).status, 404)
  })
})

function lines(text: string): { id: string; request: string; request_encoding?: string; response: string | null }[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ReturnType<typeof lines>[number])
}
