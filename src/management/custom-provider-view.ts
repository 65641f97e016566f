import type { CustomProvider } from '../contract/custom-providers.ts'
import type { DocumentRecord } from '../contract/document.ts'
import { type Caller, mayUse } from '../contract/permissions.ts'
import { GatewayError } from '../kernel/errors.ts'
import { maskHeaders } from './custom-provider-headers.ts'
import type { ManagementDeps } from './deps.ts'
import { toIso } from './present.ts'

export type CustomProviderDocument = DocumentRecord<'custom_provider'>

/** Throws `custom_provider_unknown`. */
export async function findCustomProvider(
  { store }: Pick<ManagementDeps, 'store'>,
  accountId: string,
  id: string,
): Promise<CustomProviderDocument> {
  const found = await store.documents.get('custom_provider', id)
  if (found?.accountId === accountId) return found
  throw new GatewayError(
    'custom_provider_unknown',
    `Custom Provider not found: the account ${accountId} has no custom provider ${id}.`,
  )
}

/** As the API shows it to this caller; the values of headers only to one who may change them. */
export function presentCustomProvider(
  { vault }: Pick<ManagementDeps, 'vault'>,
  caller: Caller,
  { id, accountId, name: slug, body, createdMs, modifiedMs }: CustomProviderDocument,
): CustomProvider {
  const headers = body.sealedHeaders === null ? null : vault.open(body.sealedHeaders, id)
  const isWriter = mayUse(caller, 'AI Gateway Write', { accountId, gateway: null })
  return {
    id,
    slug,
    ...body.described,
    ...(body.sealedHeaders !== null && {
      headers: headers === null ? '***' : isWriter ? headers : maskHeaders(headers),
    }),
    created_at: toIso(createdMs),
    modified_at: toIso(modifiedMs),
  }
}
