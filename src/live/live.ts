import type { GatewayRecord } from '../contract/gateway-record.ts'

/**
 * What the request path needs of the stored settings, compiled once and kept in memory: loaded at start, changed by
 * `apply`, which the management API awaits before it answers. No request ever asks the store.
 */
export interface Live {
  gateway(accountId: string, gatewayId: string): GatewaySnapshot | undefined
  apply(change: LiveChange): void
}

export type LiveChange =
  | { type: 'gateway'; record: GatewayRecord }
  | { type: 'gateway-removed'; accountId: string; id: string }

/** One gateway's settings as the request path reads them; never changed, only replaced. */
export interface GatewaySnapshot {
  readonly number: number
  readonly accountId: string
  readonly id: string
  readonly authentication: boolean
  readonly collectLogs: boolean
  /** Stored keys or the client's own only: keys of the environment are not used. */
  readonly byokOnly: boolean
}

export function createLive(records: readonly GatewayRecord[]): Live {
  const accounts = new Map<string, Map<string, GatewaySnapshot>>()

  function apply(change: LiveChange): void {
    if (change.type === 'gateway-removed') {
      accounts.get(change.accountId)?.delete(change.id)
      return
    }
    const { accountId, id } = change.record
    const gateways = accounts.get(accountId) ?? new Map<string, GatewaySnapshot>()
    accounts.set(accountId, gateways.set(id, compile(change.record)))
  }

  for (const record of records) apply({ type: 'gateway', record })
  return {
    gateway: (accountId, gatewayId) => accounts.get(accountId)?.get(gatewayId),
    apply,
  }
}

function compile({ number, accountId, id, settings }: GatewayRecord): GatewaySnapshot {
  return Object.freeze({
    number,
    accountId,
    id,
    authentication: settings['authentication'] === true,
    collectLogs: settings['collect_logs'] !== false,
    byokOnly: settings['byok_only'] === true,
  })
}
