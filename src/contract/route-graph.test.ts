import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { findGraphFaults, type GraphElement } from './route-graph.ts'

const element = (id: string, type: string, ...targets: string[]): GraphElement => ({
  id,
  type,
  outputs: Object.fromEntries(targets.map((elementId, index) => [`o${index}`, { elementId }])),
})
const messages = (...elements: GraphElement[]): string[] =>
  findGraphFaults(elements).map(({ path, message }) => `${path.join('.')}: ${message}`)

describe('the shape of a dynamic route', () => {
  it('is good where all ways from the one start end', () => {
    assert.deepEqual(
      messages(
        element('s', 'start', 'a'),
        element('a', 'model', 'b', 'e'),
        element('b', 'model', 'e'),
        element('e', 'end'),
      ),
      [],
    )
  })

  it('has one start, an end, unique ids, and outputs that lead somewhere', () => {
    assert.deepEqual(messages(element('a', 'model', 'a')), [
      ': a route has one element of type start, here is none',
      ': a route has an element of type end, here is none',
    ])
    assert.deepEqual(messages(element('s', 'start', 'x'), element('s', 'start', 's'), element('e', 'end')), [
      '1.id: s is the id of element 0 too',
      '1.type: a route has one element of type start, this is another one',
      '0.outputs.o0.elementId: there is no element x',
    ])
  })

  it('has no circle, and the output that closes one is named', () => {
    assert.deepEqual(
      messages(
        element('s', 'start', 'a'),
        element('a', 'model', 'b', 'e'),
        element('b', 'model', 'a'),
        element('e', 'end'),
      ),
      ['2.outputs.o0.elementId: leads back to a: a route may not go in a circle'],
    )
    assert.match(messages(element('s', 'start', 'a'), element('a', 'model', 'a'), element('e', 'end'))[0] ?? '', /^1\./)
  })

  it('leaves no element aside, and those that are out of reach are named', () => {
    assert.deepEqual(
      messages(element('s', 'start', 'e'), element('m', 'model', 'n'), element('n', 'model', 'e'), element('e', 'end')),
      ['1.id: no way from the start leads to m', '2.id: no way from the start leads to n'],
    )
  })

  it('is judged as a slow and simple check judges it', () => {
    const graph = fc.integer({ min: 2, max: 7 }).chain((size) =>
      fc.array(fc.array(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }).map((targets) =>
        targets.map((outputs, index) => {
          const type = index === 0 ? 'start' : index === size - 1 ? 'end' : 'model'
          return element(`${index}`, type, ...(type === 'end' ? [] : outputs.map(String)))
        }),
      ),
    )
    let good = 0
    fc.assert(
      fc.property(graph, fc.nat(), (elements, turn) => {
        const isGood = isGoodSlowly(elements)
        if (isGood) good++
        const at = turn % elements.length
        const turned = [...elements.slice(at), ...elements.slice(0, at)]
        assert.equal(findGraphFaults(turned).length === 0, isGood)
      }),
      { numRuns: 2000 },
    )
    assert.ok(good > 20, `only ${good} good ones seen`)
  })

  it('of a very long route is judged too', () => {
    const long = Array.from({ length: 50_000 }, (_, index) =>
      element(`${index}`, index ? 'model' : 'start', `${index + 1}`),
    )
    assert.deepEqual(findGraphFaults([...long, element('50000', 'end')]), [])
  })
})

/** By the set of all pairs of which one leads to the other. */
function isGoodSlowly(elements: GraphElement[]): boolean {
  const reaches = new Map(
    elements.map(({ id, outputs }) => [id, new Set(Object.values(outputs).map(({ elementId }) => elementId))]),
  )
  for (let round = 0; round < elements.length; round++) {
    for (const reached of reaches.values()) {
      for (const id of reached) for (const further of reaches.get(id) ?? []) reached.add(further)
    }
  }
  const fromStart = reaches.get('0')
  return elements.every(({ id }) => !reaches.get(id)?.has(id) && (id === '0' || fromStart?.has(id)))
}
