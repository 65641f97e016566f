import { hash } from 'node:crypto'
import type { RouteElement } from '../contract/route-elements.ts'
import { readShares } from '../contract/route-shares.ts'
import { compileConditions } from './conditions.ts'
import { createDraw, drawn } from './draw.ts'
import { compileField, textOf } from './fields.ts'
import type { CompiledRoute, EndNode, ModelNode, ModelTarget, RateNode, RouteNode, Shadow } from './routing.ts'

/** A route as it is stored. */
export interface RouteSource {
  id: string
  name: string
  versionId: string
  /** Whatever `elementsSchema` of the contract lets pass. */
  elements: readonly RouteElement[]
}

/** Where an output leads nowhere, which no stored route has. */
const nowhere: EndNode = { id: '', type: 'end', reachesModel: false }

/** Compiles a route. Never throws for one that the contract let pass. */
export function compileRoute({ id, name, versionId, elements }: RouteSource): CompiledRoute {
  const nodes = new Map<string, RouteNode>()
  for (const element of elements) {
    const node = toNode(element, id)
    if (node) nodes.set(element.id, node)
  }
  const find = (output: { elementId: string } | undefined): RouteNode => nodes.get(output?.elementId ?? '') ?? nowhere
  for (const element of elements) link(nodes.get(element.id), element, find)
  const start = elements.find(({ type }) => type === 'start')
  const first = start?.type === 'start' ? find(start.outputs.next) : nowhere
  markReach(first)
  return { id, name, versionId, first, providers: new Set([...nodes.values()].flatMap(providersOf)) }
}

/** What is not known yet: where its outputs lead. Null for the start, which is none. */
function toNode(element: RouteElement, routeId: string): RouteNode | null {
  const base = { id: element.id, reachesModel: element.type === 'model' }
  switch (element.type) {
    case 'start':
      return null
    case 'conditional': {
      const holds = compileConditions(element.properties.conditions)
      return { ...base, type: 'conditional', holds, true: nowhere, false: nowhere }
    }
    case 'percentage': {
      // What a branch gets must not depend on what another element gave.
      const draw = createDraw(`${routeId}\n${element.id}`)
      return { ...base, type: 'percentage', draw, branches: [] }
    }
    case 'rate':
      return toRate(base, element, routeId)
    case 'model':
      return toModel(base, element, routeId)
    case 'end':
      return { ...base, type: 'end' }
  }
}

function toModel(
  base: Pick<ModelNode, 'id' | 'reachesModel'>,
  { properties }: RouteElement & { type: 'model' },
  routeId: string,
): ModelNode {
  const { timeout: timeoutMs, retries, targets = [], balance = 'weighted', shadow } = properties
  return {
    ...base,
    type: 'model',
    targets: [properties, ...targets].map(toTarget),
    balance,
    draw: createDraw(`${routeId}\n${base.id}`),
    timeoutMs,
    retries,
    shadow: shadow ? toShadow(shadow, createDraw(`${routeId}\n${base.id}\nshadow`)) : null,
    fallback: nowhere,
  }
}

type TargetSource = Pick<(RouteElement & { type: 'model' })['properties'], 'provider' | 'model' | 'keyAlias' | 'weight'>

function toTarget({ provider, model, keyAlias, weight = 1 }: TargetSource): ModelTarget {
  return { provider, model, keyAlias: keyAlias ?? null, weight }
}

function toShadow(
  { share = 100, ...target }: TargetSource & { share?: number },
  draw: (key: string) => number,
): Shadow {
  return { target: toTarget(target), takes: (key) => draw(key) < (share / 100) * drawn }
}

function providersOf(node: RouteNode): string[] {
  if (node.type !== 'model') return []
  const targets = node.shadow ? [...node.targets, node.shadow.target] : node.targets
  return targets.map(({ provider }) => provider)
}

function toRate(
  base: Pick<RateNode, 'id' | 'reachesModel'>,
  { properties: { key, limit, limitType, window } }: RouteElement & { type: 'rate' },
  routeId: string,
): RateNode {
  const field = compileField(key)
  return {
    ...base,
    type: 'rate',
    keyOf: (input) => (field && textOf(field, input)) ?? '',
    counter: hash('sha256', `${routeId}\n${base.id}`, 'base64url').slice(0, 22),
    requests: Math.max(1, Math.floor(limit)),
    windowMs: window * 1000,
    counts: limitType === 'count' ? 'requests' : null,
    success: nowhere,
    fallback: null,
  }
}

function link(
  node: RouteNode | undefined,
  element: RouteElement,
  find: (output: { elementId: string } | undefined) => RouteNode,
): void {
  if (node?.type === 'conditional' && element.type === 'conditional') {
    node.true = find(element.outputs.true)
    node.false = find(element.outputs.false)
  } else if (node?.type === 'percentage' && element.type === 'percentage') {
    let below = 0
    for (const [label, share] of readShares(Object.keys(element.outputs)) ?? [['', drawn]]) {
      below += share
      node.branches.push({ label, below, to: find(element.outputs[label]) })
    }
  } else if (node?.type === 'rate' && element.type === 'rate') {
    node.success = find(element.outputs.success)
    node.fallback = element.outputs.fallback ? find(element.outputs.fallback) : null
  } else if (node?.type === 'model' && element.type === 'model') node.fallback = find(element.outputs.fallback)
}

/** Says of each node whether a model can be reached from it. There are no circles, and each node is looked at once. */
function markReach(first: RouteNode): void {
  const seen = new Set<RouteNode>()
  const visit = (node: RouteNode): boolean => {
    if (seen.has(node)) return node.reachesModel
    seen.add(node)
    const reached = waysFrom(node).map(visit)
    node.reachesModel ||= reached.includes(true)
    return node.reachesModel
  }
  visit(first)
}

function waysFrom(node: RouteNode): RouteNode[] {
  switch (node.type) {
    case 'conditional':
      return [node.true, node.false]
    case 'percentage':
      return node.branches.map(({ to }) => to)
    case 'rate':
      return node.fallback ? [node.success, node.fallback] : [node.success]
    case 'model':
      return [node.fallback]
    case 'end':
      return []
  }
}
