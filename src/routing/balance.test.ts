import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { end, model, start } from '../../test/route-elements.ts'
import type { RouteElement } from '../contract/route-elements.ts'
import { pickTarget, type TargetLoad } from './balance.ts'
import { compileRoute } from './compile-route.ts'
import type { ModelNode, ModelTarget } from './routing.ts'

type Balance = ModelNode['balance']
function nodeOf(balance: Balance, weights: readonly number[]): ModelNode {
  const [weight = 1, ...others] = weights
  const targets = others.map((one, at) => ({ provider: 'openai', model: `m${at + 1}`, weight: one }))
  const elements: RouteElement[] = [start('m'), model('m', 'openai/m0', 'end', { weight, targets, balance }), end]
  const { first } = compileRoute({ id: 'r', name: 'n', versionId: 'v', elements })
  assert.ok(first.type === 'model')
  return first
}
const idle = (): TargetLoad => ({ busy: 0, latencyMs: 0 })
const loads =
  (byModel: Readonly<Record<string, Partial<TargetLoad>>>) =>
  ({ model: name }: ModelTarget): TargetLoad => ({ ...idle(), ...byModel[name] })
const shares = (node: ModelNode, loadOf = idle as (target: ModelTarget) => TargetLoad): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (let at = 0; at < 10_000; at++) {
    const name = pickTarget(node, [], `key-${at}`, loadOf)?.model ?? ''
    counts[name] = (counts[name] ?? 0) + 1 / 10_000
  }
  return counts
}

describe('the targets of an element', () => {
  it('by weight get their shares, and one key always the same', () => {
    const node = nodeOf('weighted', [6, 3, 1])
    const seen = shares(node)
    for (const [name, share] of [
      ['m0', 0.6],
      ['m1', 0.3],
      ['m2', 0.1],
    ] as const) {
      assert.ok(Math.abs((seen[name] ?? 0) - share) < 0.02, `${name}: ${seen[name]}`)
    }
    assert.equal(pickTarget(node, [], 'a', idle), pickTarget(node, [], 'a', idle))
  })

  it('are each tried once', () => {
    for (const balance of ['weighted', 'least-busy', 'lowest-latency'] as const) {
      const node = nodeOf(balance, [1, 1, 1])
      const tried: ModelTarget[] = []
      for (let target = pickTarget(node, tried, 'k', idle); target; target = pickTarget(node, tried, 'k', idle)) {
        tried.push(target)
      }
      assert.equal(new Set(tried).size, 3)
    }
  })

  it('by calls under way: the least busy for its weight, and by weight where none is', () => {
    const node = nodeOf('least-busy', [1, 2])
    assert.deepEqual(Object.keys(shares(node, loads({ m0: { busy: 2 }, m1: { busy: 3 } }))), ['m1'])
    assert.deepEqual(Object.keys(shares(node, loads({ m0: { busy: 1 }, m1: { busy: 3 } }))), ['m0'])
    assert.equal(Object.keys(shares(node)).length, 2)
  })

  it('by latency: the quickest, unless all are there already, and whatever is not known yet', () => {
    const node = nodeOf('lowest-latency', [1, 1])
    assert.deepEqual(Object.keys(shares(node, loads({ m0: { latencyMs: 100 }, m1: { latencyMs: 250 } }))), ['m0'])
    assert.deepEqual(Object.keys(shares(node, loads({ m0: { latencyMs: 100, busy: 3 }, m1: { latencyMs: 250 } }))), [
      'm1',
    ])
    assert.deepEqual(Object.keys(shares(node, loads({ m0: { latencyMs: 100 } }))), ['m1'])
  })
})
