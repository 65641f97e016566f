import assert from 'node:assert/strict'
import { test } from 'node:test'
import { end, model, start } from '../../test/route-elements.ts'
import type { DocumentRecord } from '../contract/document.ts'
import { createLiveRoutes, type LiveRoutes } from './dynamic-routes.ts'

const route = (id: string, name: string, asks: string, modifiedMs: number, gateway = 1): DocumentRecord => {
  const stamp = { id: `${id}-${modifiedMs}`, createdMs: 0, comment: null }
  const body = { elements: [start('m'), model('m', `openai/${asks}`), end], version: stamp, deployment: stamp }
  return { kind: 'dynamic_route', id, accountId: 'acc', gateway, parentId: null, name, body, createdMs: 0, modifiedMs }
}
const modelOf = (routes: LiveRoutes, name: string, gateway = 1): string | null => {
  const first = routes.find(gateway, name)?.first
  return first?.type === 'model' ? (first.targets[0]?.model ?? null) : null
}

test('a deployment takes the place of the one before, and a later one stays where they come in disorder', () => {
  const routes = createLiveRoutes()
  routes.change([route('r', 'a', 'one', 1)], [])
  routes.change([route('r', 'a', 'three', 3)], [])
  routes.change([route('r', 'a', 'two', 2)], [])
  assert.equal(modelOf(routes, 'a'), 'three')
  assert.equal(routes.find(1, 'a')?.versionId, 'r-3')
  assert.equal(modelOf(routes, 'a', 2), null)
})

test('a route that is renamed leaves its name to others', () => {
  const routes = createLiveRoutes()
  routes.change([route('r', 'a', 'one', 1)], [])
  routes.change([route('s', 'a', 'other', 2)], [])
  routes.change([route('r', 'b', 'one', 3)], [])
  assert.deepEqual([modelOf(routes, 'a'), modelOf(routes, 'b')], ['other', 'one'])
})

test('what is removed is gone, alone, with its gateway, or where all are read anew', () => {
  const routes = createLiveRoutes()
  routes.change([route('r', 'a', 'one', 1), route('s', 'b', 'two', 1), route('t', 'a', 'three', 1, 2)], [])
  routes.change([], ['r'])
  assert.deepEqual([modelOf(routes, 'a'), modelOf(routes, 'b'), modelOf(routes, 'a', 2)], [null, 'two', 'three'])
  routes.forget(2)
  assert.equal(modelOf(routes, 'a', 2), null)
  routes.replace([route('u', 'c', 'four', 1)])
  assert.deepEqual([modelOf(routes, 'b'), modelOf(routes, 'c')], [null, 'four'])
})
