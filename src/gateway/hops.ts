import { GatewayError } from '../kernel/errors.ts'
import { hopHeader } from '../kernel/header-names.ts'
import type { RequestOptions } from './request-options.ts'

/** More Tollgates than this one behind the other are a loop, whatever they are called. */
const mostHops = 5

/**
 * Writes this instance into the header that tells through which Tollgates a call has come. Throws `loop` where it stands
 * there already: a base URL leads back here, and every request would become endless ones.
 */
export function addHop(options: RequestOptions, instance: string): void {
  const { hops } = options
  if (hops === null) {
    options.forwarded.push(hopHeader, instance)
    return
  }
  const passed = hops.split(',', mostHops + 1).map((hop) => hop.trim())
  if (passed.includes(instance)) throw loop('has come through this Tollgate before: a base URL leads back to it')
  if (passed.length >= mostHops)
    throw loop(`has come through ${mostHops} Tollgates already, which is the most that is allowed`)
  options.forwarded.push(hopHeader, `${hops}, ${instance}`)
}

function loop(what: string): GatewayError {
  // Official clients would try it again, as any status of 500 and above.
  return new GatewayError('loop', `Loop: the request ${what}. Change the provider's address`, {
    headers: ['x-should-retry', 'false'],
  })
}
