import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Management, openManagement } from './open.ts'

describe('management: evaluation types', () => {
  let api: Management
  before(async () => {
    api = await openManagement()
  })
  after(() => api.close())

  const names = async (query = ''): Promise<string[]> =>
    (await api.call('GET', `evaluation-types?${query}`)).result.map(({ name }: { name: string }) => name)

  it('are thirteen, ten for cases and three for logs', async () => {
    const { result, body } = await api.call('GET', 'evaluation-types')
    assert.deepEqual(
      result.map(({ id, type }: { id: string; type: string }) => `${id} ${type}`),
      [
        'exact_match case',
        'contains case',
        'starts_with case',
        'regex case',
        'levenshtein case',
        'numeric_diff case',
        'json_validity case',
        'json_match case',
        'semantic_similarity case',
        'llm_judge case',
        'cost log',
        'speed log',
        'human_feedback log',
      ],
    )
    assert.deepEqual(body.result_info, { page: 1, per_page: 20, count: 13, total_count: 13 })
    for (const shown of result) {
      assert.deepEqual([shown.name, shown.enable, shown.mandatory], [shown.id, true, false])
      assert.ok(shown.description.length > 10)
    }
  })

  it('come in pages and in the order that is asked for', async () => {
    const all = await names()
    assert.deepEqual([...(await names('per_page=7')), ...(await names('per_page=7&page=2'))], all)
    assert.deepEqual(await names('per_page=7&page=3'), [])
    assert.deepEqual(await names('order_by=name&order_by_direction=asc'), all.toSorted())
    assert.deepEqual(await names('order_by=name'), all.toSorted().toReversed())
    assert.deepEqual((await names('order_by=type')).slice(0, 3), ['cost', 'speed', 'human_feedback'])
  })

  it('a page too small or too large and an unknown order are refused', async () => {
    for (const query of ['per_page=4', 'per_page=51', 'page=0', 'order_by=secret', 'order_by_direction=up']) {
      const { status, body } = await api.call('GET', `evaluation-types?${query}`)
      assert.deepEqual([status, body.errors[0]?.code], [400, 7001], query)
      assert.deepEqual(body.errors[0]?.path, ['query', query.split('=')[0]])
    }
  })
})
