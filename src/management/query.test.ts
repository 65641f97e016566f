import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readQuery } from './query.ts'

const read = (text: string): Record<string, unknown> => readQuery(new URLSearchParams(text))
const two = [
  { key: 'model', operator: 'eq', value: ['a', 'b'] },
  { key: 'cost', operator: 'gt', value: ['1'] },
]

test('the three forms of a list of objects are the same list', () => {
  const dotted =
    'filters.key=model&filters.operator=eq&filters.value=a&filters.value=b&filters.key=cost&filters.operator=gt&filters.value=1'
  const bracketed =
    'filters[1][key]=cost&filters[1][operator]=gt&filters[1][value][]=1&filters[0][key]=model&filters[0][operator]=eq&filters[0][value][0]=a&filters[0][value][1]=b'
  for (const query of [dotted, bracketed, `filters=${encodeURIComponent(JSON.stringify(two))}`]) {
    assert.deepEqual(read(`page=2&${query}`), { page: '2', filters: two }, query)
  }
})

test('a dotted filter may have its members in another order', () => {
  const query = 'filters.operator=eq&filters.key=model&filters.value=a&filters.value=b'
  assert.deepEqual(read(`${query}&filters.operator=gt&filters.key=cost&filters.value=1`), { filters: two })
})

test('what could be read in two ways is refused, with its name', () => {
  const queries = {
    page: 'page=1&page=2',
    filters: 'filters=[]&filters.key=a',
    'filters[0][key]': 'filters[0][key]=a&filters[0][key]=b',
  }
  for (const [name, query] of Object.entries(queries)) {
    assert.throws(() => read(query), { code: 'input_invalid', path: ['query', name] }, query)
  }
})

test('a list in no known form is refused', () => {
  for (const query of ['filters=[', 'filters[0]=a', 'filters.0.value.0.x=a', 'filters[]=a', 'filters.=']) {
    assert.throws(() => read(query), { code: 'input_invalid', message: /expected/ }, query)
  }
})
