import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type Management, openManagement } from './open.ts'

describe('datasets', () => {
  let api: Management
  let gateways = 0
  let datasets = ''
  before(async () => {
    api = await openManagement()
  })
  after(() => api.close())
  beforeEach(async () => {
    const id = `g-${gateways++}`
    assert.equal((await api.call('POST', 'gateways', { id })).status, 200)
    datasets = `gateways/${id}/datasets`
  })

  const data = [
    { input: 'Hello', expected_output: 'Hi there!' },
    {
      input: [{ role: 'user', content: 'Goodbye' }],
      expected_output: { a: 1 },
      tags: ['x'],
      metadata: { n: 1 },
      own: 2,
    },
  ]
  async function create(more: object = {}): Promise<{ id: string }> {
    const { status, result, text } = await api.call('POST', datasets, { name: 'set', ...more })
    assert.equal(status, 200, text)
    return result
  }
  async function refused(method: string, path: string, body?: unknown): Promise<string> {
    const answer = await api.call(method, path, body)
    assert.equal(answer.status, 400, answer.text)
    assert.equal(answer.body.errors[0]?.code, 7001)
    return answer.body.errors[0]?.message ?? ''
  }

  it('are made of test cases, of a saved filter or of both, and come back as they were', async () => {
    const { status, result } = await api.call('POST', datasets, { name: 'test-dataset', data })
    assert.equal(status, 200)
    assert.deepEqual([result.enable, result.filters, result.version, result.item_count], [true, [], 1, 2])
    const shown = result.data.map(({ id, created_at, ...rest }: Record<string, unknown>) => {
      assert.match(`${String(id)} ${String(created_at)}`, /^[0-9a-f-]{36} 2026-/)
      return rest
    })
    assert.deepEqual(shown, data)
    assert.deepEqual((await api.call('GET', `${datasets}/${result.id}`)).result, result)

    const filters = [{ key: 'cost', operator: 'gt', value: [0.5] }]
    const saved = await api.call('POST', datasets, { name: 'filter', enable: false, filters, data })
    assert.deepEqual([saved.result.filters, saved.result.enable, saved.result.item_count], [filters, false, 2])
    const listed = (await api.call('GET', `${datasets}?enable=false&search=COST`)).result
    assert.deepEqual(
      listed.map((row: Record<string, unknown>) => [row['name'], row['data']]),
      [['filter', undefined]],
    )
  })

  it('change as little as is given, and a body that was read can be sent back', async () => {
    const before = (await api.call('POST', datasets, { name: 'set', data })).result
    const renamed = await api.call('PUT', `${datasets}/${before.id}`, { name: 'updated-dataset' })
    assert.deepEqual(
      [renamed.result.name, renamed.result.version, renamed.result.data],
      ['updated-dataset', 1, before.data],
    )
    const same = await api.call('PUT', `${datasets}/${before.id}`, renamed.result)
    assert.deepEqual([same.status, same.result.data], [200, before.data])
    const one = await api.call('PUT', `${datasets}/${before.id}`, { data: [{ input: 'only' }] })
    assert.deepEqual([one.result.item_count, one.result.data[0].input], [1, 'only'])
    const old = await api.call('GET', `${datasets}/${before.id}/items?version=1`)
    assert.deepEqual(old.result, before.data)
    const late = await api.call('PUT', `${datasets}/${before.id}`, { name: 'x' }, { 'if-match': before.modified_at })
    assert.equal(late.status, 412)
    assert.deepEqual((await api.call('DELETE', `${datasets}/${before.id}`)).result.data, one.result.data)
    const gone = await api.call('GET', `${datasets}/${before.id}`)
    assert.deepEqual([gone.status, gone.body.errors[0]?.code], [404, 7002])
  })

  it('refuse what cannot be meant, and say where', async () => {
    const { id } = await create()
    assert.match(await refused('POST', datasets, { name: 'set' }), /already exists/)
    await create({ name: 'other' })
    assert.match(await refused('PUT', `${datasets}/${id}`, { name: 'other' }), /already exists/)
    assert.match(await refused('POST', datasets, { data }), /^name: Required/)
    assert.match(await refused('POST', datasets, { name: 'x', data: [{ expected_output: 'a' }] }), /^data\.0\.input/)
    assert.match(await refused('POST', datasets, { name: 'x', data: [{ input: 5 }] }), /expected a text, or a list/)
    const filters = [{ key: 'colour', operator: 'eq', value: ['red'] }]
    assert.match(await refused('POST', datasets, { name: 'x', filters }), /^filters\.0\.key: not a key of logs/)
    const twice = (await api.call('POST', datasets, { name: 'twice', data })).result.data[0]
    assert.match(await refused('POST', datasets, { name: 'x', data: [twice, twice] }), /given twice/)
  })

  it('have items that are added, read, changed and taken away one by one', async () => {
    const { id } = await create({ data })
    const items = `${datasets}/${id}/items`
    const added = await api.call('POST', items, { data: [{ input: 'third' }] })
    assert.deepEqual(added.result, { version: 2, item_count: 3, added: 1 })
    const page = await api.call('GET', `${items}?per_page=1&page=3`)
    assert.deepEqual([page.result[0].input, page.body.result_info?.total_count], ['third', 3])
    const item = page.result[0]
    const changed = await api.call('PUT', `${items}/${item.id}`, { input: '3rd', expected_output: 'x' })
    assert.deepEqual([changed.result.id, changed.result.input], [item.id, '3rd'])
    assert.equal((await api.call('GET', `${items}/${item.id}`)).result.input, '3rd')
    assert.equal((await api.call('DELETE', `${items}/${item.id}`)).status, 200)
    assert.equal((await api.call('GET', `${items}/${item.id}`)).status, 404)
    assert.equal((await api.call('GET', `${datasets}/${id}`)).result.item_count, 2)
  })

  it('are exported and imported again, in both formats, and nothing changes on the way', async () => {
    const texts = [
      { input: 'a "quoted", one\nin two lines', expected_output: 'x,y', tags: ['t'], metadata: { k: [1] } },
      { input: [{ role: 'user', content: 'Hi' }], expected_output: 'z' },
    ]
    const { id } = await create({ data: texts })
    for (const format of ['jsonl', 'csv']) {
      const file = await api.call('GET', `${datasets}/${id}/items/export?format=${format}`)
      const copy = await create({ name: `copy-${format}` })
      const imported = await api.call('POST', `${datasets}/${copy.id}/items/import?format=${format}`, file.text)
      assert.deepEqual(imported.result, { version: 2, item_count: 2, added: 2 }, imported.text)
      const { result } = await api.call('GET', `${datasets}/${copy.id}`)
      assert.deepEqual(
        result.data.map(({ id: _id, created_at: _at, ...rest }: Record<string, unknown>) => rest),
        texts,
      )
    }
  })

  it('take no line of a file in which one is wrong, and say which', async () => {
    const { id } = await create()
    const send = (text: string, format = 'jsonl') =>
      refused('POST', `${datasets}/${id}/items/import?format=${format}`, text)
    const good = '{"input":"a"}\n'.repeat(450)
    assert.match(await send(`${good}{"input":`), /^line 451: is not valid JSON.*Nothing was imported/)
    assert.match(await send(`${good}\n{"expected_output":"a"}\n`), /^line 452: input/)
    const deep = `{"input":"a","own":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    assert.match(await send(`${good}${deep}`), /^line 451: nests deeper than 100 levels/)
    assert.match(await send(`${good}5\n`), /^line 451: /)
    assert.match(await send(`${good}{"input":"a","tags":"b"}`), /^line 451: tags/)
    assert.match(await send('input,expected_output\na,b\n"c\n', 'csv'), /^line 3: a quote is not closed/)
    assert.match(await send('input,expected_output\na,"b"\nc\n', 'csv'), /^line 3: has 1 cells, and the head has 2/)
    assert.match(await send('in,out\na,b\n', 'csv'), /^line 1: the head has no column input/)
    const { result } = await api.call('GET', `${datasets}/${id}`)
    assert.deepEqual([result.item_count, result.version], [0, 1])
  })
})
