import type { Fault } from './fault.ts'

/** What the shape of a route depends on. */
export interface GraphElement {
  id: string
  type: string
  /** By name; where each leads. */
  outputs: Readonly<Record<string, { elementId: string }>>
}

/**
 * What is wrong in the shape of a route; empty: nothing. A good one has one start and an end, each output leads to an
 * element, no way leads in a circle, and every element is on a way from the start.
 */
export function findGraphFaults(elements: readonly GraphElement[]): Fault[] {
  const indexes = new Map<string, number>()
  const faults: Fault[] = []
  for (const [index, { id }] of elements.entries()) {
    const first = indexes.get(id)
    if (first === undefined) indexes.set(id, index)
    else faults.push({ path: [index, 'id'], message: `${id} is the id of element ${first} too` })
  }
  const starts = elements.flatMap(({ type }, index) => (type === 'start' ? [index] : []))
  if (starts.length === 0) faults.push({ path: [], message: 'a route has one element of type start, here is none' })
  for (const index of starts.slice(1)) {
    faults.push({ path: [index, 'type'], message: 'a route has one element of type start, this is another one' })
  }
  if (!elements.some(({ type }) => type === 'end')) {
    faults.push({ path: [], message: 'a route has an element of type end, here is none' })
  }
  for (const [index, name, target] of elements.flatMap(outputsOf)) {
    if (indexes.has(target)) continue
    const message = `there is no element ${target}`
    faults.push({ path: [index, 'outputs', name, 'elementId'], message })
  }
  // Ways are only walked where all of them lead somewhere.
  const [start] = starts
  return faults.length > 0 || start === undefined ? faults : walk(elements, indexes, start)
}

type Output = readonly [index: number, name: string, target: string]

function outputsOf({ outputs }: GraphElement, index: number): Output[] {
  return Object.entries(outputs).map(([name, { elementId }]) => [index, name, elementId])
}

/** Goes all ways from the start, without recursion: a way may be long. */
function walk(elements: readonly GraphElement[], indexes: ReadonlyMap<string, number>, start: number): Fault[] {
  const faults: Fault[] = []
  const states = new Map<number, 'on the way' | 'done'>([[start, 'on the way']])
  const outputs = elements.map(outputsOf)
  const way = [{ index: start, next: 0 }]
  for (let here = way.at(-1); here; here = way.at(-1)) {
    const output = outputs[here.index]?.[here.next++]
    if (!output) {
      states.set(here.index, 'done')
      way.pop()
      continue
    }
    const [from, name, id] = output
    const target = indexes.get(id) ?? start
    const state = states.get(target)
    if (state === 'on the way') {
      const message = `leads back to ${id}: a route may not go in a circle`
      faults.push({ path: [from, 'outputs', name, 'elementId'], message })
    } else if (state === undefined) {
      states.set(target, 'on the way')
      way.push({ index: target, next: 0 })
    }
  }
  for (const [index, { id }] of elements.entries()) {
    if (!states.has(index)) faults.push({ path: [index, 'id'], message: `no way from the start leads to ${id}` })
  }
  return faults
}
