import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { logDetailSchema, logItemSchema } from '../../src/contract/logs.ts'
import type { LogRecord } from '../../src/contract/log-record.ts'
import { createEntries } from '../store/entries.ts'
import { type Management, openManagement } from './open.ts'

const logs = 'gateways/my-gateway/logs'

describe('management: logs', () => {
  let api: Management
  let number: number
  let make: ReturnType<typeof createEntries>
  before(async () => {
    api = await openManagement()
  })
  beforeEach(async () => {
    await api.call('DELETE', 'gateways/my-gateway')
    await api.call('POST', 'gateways', { id: 'my-gateway' })
    const [gateway] = await api.deps.store.gateways.all()
    assert.ok(gateway)
    number = gateway.number
    make = createEntries()
  })
  after(() => api.close())

  const add = async (...changes: Parameters<typeof make>[1][]): Promise<LogRecord[]> => {
    const entries = changes.map((change) => make(number, change))
    await api.deps.store.logs.append(entries, { lane: 'main', segment: 1, offset: 1 })
    return entries.map((entry) => entry.record)
  }
  const listIds = async (query: string): Promise<string[]> => {
    const { status, result, text } = await api.call('GET', `${logs}?${query}`)
    assert.equal(status, 200, text)
    return (result as { id: string }[]).map((log) => log.id)
  }

  it('a row is listed and found with the members of the contract', async () => {
    const [record] = await add({ request: '{"a":1}', response: 'x'.repeat(2000) })
    assert.ok(record)
    const list = await api.call('GET', logs)
    assert.deepEqual(list.body.result_info, {
      page: 1,
      per_page: 20,
      count: 1,
      total_count: 1,
      total_count_exact: true,
    })
    assert.deepEqual(logItemSchema.array().parse(list.result), list.result)
    const { result } = await api.call('GET', `${logs}/${record.id.toUpperCase()}`)
    assert.deepEqual(logDetailSchema.parse(result), result)
    assert.deepEqual([result.id, result.provider, result.status_code], [record.id, 'openai', 200])
    assert.deepEqual([result.request_head, result.request_head_complete], ['{"a":1}', true])
    assert.deepEqual([result.response_head.length, result.response_head_complete], [1024, false])
  })

  it('bodies come back raw, JSON as JSON', async () => {
    const [record] = await add({
      request: '{"a": 1}',
      response: 'data: x\n\n',
      responseContentType: 'text/event-stream',
    })
    const request = await api.call('GET', `${logs}/${record?.id}/request`)
    assert.deepEqual([request.text, request.headers.get('content-type')], ['{"a": 1}', 'application/json'])
    const response = await api.call('GET', `${logs}/${record?.id}/response`)
    assert.deepEqual(
      [response.text, response.headers.get('content-type')],
      ['data: x\n\n', 'text/plain; charset=utf-8'],
    )
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
  })

  it('a body that was not kept, a row that is not there and an id that is none get 404/7002', async () => {
    const [record] = await add({ request: null })
    const unknown = '01956f3e-0000-7000-8000-000000000001'
    for (const path of [`${record?.id}/request`, unknown, `${unknown}/response`, 'nonsense', '%00', 'x/request']) {
      const answer = await api.call('GET', `${logs}/${path}`)
      assert.deepEqual([answer.status, answer.body.errors[0]?.code], [404, 7002], path)
    }
  })

  it('a row of another gateway is not found', async () => {
    const [record] = await add({})
    await api.call('POST', 'gateways', { id: 'other' })
    assert.equal((await api.call('GET', `gateways/other/logs/${record?.id}`)).status, 404)
    assert.equal((await api.call('GET', `gateways/other/logs/${record?.id}/request`)).status, 404)
    await api.call('DELETE', 'gateways/other')
  })

  it('bare dates mean whole UTC days, the last one included', async () => {
    const at = (text: string) => ({ startedMs: Date.parse(text) })
    const times = [
      '2023-12-31T23:59:59.999Z',
      '2024-01-01T00:00:00Z',
      '2024-01-31T23:59:59.999Z',
      '2024-02-01T00:00:00Z',
    ]
    const ids = (await add(...times.map(at))).map((record) => record.id)
    assert.deepEqual(await listIds('start_date=2024-01-01&end_date=2024-01-31'), [ids[2], ids[1]])
    assert.deepEqual(await listIds('start_date=2024-01-31T23:59:59.999Z'), [ids[3], ids[2]])
    assert.deepEqual(await listIds('end_date=2024-01-01T00:00:00Z&direction=asc'), [ids[0], ids[1]])
  })

  it('filters, order and pages work together, and the last page is followed by an empty one', async () => {
    const ids = (
      await add({ model: 'a' }, { model: 'b', success: false }, { model: 'a', cached: true }, { provider: 'groq' })
    ).map((record) => record.id)
    assert.deepEqual(await listIds('model=a'), [ids[2], ids[0]])
    assert.deepEqual(await listIds('success=false'), [ids[1]])
    assert.deepEqual(await listIds('cached=1'), [ids[2]])
    assert.deepEqual(await listIds('provider=groq'), [ids[3]])
    assert.deepEqual(await listIds('order_by_direction=asc&per_page=3'), ids.slice(0, 3))
    assert.deepEqual(await listIds('order_by_direction=asc&per_page=3&page=2'), ids.slice(3))
    assert.deepEqual(await listIds('order_by_direction=asc&per_page=3&page=3'), [])
    assert.deepEqual((await listIds('order_by=provider&order_by_direction=asc'))[0], ids[3])
  })

  it('a parameter that is wrong or unknown is refused, not ignored', async () => {
    for (const query of [
      'per_page=51',
      'success=maybe',
      'start_date=soon',
      'order_by=cost',
      'modle=a',
      'filters=[1]',
    ]) {
      const answer = await api.call('GET', `${logs}?${query}`)
      assert.deepEqual([answer.status, answer.body.errors[0]?.code], [400, 7001], query)
      assert.deepEqual(answer.body.errors[0]?.path?.slice(0, 2), ['query', query.split('=')[0]])
    }
  })

  it('delete removes what is before a day, given in the query or in the body', async () => {
    const at = (text: string) => ({ startedMs: Date.parse(text) })
    const times = ['2023-12-30T12:00:00Z', '2023-12-31T23:59:59.999Z', '2024-01-01T00:00:00Z']
    const ids = (await add(...times.map(at))).map((record) => record.id)
    const first = await api.call('DELETE', `${logs}?before=2023-12-31`)
    assert.deepEqual([first.status, first.body.success, first.result], [200, true, { deleted: 1 }])
    assert.deepEqual((await api.call('DELETE', logs, { before: '2024-01-01' })).result, { deleted: 1 })
    assert.deepEqual(await listIds(''), [ids[2]])
  })

  it('a bare delete removes the oldest rows, at most the limit', async () => {
    const ids = (await add({}, {}, {})).map((record) => record.id)
    assert.deepEqual((await api.call('DELETE', `${logs}?limit=2`)).result, { deleted: 2 })
    assert.deepEqual(await listIds(''), [ids[2]])
    assert.deepEqual((await api.call('DELETE', logs)).result, { deleted: 1 })
    assert.deepEqual(await listIds(''), [])
  })

  it('a delete with a condition that is not understood removes nothing', async () => {
    await add({})
    const queries = ['filters=[1]', 'filters.key=model', 'befor=2024-01-01', 'before=', 'limit=0', 'limit=10001']
    for (const query of [...queries, 'order_by=path']) {
      assert.equal((await api.call('DELETE', `${logs}?${query}`)).status, 400, query)
    }
    assert.equal((await api.call('DELETE', logs, { filters: [] })).status, 400)
    assert.equal((await listIds('')).length, 1)
  })

  it('rows that are still on their way are waited for', async () => {
    api.onCatchUp = async () => void (await add({}))
    assert.equal((await listIds('')).length, 1)
  })
})
