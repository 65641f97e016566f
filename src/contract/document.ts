import type { CustomProviderBody } from './custom-providers.ts'
import type { DynamicRouteBody } from './dynamic-routes.ts'
import type { EvaluationScheduleBody } from './evaluation-schedules.ts'
import type { ProviderKeysBody } from './provider-configs.ts'
import type { ProviderCostBody } from './provider-costs.ts'
import type { RouteDeploymentBody, RouteVersionBody } from './route-versions.ts'
import type { TokenBody } from './tokens.ts'

/**
 * What the management API keeps beside gateways and logs, by kind: small things that are read whole, each a JSON body
 * with an id. A new kind is a line here.
 */
export interface DocumentBodies {
  token: TokenBody
  dynamic_route: DynamicRouteBody
  route_version: RouteVersionBody
  route_deployment: RouteDeploymentBody
  provider_keys: ProviderKeysBody
  custom_provider: CustomProviderBody
  provider_cost: ProviderCostBody
  evaluation_schedule: EvaluationScheduleBody
}
export type DocumentKind = keyof DocumentBodies

/** One of them, as it is stored. */
export interface DocumentRecord<K extends DocumentKind = DocumentKind> {
  kind: K
  /** Unique in its kind. */
  id: string
  accountId: string
  /** Internal number of the gateway that it belongs to and goes with; null: it belongs to the account. */
  gateway: number | null
  /** Id of the document that it goes with; null: none. */
  parentId: string | null
  /** Unique in its kind, account and gateway. */
  name: string
  body: DocumentBodies[K]
  createdMs: number
  modifiedMs: number
}

/** One step of a change; all steps of a change are done or none. */
export type DocumentWrite =
  | { op: 'insert'; document: DocumentRecord }
  /** Writes `name`, `body` and `modifiedMs` if the stored one was last modified at `expectedModifiedMs`. */
  | { op: 'update'; document: DocumentRecord; expectedModifiedMs: number }
  /** Removes it with all that have it as their parent. */
  | { op: 'remove'; kind: DocumentKind; id: string }

/** `index`: of the step that could not be done. `taken`: the name or id. `changed`: meanwhile, or gone, or its gateway or parent is. */
export type DocumentOutcome =
  | { done: true; version: number }
  | { done: false; index: number; reason: 'taken' | 'changed' }
