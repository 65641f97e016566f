import { type Account, type accountRoutes, firstAccountId } from '../contract/accounts.ts'
import { GatewayError } from '../kernel/errors.ts'
import type { ManagementDeps } from './deps.ts'
import { pageOf } from './pages.ts'
import { toIso } from './present.ts'
import type { Handlers } from './routes.ts'

export function createAccountHandlers({ store }: Pick<ManagementDeps, 'store'>): Handlers<typeof accountRoutes> {
  return {
    async list({ query, caller }) {
      const used = await usedAccounts(store)
      const ids = caller.kind === 'token' ? [caller.accountId] : used.size === 0 ? [firstAccountId] : [...used.keys()]
      const named = ids.filter((id) => query.name === undefined || id === query.name).toSorted()
      return pageOf(query.direction === 'asc' ? named : named.toReversed(), query, (id) => present(id, used))
    },

    async get({ params, caller }) {
      const { account_id: id } = params
      if (caller.kind === 'token' && caller.accountId !== id) {
        throw new GatewayError('forbidden', `Authentication error: this token is not for the account ${id}.`)
      }
      return { result: present(id, await usedAccounts(store)) }
    },
  }
}

/** When the oldest thing of each account was made, UTC ms. */
async function usedAccounts(store: ManagementDeps['store']): Promise<Map<string, number>> {
  const used = new Map<string, number>()
  const documents = await store.documents.all(['token', 'custom_provider'])
  for (const { accountId, createdMs } of [...(await store.gateways.all()), ...documents]) {
    used.set(accountId, Math.min(createdMs, used.get(accountId) ?? Infinity))
  }
  return used
}

function present(id: string, used: ReadonlyMap<string, number>): Account {
  const createdMs = used.get(id)
  return {
    id,
    name: id,
    type: 'standard',
    settings: { enforce_twofactor: false },
    ...(createdMs !== undefined && { created_on: toIso(createdMs) }),
  }
}
