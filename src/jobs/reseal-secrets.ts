import type { AuditEntry } from '../contract/audit-entry.ts'
import type { CustomProviderBody } from '../contract/custom-providers.ts'
import type { DocumentBodies, DocumentKind, DocumentRecord, DocumentWrite } from '../contract/document.ts'
import type { ProviderKeysBody } from '../contract/provider-configs.ts'
import type { Clock } from '../kernel/clock.ts'
import { createIds } from '../kernel/ids.ts'
import type { TextLog } from '../kernel/text-log.ts'
import type { Vault } from '../kernel/vault.ts'
import type { Store } from '../store/store.ts'

interface ResealDeps {
  store: Pick<Store, 'documents'>
  vault: Vault
  clock: Clock
  log: TextLog
}

/** The kinds of documents that hold something sealed. */
const sealedKinds: DocumentKind[] = ['provider_keys', 'custom_provider']
/** Another process may change, or seal anew, the same at the same moment. */
const mostRounds = 5

/**
 * Seals with the newest key what is sealed with an older one, so that the older ones may be taken away: done at the start,
 * where there is more than one. Never rejects: what could not be done is told, and the next start tries again.
 */
export async function resealSecrets(deps: ResealDeps): Promise<void> {
  const { vault, log } = deps
  const [newest, ...older] = vault.keyIds
  if (newest === undefined || older.length === 0) return
  try {
    for (let round = 1; round <= mostRounds; round++) {
      const left = await resealAll(deps, newest)
      if (left > 0) continue
      log.info(
        'all secrets that can be opened are sealed with the newest encryption key; the older ones may be taken away',
        {
          newest,
          older: older.join(', '),
        },
      )
      return
    }
    log.warn('secrets were changed while they were sealed anew; the next start tries again', {
      newest,
      older: older.join(', '),
    })
  } catch (error) {
    log.error('secrets could not be sealed with the newest encryption key; the next start tries again', error)
  }
}

/** Gives how many accounts have something left, because somebody else changed it meanwhile. */
async function resealAll({ store, vault, clock, log }: ResealDeps, newest: string): Promise<number> {
  const newId = createIds(() => clock.nowMs())
  const steps = new Map<string, DocumentWrite[]>()
  for (const document of await store.documents.all(sealedKinds)) {
    const body = resealed(document, vault)
    if (body === null) continue
    const { accountId, modifiedMs: expectedModifiedMs } = document
    const changed = { ...document, body, modifiedMs: Math.max(clock.nowMs(), expectedModifiedMs + 1) }
    const own = steps.get(accountId) ?? []
    steps.set(accountId, [...own, { op: 'update', document: changed, expectedModifiedMs }])
  }
  let left = 0
  for (const [accountId, own] of steps) {
    const outcome = await store.documents.write(own, entryOf(accountId, newest, newId(), clock.nowMs()))
    if (outcome.done)
      log.info('secrets were sealed with the newest encryption key', { accountId, documents: own.length })
    else left++
  }
  return left
}

/** The body with all its secrets sealed anew; null where there is nothing to do. */
function resealed({ kind, id, body }: DocumentRecord, vault: Vault): DocumentBodies[DocumentKind] | null {
  if (kind === 'custom_provider') {
    const { sealedHeaders, ...rest } = body as CustomProviderBody // Its kind says so.
    const sealed = sealedHeaders === null ? null : vault.reseal(sealedHeaders, id)
    return sealed === null ? null : { ...rest, sealedHeaders: sealed }
  }
  const { keys } = body as ProviderKeysBody // Its kind says so.
  const anew = keys.map((key) => {
    const sealed = key.sealed === null ? null : vault.reseal(key.sealed, key.id)
    return sealed === null ? key : { ...key, sealed }
  })
  return anew.some((key, at) => key !== keys[at]) ? { keys: anew } : null
}

function entryOf(accountId: string, newest: string, id: string, atMs: number): AuditEntry {
  return {
    id,
    accountId,
    gatewayId: null,
    actor: 'system',
    action: 'update',
    resource: 'encryption_key',
    resourceId: newest,
    before: null,
    after: null,
    atMs,
  }
}
