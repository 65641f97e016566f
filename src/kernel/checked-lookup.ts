import { type LookupAddress, type LookupOptions, lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { GatewayError } from './errors.ts'
import type { UpstreamPolicy } from './public-address.ts'

/** All addresses of a name, as `dns.lookup` gives them. */
export type LookUpAll = (
  host: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** How hosts that users name are looked up: what may not be dialled is an error and never an address. */
export interface CheckedLookup {
  /**
   * For `net.connect` and `tls.connect`: each connection looks its name up once, all addresses are checked, and these very
   * addresses are dialled, so that no second answer of the name server can lead elsewhere. It is not asked for hosts that
   * are addresses: `check` is for these. Errors are `upstream_refused`, and those of the look-up.
   */
  lookup: LookupFunction
  /** The error for a host that is an IP address which may not be dialled; null for all others. */
  check(host: string): GatewayError | null
}

export function createCheckedLookup(policy: Pick<UpstreamPolicy, 'mayDial'>, all: LookUpAll = lookup): CheckedLookup {
  return {
    check: (host) => (isIP(host) === 0 || policy.mayDial(host, host) ? null : refused(host, host)),
    lookup(host, options, callback) {
      all(host, { ...options, all: true }, (error, addresses) => {
        const [first] = addresses ?? []
        if (error || !first) {
          callback(error ?? new Error(`${host} has no address`), '')
          return
        }
        // One that is not public among others that are is no accident.
        const wrong = addresses.find(({ address }) => !policy.mayDial(host, address))
        // Node's type says errors of the system only, and takes any.
        if (wrong) callback(refused(host, wrong.address) as Error, '')
        else if (options.all) callback(null, addresses)
        else callback(null, first.address, first.family)
      })
    },
  }
}

function refused(host: string, address: string): GatewayError {
  const leads =
    host === address ? `${host} is not a public address` : `${host} leads to ${address}, which is not public`
  return new GatewayError(
    'upstream_refused',
    `Failed to get response from provider: ${leads}. The operator may allow it in TOLLGATE_ALLOW_PRIVATE_UPSTREAMS`,
  )
}
