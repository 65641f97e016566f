import { customPrefix } from '../contract/custom-providers.ts'
import type { DocumentRecord } from '../contract/document.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import type { ProviderConfig, ProviderKey } from '../contract/provider-configs.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { ManagementDeps } from './deps.ts'
import { findGateway } from './find-gateway.ts'
import { toIso } from './present.ts'

export type ProviderKeysDocument = DocumentRecord<'provider_keys'>

/** A key and where it was found. */
export interface FoundKey {
  gateway: GatewayRecord
  document: ProviderKeysDocument
  /** Of its provider. */
  slug: string
  key: ProviderKey
}

/** All keys of a gateway, newest first. */
export async function allKeys(deps: ManagementDeps, gateway: GatewayRecord): Promise<FoundKey[]> {
  const documents = await deps.store.documents.list('provider_keys', gateway.accountId, gateway.number)
  const isAnyCustom = documents.some(({ parentId }) => parentId !== null)
  const own = isAnyCustom ? await deps.store.documents.list('custom_provider', gateway.accountId, null) : []
  const slugs = new Map(own.map(({ id, name }) => [id, `${customPrefix}${name}`]))
  return documents
    .flatMap((document) => {
      const slug = document.parentId === null ? document.name : slugs.get(document.parentId)
      // Its provider was removed a moment ago, and so was this.
      if (slug === undefined) return []
      return document.body.keys.map((key) => ({ gateway, document, slug, key }))
    })
    .toSorted((a, b) => (a.key.id < b.key.id ? 1 : -1))
}

/** Throws `not_found`. */
export async function findKey(
  deps: ManagementDeps,
  { account_id, gateway_id, id }: { account_id: string; gateway_id: string; id: string },
): Promise<FoundKey> {
  const gateway = await findGateway(deps, account_id, gateway_id)
  const found = (await allKeys(deps, gateway)).find(({ key }) => key.id === id)
  if (found) return found
  throw new GatewayError(
    'not_found',
    `Provider config not found: the gateway ${gateway.id} has no provider config ${id}.`,
  )
}

export function presentKey({ gateway, slug, key }: FoundKey): ProviderConfig {
  return {
    id: key.id,
    alias: key.alias,
    default_config: key.isDefault,
    provider_slug: slug,
    gateway_id: gateway.id,
    secret_id: key.secretId ?? key.id,
    secret_preview: key.preview,
    ...(key.rateLimit !== null && { rate_limit: key.rateLimit }),
    ...(key.rateLimitPeriod !== null && { rate_limit_period: key.rateLimitPeriod }),
    modified_at: toIso(key.modifiedMs),
  }
}
