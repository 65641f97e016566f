import type { DocumentRecord } from '../contract/document.ts'
import type { ProviderCostBody } from '../contract/provider-costs.ts'

/** One custom provider as the request path reads it; never changed, only replaced, also when one of its costs changes. */
export interface CustomProviderSnapshot {
  readonly id: string
  /** As its maker wrote it, without `custom-`. */
  readonly slug: string
  readonly name: string
  /** Names the version: it rises with every change of the provider itself. */
  readonly modifiedMs: number
  readonly baseUrl: string
  readonly isEnabled: boolean
  /** The JSON text of its extra headers, which the vault opens with `id` as its place; null: none. */
  readonly sealedHeaders: string | null
  /** Newest first. */
  readonly costs: readonly ProviderCostBody[]
}

/** The custom providers of all accounts, with their costs. */
export interface CustomProviders {
  find(accountId: string, slug: string): CustomProviderSnapshot | undefined
  all(accountId: string): readonly CustomProviderSnapshot[]
  change(put: readonly DocumentRecord[], removed: readonly string[]): void
  replace(all: readonly DocumentRecord[]): void
}

type ProviderDocument = DocumentRecord<'custom_provider'>
type CostDocument = DocumentRecord<'provider_cost'>

export function createCustomProviders(): CustomProviders {
  const providers = new Map<string, ProviderDocument>()
  const costs = new Map<string, CostDocument>()
  let accounts = new Map<string, Map<string, CustomProviderSnapshot>>()

  const keep = (document: DocumentRecord): void => {
    // Its kind says what it is.
    if (document.kind === 'custom_provider') providers.set(document.id, document as ProviderDocument)
    else if (document.kind === 'provider_cost') costs.set(document.id, document as CostDocument)
  }
  const forget = (id: string): void => {
    costs.delete(id)
    if (!providers.delete(id)) return
    for (const cost of costs.values()) if (cost.parentId === id) costs.delete(cost.id)
  }

  return {
    find: (accountId, slug) => accounts.get(accountId)?.get(slug),
    all: (accountId) => [...(accounts.get(accountId)?.values() ?? [])],
    change(put, removed) {
      for (const id of removed) forget(id)
      for (const document of put) keep(document)
      accounts = compileAll(providers, costs)
    },
    replace(all) {
      providers.clear()
      costs.clear()
      for (const document of all) keep(document)
      accounts = compileAll(providers, costs)
    },
  }
}

/** All of them anew at each change: they are few, and none can be left behind under a slug that it had. */
function compileAll(
  providers: ReadonlyMap<string, ProviderDocument>,
  costs: ReadonlyMap<string, CostDocument>,
): Map<string, Map<string, CustomProviderSnapshot>> {
  const costsByProvider = Map.groupBy(costs.values(), ({ parentId }) => parentId)
  const accounts = new Map<string, Map<string, CustomProviderSnapshot>>()
  for (const provider of providers.values()) {
    const inAccount = accounts.get(provider.accountId) ?? new Map<string, CustomProviderSnapshot>()
    accounts.set(provider.accountId, inAccount)
    inAccount.set(provider.name, compile(provider, costsByProvider.get(provider.id) ?? []))
  }
  return accounts
}

function compile(
  { id, name: slug, body: { described, sealedHeaders }, modifiedMs }: ProviderDocument,
  costs: readonly CostDocument[],
): CustomProviderSnapshot {
  const { name, base_url: baseUrl, enable: isEnabled } = described
  const newestFirst = costs.toSorted((a, b) => b.createdMs - a.createdMs).map(({ body }) => body)
  return Object.freeze({ id, slug, name, modifiedMs, baseUrl, isEnabled, sealedHeaders, costs: newestFirst })
}
