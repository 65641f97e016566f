import type { GatewayRecord } from '../contract/gateway-record.ts'
import { chatAddressOf } from '../providers/chat-address.ts'
import type { ManagementDeps } from './deps.ts'

const rowsLookedAt = 50

/**
 * The model that answers where the caller named none: the gateway's `evaluation_model`, else the one that its logs used
 * most recently for chat, with success, and for whose provider there is a key. Null: there is none.
 */
export async function usualModel(deps: ManagementDeps, gateway: GatewayRecord): Promise<string | null> {
  const { evaluation_model: chosen, byok_only: byokOnly } = gateway.settings
  if (typeof chosen === 'string' && chosen !== '') return chosen
  await deps.caughtUp()
  const { rows } = await deps.store.logs.page({
    gateway: gateway.number,
    filters: [
      { key: 'model_type', operator: 'eq', values: ['chat'] },
      { key: 'success', operator: 'eq', values: [true] },
    ],
    search: null,
    orderBy: 'created_at',
    direction: 'desc',
    page: 1,
    perPage: rowsLookedAt,
    withRanges: false,
  })
  const stored = await deps.store.documents.list('provider_keys', gateway.accountId, gateway.number)
  const keyed = new Set([...stored.map(({ name }) => name), ...(byokOnly === true ? [] : deps.keyedProviders)])
  // A row of a provider's own door may name the model without what a chat needs beside it, as Azure's resource.
  const row = rows.find(
    ({ provider, model }) => model !== null && keyed.has(provider) && chatAddressOf(provider, model, false) !== null,
  )
  return row === undefined ? null : `${row.provider}/${row.model}`
}
