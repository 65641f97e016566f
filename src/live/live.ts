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
  | { type: 'gateway-removed'; number: number; accountId: string; id: string }

/** One gateway's settings as the request path reads them; never changed, only replaced. */
export interface GatewaySnapshot {
  readonly number: number
  readonly accountId: string
  readonly id: string
  /** Names the version: it rises with every change. */
  readonly modifiedMs: number
  readonly authentication: boolean
  readonly collectLogs: boolean
  /** Stored keys or the client's own only: keys of the environment are not used. */
  readonly byokOnly: boolean
}

export function createLive(records: readonly GatewayRecord[]): Live {
  const accounts = new Map<string, Map<string, GatewaySnapshot>>()

  function apply(change: LiveChange): void {
    const { accountId, id } = change.type === 'gateway' ? change.record : change
    const gateways = accounts.get(accountId) ?? new Map<string, GatewaySnapshot>()
    const known = gateways.get(id)
    if (change.type === 'gateway-removed') {
      // Under the same name there may be a newer gateway by now.
      if (known?.number === change.number) gateways.delete(id)
    } else if (!known || !isOlder(change.record, known)) {
      accounts.set(accountId, gateways.set(id, compile(change.record)))
    }
  }

  for (const record of records) apply({ type: 'gateway', record })
  return {
    gateway: (accountId, gatewayId) => accounts.get(accountId)?.get(gatewayId),
    apply,
  }
}

/** Changes may arrive in another order than they were made in. */
function isOlder(record: GatewayRecord, known: GatewaySnapshot): boolean {
  return record.number < known.number || (record.number === known.number && record.modifiedMs < known.modifiedMs)
}

function compile({ number, accountId, id, settings, modifiedMs }: GatewayRecord): GatewaySnapshot {
  return Object.freeze({
    number,
    accountId,
    id,
    modifiedMs,
    authentication: settings['authentication'] === true,
    collectLogs: settings['collect_logs'] !== false,
    byokOnly: settings['byok_only'] === true,
  })
}
