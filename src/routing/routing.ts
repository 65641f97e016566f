/**
 * Dynamic routes: a graph that its owner draws is compiled once, and walked by each request that names it. No I/O: counters
 * are handed in, and who walks calls the models. To add a type of element: its schema in `contract/route-elements.ts`, its
 * node here, a line in `compile-route.ts` and in `walk.ts`.
 */

/** A deployed route, ready to be walked; never changed, only replaced. */
export interface CompiledRoute {
  readonly id: string
  readonly name: string
  readonly versionId: string
  /** Behind the start. */
  readonly first: RouteNode
  /** Slugs of all providers that get to see its requests. */
  readonly providers: ReadonlySet<string>
}

export type RouteNode = ConditionalNode | PercentageNode | RateNode | ModelNode | EndNode

interface Node {
  readonly id: string
  /** Whether a way from here leads to a model, this one included. */
  reachesModel: boolean
}

export interface ConditionalNode extends Node {
  readonly type: 'conditional'
  readonly holds: Condition
  true: RouteNode
  false: RouteNode
}

export interface PercentageNode extends Node {
  readonly type: 'percentage'
  /** Gives a number from 0 to 99 999 for a key, and always the same. */
  readonly draw: (key: string) => number
  readonly branches: Branch[]
}

export interface Branch {
  readonly label: string
  /** What is drawn below this number, and not below the branch before, goes here. */
  readonly below: number
  to: RouteNode
}

export interface RateNode extends Node {
  readonly type: 'rate'
  /** What is counted apart; the values of a request for which there is none are counted together. */
  readonly keyOf: (input: RouteInput) => string
  /** 22 characters, unlike those of any other element of any route. */
  readonly counter: string
  readonly requests: number
  readonly windowMs: number
  /** Null: it is by cost, and lets everything pass. */
  readonly counts: 'requests' | null
  success: RouteNode
  /** Null: the route ends. */
  fallback: RouteNode | null
}

export interface ModelNode extends Node {
  readonly type: 'model'
  /** Mostly one. */
  readonly targets: readonly ModelTarget[]
  readonly balance: 'weighted' | 'least-busy' | 'lowest-latency'
  /** As that of a percentage. */
  readonly draw: (key: string) => number
  /** To the head of an answer. */
  readonly timeoutMs: number
  readonly retries: number
  readonly shadow: Shadow | null
  fallback: RouteNode
}

export interface ModelTarget {
  readonly provider: string
  readonly model: string
  /** Null: no stored key is named. */
  readonly keyAlias: string | null
  readonly weight: number
}

/** Who gets a copy of requests. */
export interface Shadow {
  readonly target: ModelTarget
  /** Whether it gets that of a request, by its `drawKey`. */
  readonly takes: (key: string) => boolean
}

export interface EndNode extends Node {
  readonly type: 'end'
}

export type Condition = (input: RouteInput) => boolean

/** What a route may look at of a request. */
export interface RouteInput {
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly body: Readonly<Record<string, unknown>>
  /** The value of a header by its name in lower case; null: there is none. */
  readonly header: (name: string) => string | null
  /** Requests with the same one take the same branch of a percentage. */
  readonly drawKey: string
}
