import assert from 'node:assert/strict'
import { test } from 'node:test'
import { query } from '../../test/store/samples.ts'
import { lineFor } from './lines.ts'

test('a page of logs scans where the index does not lead to its rows', () => {
  const lineOfPage = (...args: Parameters<typeof query>): string => lineFor('logs', 'page', [query(...args)])
  assert.equal(lineOfPage(1), 'list')
  assert.equal(lineOfPage(1, { page: 200, perPage: 50, direction: 'asc' }, { fromMs: 5, untilMs: 9 }), 'list')
  assert.equal(lineOfPage(1, { page: 202, perPage: 50 }), 'scan')
  assert.equal(lineOfPage(1, { orderBy: 'provider' }), 'scan')
  for (const filters of [{ success: false }, { cached: true }, { model: 'm' }, { provider: 'p' }]) {
    assert.equal(lineOfPage(1, {}, filters), 'scan', JSON.stringify(filters))
  }
})

test('a walk scans where it may look for long, or is part of an export', () => {
  const lineOfWalk = (changes: object): string =>
    lineFor('logs', 'walk', [{ ...query(1), after: null, limit: 50, budgetMs: 50, ...changes }])
  assert.equal(lineOfWalk({}), 'list')
  assert.equal(lineOfWalk({ limit: 500 }), 'scan')
  assert.equal(lineOfWalk({ search: 'a' }), 'scan')
  assert.equal(lineOfWalk({ orderBy: 'model' }), 'scan')
})

test('a method that the store does not have takes no line', () => {
  assert.throws(() => lineFor('logs', 'drop', []), /no logs\.drop/)
})
