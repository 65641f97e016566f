import type { TakenRoute } from '../contract/log-record.ts'
import type { GatewayError } from '../kernel/errors.ts'
import type { Door } from './door.ts'
import type { RequestBody } from './request-body.ts'
import type { RequestOptions } from './request-options.ts'
import type { Target } from './target.ts'

/** One target of a request, with all that it is asked, or why there is none any more. */
export type Step = AskedStep | RefusedStep

interface BaseStep {
  /** From 0 on, as in `cf-aig-step`. */
  index: number
  door: Door
  options: RequestOptions
  body: RequestBody
  /** The dynamic route that led here; null: none did. */
  route: TakenRoute | null
}

export interface AskedStep extends BaseStep {
  target: Target
  /** Where another step takes over if this one fails; null: nothing does. */
  next: NextStep | null
  /** Makes a copy for another model, which is asked once this one has answered, and answers nobody. Throws as a step does. */
  shadow?: () => AskedStep
}

/** A dynamic route ended without a model to ask. */
export interface RefusedStep extends BaseStep {
  refusal: GatewayError
  next: null
}

/** Finds the next step, when it is needed. A route's next model may depend on counters, so it may take its time. */
export type NextStep = () => Step | Promise<Step>
