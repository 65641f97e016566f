import type { GatewayRecord } from '../contract/gateway-record.ts'
import {
  defaultGatewayId,
  type GatewaySettings,
  isHalfRateLimit,
  readOnlyGatewayFields,
  settingsNotEnforced,
} from '../contract/gateway-settings.ts'
import type { Caller } from '../contract/permissions.ts'
import type { Gateway, gatewayRoutes } from '../contract/gateways.ts'
import { GatewayError } from '../kernel/errors.ts'
import { applyChange, dropCached } from './apply-change.ts'
import type { ManagementDeps } from './deps.ts'
import { findGateway, gatewayAudit, insertGateway } from './find-gateway.ts'
import { requireUnchanged } from './if-match.ts'
import { toIso } from './present.ts'
import { removeOrphans } from './removal.ts'
import type { Reply } from './respond.ts'
import type { Handlers } from './routes.ts'

export function createGatewayHandlers(deps: ManagementDeps): Handlers<typeof gatewayRoutes> {
  const { store, publicUrl } = deps
  return {
    async list({ params, query, caller }) {
      const { rows, total } = await store.gateways.page({
        accountId: params.account_id,
        search: query.search ?? null,
        id: query.id ?? null,
        numbers: caller.kind === 'token' ? caller.gateways : null,
        page: query.page,
        perPage: query.per_page,
      })
      return {
        result: rows.map(present),
        resultInfo: { page: query.page, per_page: query.per_page, count: rows.length, total_count: total },
      }
    },

    async create({ params, body, caller }) {
      const { id, ...rest } = body
      const given = writable(rest)
      const record = await insertGateway(deps, caller, params.account_id, id, given)
      if (record === null) {
        throw new GatewayError('input_invalid', `A gateway ${id} already exists in the account ${params.account_id}.`, {
          path: ['body', 'id'],
        })
      }
      return { result: present(record), notes: notesOn(given, record.settings) }
    },

    async get({ params }) {
      return { result: present(await findGateway(deps, params.account_id, params.gateway_id)) }
    },

    update: (input) => update(deps, input),

    edit: (input) => update(deps, input),

    async purge({ params, ifMatch, caller }) {
      await change(deps, { params, ifMatch, caller }, ({ settings, cacheEpoch }) => ({
        settings,
        cacheEpoch: cacheEpoch + 1,
      }))
      return { result: { id: params.gateway_id, purged: true } }
    },

    async delete({ params, ifMatch, caller }) {
      const record = await findGateway(deps, params.account_id, params.gateway_id)
      requireUnchanged(`The gateway ${record.id}`, record.modifiedMs, ifMatch)
      const { number, accountId, id, settings } = record
      const audit = gatewayAudit(deps, caller, { accountId, id, action: 'delete', before: settings, after: null })
      const version = await store.gateways.remove(number, audit)
      if (version === null) throw goneMeanwhile(record)
      await applyChange(deps, { type: 'gateway-removed', number, accountId, id, version })
      await dropCached(deps, number, 'everything')
      // Its rows may be millions: they go in the background, and nothing can reach them any more. It never rejects.
      void removeOrphans(deps)
      return { result: present(record) }
    },

    async url({ params }) {
      const { accountId, id } = await findGateway(deps, params.account_id, params.gateway_id)
      const provider = params.provider === 'universal' ? '' : params.provider
      return { result: `${publicUrl}/v1/${accountId}/${id}/${provider}` }
    },
  }
}

/** A gateway as the API shows it. */
function present(record: GatewayRecord): Gateway {
  return {
    // They were read by `gatewaySettingsSchema` before they were stored.
    ...(record.settings as GatewaySettings),
    id: record.id,
    account_id: record.accountId,
    account_tag: record.accountId,
    is_default: record.id === defaultGatewayId,
    created_at: toIso(record.createdMs),
    modified_at: toIso(record.modifiedMs),
  }
}

/** How often a change is begun anew because another one came first, before the caller is told. */
const maxAttempts = 20

interface Target {
  params: { account_id: string; gateway_id: string }
  ifMatch: string | undefined
  caller: Caller
}

async function update(
  deps: ManagementDeps,
  { body, ...target }: Target & { body: GatewaySettings },
): Promise<Reply<Gateway>> {
  const { id, ...rest } = body
  const { gateway_id } = target.params
  if (id !== undefined && id !== gateway_id) {
    throw new GatewayError('input_invalid', `id: a gateway cannot be renamed, expected ${gateway_id}`, {
      path: ['body', 'id'],
    })
  }
  const given = writable(rest)
  const record = await change(deps, target, (current) => {
    const settings = { ...current.settings, ...given }
    const isInvalidating = settings['cache_invalidate_on_update'] === true
    return { settings, cacheEpoch: current.cacheEpoch + (isInvalidating ? 1 : 0) }
  })
  return { result: present(record), notes: notesOn(given, record.settings) }
}

/** Writes what `next` makes of a gateway and puts it in force; what is cached goes where the epoch rose. */
async function change(
  deps: ManagementDeps,
  { params, ifMatch, caller }: Target,
  next: (current: GatewayRecord) => Pick<GatewayRecord, 'settings' | 'cacheEpoch'>,
): Promise<GatewayRecord> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const current = await findGateway(deps, params.account_id, params.gateway_id)
    requireUnchanged(`The gateway ${current.id}`, current.modifiedMs, ifMatch)
    const record: GatewayRecord = {
      ...current,
      ...next(current),
      // Always another time, for it also names the version.
      modifiedMs: Math.max(deps.clock.nowMs(), current.modifiedMs + 1),
    }
    const audit = gatewayAudit(deps, caller, {
      accountId: record.accountId,
      id: record.id,
      action: 'update',
      before: current.settings,
      after: record.settings,
    })
    const version = await deps.store.gateways.update(record, current.modifiedMs, audit)
    if (version === null) continue
    await applyChange(deps, { type: 'gateway', record, version })
    if (record.cacheEpoch !== current.cacheEpoch) await dropCached(deps, record.number, 'answers')
    return record
  }
  throw new GatewayError('unavailable', `The gateway ${params.gateway_id} is being changed by others. Try again.`)
}

function writable(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !readOnlyGatewayFields.includes(name)))
}

function notesOn(given: Record<string, unknown>, settings: Record<string, unknown>): string[] {
  const names = settingsNotEnforced(given)
  const isAboutLimit = 'rate_limiting_limit' in given || 'rate_limiting_interval' in given
  return [
    ...(names.length > 0 ? [`stored, not enforced: ${names.join(', ')}`] : []),
    ...(isAboutLimit && isHalfRateLimit(settings)
      ? ['no rate limit: both rate_limiting_limit and rate_limiting_interval must be above 0']
      : []),
  ]
}

function goneMeanwhile(record: GatewayRecord): GatewayError {
  return new GatewayError('not_found', `Gateway not found: ${record.id} was removed meanwhile.`)
}
