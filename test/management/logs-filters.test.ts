import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { LogRecord } from '../../src/contract/log-record.ts'
import { createEntries } from '../store/entries.ts'
import { type Management, openManagement } from './open.ts'

const logs = 'gateways/my-gateway/logs'

describe('management: filters, search and walks of logs', () => {
  let api: Management
  let records: LogRecord[]
  before(async () => {
    api = await openManagement()
    await api.call('POST', 'gateways', { id: 'my-gateway' })
    const [gateway] = await api.deps.store.gateways.all()
    assert.ok(gateway)
    const make = createEntries(Date.UTC(2026, 2, 1))
    const entries = [
      make(gateway.number, { model: 'gpt-4o', metadata: { team: 'red', seat: 7 }, durationMs: 100 }),
      make(gateway.number, { model: 'gpt-4o', provider: 'groq', metadata: { team: 'blue' }, durationMs: 200 }),
      make(gateway.number, {
        model: null,
        success: false,
        status: 500,
        outcome: 'refused',
        cost: null,
        usage: null,
        metadata: null,
      }),
      make(gateway.number, {
        model: 'o3',
        cached: true,
        userAgent: 'python-httpx/0.27',
        authenticated: true,
        metadata: { note: 'red' },
        compatibilityMode: true,
      }),
    ]
    await api.deps.store.logs.append(entries, { lane: 'main', segment: 1, offset: 1 })
    records = entries.map(({ record }) => record)
    await api.call('PATCH', `${logs}/${records[1]?.id}`, { feedback: 1, score: 80 })
  })
  after(() => api.close())

  const list = (query: string) => api.call('GET', `${logs}?order_by_direction=asc&${query}`)
  const find = async (query: string): Promise<number[]> => {
    const { status, result, text } = await list(query)
    assert.equal(status, 200, text)
    return (result as { id: string }[]).map(({ id }) => records.findIndex((record) => record.id === id))
  }
  const filter = (key: string, operator: string, ...value: unknown[]): string =>
    `filters=${encodeURIComponent(JSON.stringify([{ key, operator, value }]))}`

  it('filters come as JSON, dotted and bracketed', async () => {
    const dotted =
      'filters.key=model&filters.operator=eq&filters.value=gpt-4o&filters.value=o3&filters.key=cached&filters.operator=eq&filters.value=true'
    assert.deepEqual(await find(dotted), [3])
    assert.deepEqual(await find('filters[0][key]=duration&filters[0][operator]=gt&filters[0][value]=150'), [1, 2, 3])
    assert.deepEqual(await find(filter('model', 'eq', 'gpt-4o', 'o3')), [0, 1, 3])
    assert.deepEqual(await find(filter('model', 'eq', null)), [2])
    assert.deepEqual(await find('filters.key=cost&filters.operator=eq&filters.value='), [2])
    assert.deepEqual(await find('filters=[]'), [0, 1, 2, 3])
  })

  it('the keys of Cloudflare and those beside them are understood', async () => {
    const cases: [string, number[]][] = [
      [filter('metadata.key', 'eq', 'team'), [0, 1]],
      [filter('metadata.value', 'eq', 'red'), [0, 3]],
      [filter('metadata.team', 'eq', 'red'), [0]],
      [filter('metadata.seat', 'gt', 6), [0]],
      ['filters.key=metadata.seat&filters.operator=eq&filters.value=7', [0]],
      [filter('metadata.team', 'neq', 'red'), [1, 2, 3]],
      [filter('user_agent', 'contains', 'PYTHON'), [3]],
      [filter('cost', 'lt', 0.00006), [0, 1, 3]],
      [filter('cost', 'eq', 0.00005145), [0, 1, 3]],
      [filter('tokens', 'eq', 178), [0, 1, 3]],
      [filter('feedback', 'eq', 1), [1]],
      [filter('score', 'gt', 79), [1]],
      [filter('status_code', 'eq', 500), [2]],
      [filter('outcome', 'neq', 'complete'), [2]],
      [filter('authentication', 'eq', true), [3]],
      [filter('created_at', 'lt', '2026-03-01T00:00:00.003Z'), [0, 1]],
      [filter('created_at', 'gt', '2026-03-01'), []],
      [filter('id', 'eq', records[2]?.id.toUpperCase()), [2]],
      [filter('wholesale', 'eq', false), [0, 1, 2, 3]],
      [filter('compatibilityMode', 'eq', true), [3]],
      [filter('compatibilityMode', 'neq', true), [0, 1, 2]],
      [filter('dlp_action', 'eq', null), [0, 1, 2, 3]],
    ]
    for (const [query, expected] of cases) assert.deepEqual(await find(query), expected, decodeURIComponent(query))
  })

  it('the older parameters still narrow, bounds included', async () => {
    const cases: [string, number[]][] = [
      ['min_duration=100&max_duration=200', [0, 1]],
      ['min_cost=0.00005145&max_cost=0.00005145', [0, 1, 3]],
      ['min_total_tokens=179', []],
      ['max_tokens_in=123&min_tokens_out=55', [0, 1, 3]],
      ['feedback=1', [1]],
      ['model_type=chat&provider=groq', [1]],
      ['request_content_type=text%2Fplain', []],
      ['response_content_type=application%2Fjson&cached=true', [3]],
    ]
    for (const [query, expected] of cases) assert.deepEqual(await find(query), expected, query)
  })

  it('search looks into metadata, models, providers and ids', async () => {
    assert.deepEqual(await find('search=RED'), [0, 3])
    assert.deepEqual(await find('search=groq'), [1])
    assert.deepEqual(await find('search=O3'), [3])
    assert.deepEqual(await find(`search=${records[2]?.id}`), [2])
    assert.deepEqual(await find('search='), [0, 1, 2, 3])
    assert.deepEqual(await find('search=%25'), [])
  })

  it('what a filter cannot be is refused, with its path', async () => {
    const cases: [string, (string | number)[]][] = [
      [filter('modle', 'eq', 'a'), ['filters', 0, 'key']],
      [filter('model', 'like', 'a'), ['filters', 0, 'operator']],
      [filter('cached', 'gt', true), ['filters', 0, 'operator']],
      [filter('cost', 'contains', 1), ['filters', 0, 'operator']],
      [filter('cost', 'eq', 'cheap'), ['filters', 0, 'value', 0]],
      [filter('success', 'eq', true, 'maybe'), ['filters', 0, 'value', 1]],
      [filter('created_at', 'eq', 'soon'), ['filters', 0, 'value', 0]],
      [filter('model', 'eq', 5), ['filters', 0, 'value', 0]],
      [filter('duration', 'lt', null), ['filters', 0, 'value', 0]],
      [filter('model', 'eq'), ['filters', 0, 'value']],
      [filter('metadata.', 'eq', 'a'), ['filters', 0, 'key']],
      ['filters.key=model', ['filters', 0, 'operator']],
      ['filters=nonsense', ['filters']],
      ['filters={}', ['filters']],
      ['filters[0][key]=a&filters[0][key]=b', ['filters[0][key]']],
      ['min_cost=cheap', ['min_cost']],
      ['cursor=nonsense', ['cursor']],
      ['cursor=&page=2', ['page']],
    ]
    for (const [query, path] of cases) {
      const { status, body } = await list(query)
      assert.deepEqual(
        [status, body.errors[0]?.code, body.errors[0]?.path],
        [400, 7001, ['query', ...path]],
        decodeURIComponent(query),
      )
    }
  })

  it('meta_info tells the least and greatest amounts of the rows that match', async () => {
    const { body } = await list(`meta_info=true&${filter('model', 'eq', 'gpt-4o')}`)
    const { page, per_page, count, ...info } = body.result_info ?? {}
    assert.deepEqual([page, per_page, count], [1, 20, 2])
    assert.deepEqual(info, {
      total_count: 2,
      total_count_exact: true,
      min_cost: 0.00005145,
      max_cost: 0.00005145,
      min_duration: 100,
      max_duration: 200,
      min_tokens_in: 123,
      max_tokens_in: 123,
      min_tokens_out: 55,
      max_tokens_out: 55,
      min_total_tokens: 178,
      max_total_tokens: 178,
    })
    assert.equal((await list('')).body.result_info?.min_cost, undefined)
  })

  it('a cursor leads through all rows that match and says where the end is', async () => {
    for (const order of ['created_at', 'model', 'success']) {
      const seen: number[] = []
      let cursor: string | null | undefined = ''
      while (typeof cursor === 'string') {
        const { result, body } = await list(
          `order_by=${order}&per_page=1&cursor=${cursor}&${filter('provider', 'neq', 'x')}`,
        )
        seen.push(...(result as { id: string }[]).map(({ id }) => records.findIndex((record) => record.id === id)))
        cursor = body.result_info?.cursor
        assert.equal(body.result_info?.complete, cursor === null)
      }
      assert.deepEqual(seen, await find(`order_by=${order}`), order)
    }
    const { body } = await list('per_page=1&cursor=')
    assert.equal(body.result_info?.searched_until, '2026-03-01T00:00:00.001Z')
    const foreign = await list(`order_by=model&cursor=${body.result_info?.cursor}`)
    assert.deepEqual([foreign.status, foreign.body.errors[0]?.path], [400, ['query', 'cursor']])
  })

  it('who may see metadata only lists and filters, but neither searches nor exports', async () => {
    const { result } = await api.call('POST', 'tokens', { name: 't', permissions: ['AI Gateway Metadata Read'] })
    const ask = (path: string) =>
      api.call('GET', `${logs}${path}`, undefined, { authorization: `Bearer ${result.value}` })
    assert.equal((await ask(`?${filter('model', 'eq', 'o3')}`)).result.length, 1)
    assert.equal((await ask('?search=')).status, 200)
    for (const path of [
      '?search=red',
      '/export',
      `/${records[0]?.id}`,
      `/${records[0]?.id}/request`,
      `/${records[0]?.id}/cost`,
    ]) {
      const { status, body } = await ask(path)
      assert.deepEqual([status, body.errors[0]?.code], [403, 10_000], path)
    }
  })
})
