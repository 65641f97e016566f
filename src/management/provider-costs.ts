import type { AuditEntry } from '../contract/audit-entry.ts'
import type { DocumentRecord, DocumentWrite } from '../contract/document.ts'
import type { Caller } from '../contract/permissions.ts'
import type { ProviderCost, ProviderCostBody, providerCostRoutes } from '../contract/provider-costs.ts'
import { GatewayError } from '../kernel/errors.ts'
import { pricedCostType, unreadPrices } from '../pricing/custom-costs.ts'
import { auditEntry } from './audit.ts'
import { findCustomProvider } from './custom-provider-view.ts'
import type { ManagementDeps } from './deps.ts'
import { changeDocuments, newDocument, untilWritten, updateOf } from './documents.ts'
import { requireUnchanged } from './if-match.ts'
import { pageOf } from './pages.ts'
import { toIso } from './present.ts'
import type { Handlers, Input } from './routes.ts'

type Routes = typeof providerCostRoutes
type CostDocument = DocumentRecord<'provider_cost'>

/** The more exactly a rule says which models it means, the more it weighs. */
const weights: Record<ProviderCostBody['model_rule'], number> = { equals: 2, 'starts-with': 1, contains: 0 }
/** Who changes costs here: always a person. */
const changedBy = 'manual'

export function createProviderCostHandlers(deps: ManagementDeps): Handlers<Routes> {
  return {
    async list({ params, query }) {
      const all = await deps.store.documents.list('provider_cost', params.account_id, null, query.account_provider_id)
      return pageOf(
        all.filter(({ body }) => isWanted(body, query)),
        query,
        present,
      )
    },

    create: (input) => untilWritten(() => create(deps, input)),

    async get({ params }) {
      return { result: present(await find(deps, params)) }
    },

    update: ({ params, body, ifMatch, caller }) =>
      untilWritten(async () => {
        const before = await find(deps, params)
        requireUnchanged(`The cost ${before.id}`, before.modifiedMs, ifMatch)
        const changed: ProviderCostBody = { ...before.body, ...body }
        const name = nameOf(before.parentId ?? '', changed)
        const step = updateOf(before, { body: changed, name }, deps.clock.nowMs())
        await write(deps, caller, step, { before, after: step.document })
        return { result: present(step.document), ...notesOn(step.document.body) }
      }),

    delete: ({ params, ifMatch, caller }) =>
      untilWritten(async () => {
        const before = await find(deps, params)
        requireUnchanged(`The cost ${before.id}`, before.modifiedMs, ifMatch)
        await write(deps, caller, { op: 'remove', kind: before.kind, id: before.id }, { before, after: null })
        return { result: present(before) }
      }),
  }
}

async function create(deps: ManagementDeps, { params, body, caller }: Input<Routes['create']>) {
  const { account_provider_id, ...stored } = body
  const { id: parentId, accountId } = await findCustomProvider(deps, params.account_id, account_provider_id)
  const cost = newDocument(
    { kind: 'provider_cost', id: deps.newId(), accountId, gateway: null, parentId, name: nameOf(parentId, stored) },
    stored,
    deps.clock.nowMs(),
  )
  await write(deps, caller, { op: 'insert', document: cost }, { before: null, after: cost })
  return { result: present(cost), ...notesOn(cost.body) }
}

/** Throws `custom_provider_unknown`. */
async function find(
  { store }: ManagementDeps,
  { account_id, id }: { account_id: string; id: string },
): Promise<CostDocument> {
  const found = await store.documents.get('provider_cost', id)
  if (found?.accountId === account_id) return found
  throw new GatewayError('custom_provider_unknown', `Cost not found: the account ${account_id} has no cost ${id}.`)
}

/** What of a cost no request is priced by. */
function notesOn({ cost_type, token_pricing = {} }: ProviderCostBody): { notes?: string[] } {
  const unread = unreadPrices.filter((name) => token_pricing[name] !== undefined)
  if (cost_type !== pricedCostType)
    return { notes: [`stored, not enforced: only costs of the type ${pricedCostType} price requests`] }
  return unread.length === 0 ? {} : { notes: [`stored, not enforced: ${unread.join(', ')}`] }
}

/** There is one cost for each of these. */
function nameOf(providerId: string, { cost_type, model_rule, model }: ProviderCostBody): string {
  return JSON.stringify([providerId, cost_type, model_rule, model])
}

function isWanted(body: ProviderCostBody, query: Input<Routes['list']>['query']): boolean {
  const part = query.search?.toLowerCase() ?? ''
  return (
    (query.enable === undefined || query.enable === body.enable) &&
    (query.model_rule === undefined || query.model_rule === body.model_rule) &&
    (query.cost_type === undefined || query.cost_type === body.cost_type) &&
    [body.model, changedBy].some((text) => text.toLowerCase().includes(part))
  )
}

function present({ id, parentId, body, createdMs, modifiedMs }: CostDocument): ProviderCost {
  const { token_pricing, ...rest } = body
  return {
    id,
    account_provider_id: parentId ?? '',
    ...rest,
    ...(token_pricing !== undefined && { token_pricing: JSON.stringify(token_pricing) }),
    changed_by: changedBy,
    weight: weights[body.model_rule],
    created_at: toIso(createdMs),
    modified_at: toIso(modifiedMs),
  }
}

async function write(
  deps: ManagementDeps,
  caller: Caller,
  step: DocumentWrite,
  { before, after }: { before: CostDocument | null; after: CostDocument | null },
): Promise<void> {
  const { accountId = '', id = '', body } = after ?? before ?? {}
  const action: AuditEntry['action'] = before === null ? 'create' : after === null ? 'delete' : 'update'
  const audit = auditEntry(deps, caller, {
    accountId,
    gatewayId: null,
    action,
    resource: 'provider_cost',
    resourceId: id,
    before: before && present(before),
    after: after && present(after),
  })
  await changeDocuments(deps, [step], audit, () => {
    const message = `A cost for the model ${body?.model} with the same rule and type already exists for this provider.`
    return new GatewayError('input_invalid', message, { path: ['body', 'model'] })
  })
}
