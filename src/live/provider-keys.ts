import type { DocumentRecord } from '../contract/document.ts'
import type { ProviderKey } from '../contract/provider-configs.ts'
import type { Vault } from '../kernel/vault.ts'

/** A stored provider key as a request uses it. */
export interface StoredKey {
  /** Of its provider config. */
  readonly id: string
  readonly alias: string
  /** Null: none is stored, or the vault cannot open it. */
  readonly secret: string | null
  /** Null: no limit. */
  readonly limit: { readonly requests: number; readonly windowMs: number; readonly technique: 'sliding' } | null
}

/** One whose secret is here. */
export type UsableKey = StoredKey & { readonly secret: string }

/** The keys that a gateway has for one provider. */
export interface StoredKeys {
  /** In the order in which they were made. */
  readonly all: readonly StoredKey[]
  /** The order in which a request that names none tries them: the default, then as they were made. Empty without a default. */
  readonly inTurn: readonly UsableKey[]
}

/** The stored keys of all gateways, opened once. */
export interface LiveProviderKeys {
  /** `name`: the provider's slug, or the id of a custom provider. */
  of(gateway: number, name: string): StoredKeys | undefined
  change(put: readonly DocumentRecord[], removed: readonly string[]): void
  replace(all: readonly DocumentRecord[]): void
  forget(gateway: number): void
}

/** The keys of one document. */
interface Entry {
  place: string
  gateway: number | null
  parentId: string | null
  modifiedMs: number
  keys: StoredKeys
}

export function createLiveProviderKeys(vault: Pick<Vault, 'open'>): LiveProviderKeys {
  let byId = new Map<string, Entry>()
  let byPlace = new Map<string, Entry>()

  const drop = (id: string, entry: Entry): void => {
    byId.delete(id)
    // Under the same name there may be a newer document by now.
    if (byPlace.get(entry.place) === entry) byPlace.delete(entry.place)
  }
  const dropWhere = (isGone: (entry: Entry) => boolean): void => {
    for (const [id, entry] of byId) if (isGone(entry)) drop(id, entry)
  }
  const put = (document: DocumentRecord, known: Entry | undefined): void => {
    if (document.kind !== 'provider_keys') return
    // What did not change is not opened again, and changes may arrive in another order than they were made in.
    const entry = known && known.modifiedMs >= document.modifiedMs ? known : open(document, vault)
    byId.set(document.id, entry)
    byPlace.set(entry.place, entry)
  }
  return {
    of: (gateway, name) => byPlace.get(placeOf(gateway, name))?.keys,
    change(documents, removed) {
      for (const id of removed) {
        const entry = byId.get(id)
        if (entry) drop(id, entry)
        // They go with what they belong to.
        else dropWhere(({ parentId }) => parentId === id)
      }
      for (const document of documents) put(document, byId.get(document.id))
    },
    replace(documents) {
      const before = byId
      byId = new Map()
      byPlace = new Map()
      for (const document of documents) put(document, before.get(document.id))
    },
    forget: (number) => dropWhere(({ gateway }) => gateway === number),
  }
}

function placeOf(gateway: number | null, name: string): string {
  return `${gateway} ${name}`
}

function open({ gateway, name, parentId, modifiedMs, body }: DocumentRecord, vault: Pick<Vault, 'open'>): Entry {
  const { keys } = body as { keys: ProviderKey[] } // Its kind says so.
  // Ids are made in the order of time; a key that was changed is written behind the others.
  const made = keys.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const all = made.map((key) => openKey(key, vault))
  const first = all[made.findIndex(({ isDefault }) => isDefault)]
  const inTurn = first ? [first, ...all.filter((key) => key !== first)].filter(isUsable) : []
  return { place: placeOf(gateway, name), gateway, parentId, modifiedMs, keys: Object.freeze({ all, inTurn }) }
}

/** Whether a key has a secret to be used. */
export function isUsable(key: StoredKey): key is UsableKey {
  return key.secret !== null
}

function openKey(
  { id, alias, sealed, rateLimit, rateLimitPeriod }: ProviderKey,
  vault: Pick<Vault, 'open'>,
): StoredKey {
  const secret = sealed === null ? null : vault.open(sealed, id)
  // Less than one request per window would be none at all.
  const requests = Math.max(1, Math.floor(rateLimit ?? 0))
  const windowMs = Math.ceil((rateLimitPeriod ?? 0) * 1000)
  const limit = rateLimit === null || windowMs === 0 ? null : { requests, windowMs, technique: 'sliding' as const }
  return Object.freeze({ id, alias, secret, limit })
}
