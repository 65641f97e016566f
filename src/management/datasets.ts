import type { DatasetRecord, ItemChange } from '../contract/dataset-record.ts'
import { type datasetRoutes, mostInline } from '../contract/datasets.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import { GatewayError } from '../kernel/errors.ts'
import { auditEntry } from './audit.ts'
import { findDataset, presentDataset, presentWhole, requireDistinct, toItem } from './dataset-view.ts'
import type { ManagementDeps } from './deps.ts'
import { ChangedMeanwhile, untilWritten } from './documents.ts'
import { findGateway } from './find-gateway.ts'
import { requireUnchanged } from './if-match.ts'
import type { Handlers, Input } from './routes.ts'

type Routes = typeof datasetRoutes
type Caller = Input<Routes['get']>['caller']

export function createDatasetHandlers(deps: ManagementDeps): Handlers<Routes> {
  const { datasets } = deps.store
  return {
    async list({ params, query }) {
      const gateway = await findGateway(deps, params.account_id, params.gateway_id)
      const { page, per_page: perPage, name = null, enable = null, search = null } = query
      const { rows, total } = await datasets.page({ gateway: gateway.number, name, enable, search, page, perPage })
      return {
        result: rows.map((dataset) => presentDataset(gateway, dataset)),
        resultInfo: { page, per_page: perPage, count: rows.length, total_count: total },
      }
    },

    create: (input) => create(deps, input),

    async get({ params }) {
      const { gateway, dataset } = await findDataset(deps, params)
      return { result: await presentWhole(deps, gateway, dataset) }
    },

    update: (input) => untilWritten(() => update(deps, input)),

    async delete({ params, ifMatch, caller }) {
      const { gateway, dataset } = await findDataset(deps, params)
      requireUnchanged(`The dataset ${dataset.id}`, dataset.modifiedMs, ifMatch)
      const result = await presentWhole(deps, gateway, dataset)
      const audit = datasetAudit(deps, caller, gateway, { before: dataset, after: null })
      if (!(await datasets.remove(gateway.number, dataset.id, audit))) throw goneMeanwhile(dataset)
      return { result }
    },
  }
}

async function create(deps: ManagementDeps, { params, body, caller }: Input<Routes['create']>) {
  const gateway = await findGateway(deps, params.account_id, params.gateway_id)
  const { name, enable, filters, sample_rate: sampleRate, use_answers: usesAnswers } = body
  const items = body.data.map((given) => toItem(deps, given))
  requireDistinct(items)
  const nowMs = deps.clock.nowMs()
  const fresh = {
    id: deps.newId(),
    gateway: gateway.number,
    name,
    enable,
    filters,
    sampleRate,
    usesAnswers,
    collectedMs: nowMs,
    createdMs: nowMs,
    modifiedMs: nowMs,
  }
  const after = { ...fresh, number: 0, version: 1, itemCount: items.length }
  const audit = datasetAudit(deps, caller, gateway, { before: null, after })
  const dataset = await deps.store.datasets.insert(fresh, items, audit)
  if (dataset === 'taken') throw nameTaken(gateway, name)
  if (dataset === 'gone') throw new GatewayError('not_found', `Gateway not found: ${gateway.id} was removed meanwhile.`)
  return { result: await presentWhole(deps, gateway, dataset) }
}

async function update(deps: ManagementDeps, { params, body, ifMatch, caller }: Input<Routes['update']>) {
  const { gateway, dataset } = await findDataset(deps, params)
  requireUnchanged(`The dataset ${dataset.id}`, dataset.modifiedMs, ifMatch)
  const { name = dataset.name, enable = dataset.enable, filters = dataset.filters, data } = body
  if (data !== undefined && dataset.itemCount > mostInline) {
    // Whoever sends back what `get` showed would lose all others.
    throw new GatewayError(
      'input_invalid',
      `data: the dataset has ${dataset.itemCount} test cases, and ${mostInline} at most are replaced at once; use its items`,
      { path: ['body', 'data'] },
    )
  }
  const { sample_rate: sampleRate = dataset.sampleRate, use_answers: usesAnswers = dataset.usesAnswers } = body
  const put = data?.map((given) => toItem(deps, given)) ?? []
  requireDistinct(put)
  const items = data === undefined ? null : { clear: true, remove: [], put, staged: null }
  const changed = await changeDataset(deps, caller, gateway, {
    before: dataset,
    next: { name, enable, filters, sampleRate, usesAnswers },
    items,
  })
  return { result: await presentWhole(deps, gateway, changed) }
}

/** Writes a change. Throws where the name is taken, and what `untilWritten` begins anew where another change came first. */
export async function changeDataset(
  deps: ManagementDeps,
  caller: Caller,
  gateway: GatewayRecord,
  {
    before,
    next,
    items,
  }: {
    before: DatasetRecord
    next: Partial<Pick<DatasetRecord, 'name' | 'enable' | 'filters' | 'sampleRate' | 'usesAnswers'>>
    items: ItemChange | null
  },
): Promise<DatasetRecord> {
  const modifiedMs = Math.max(deps.clock.nowMs(), before.modifiedMs + 1)
  // What came while it collected nothing is not collected afterwards.
  const isTurnedOn = next.sampleRate !== undefined && before.sampleRate === null
  const collectedMs = isTurnedOn ? modifiedMs : before.collectedMs
  const after = { ...before, ...next, collectedMs, modifiedMs, version: before.version + (items === null ? 0 : 1) }
  const audit = datasetAudit(deps, caller, gateway, { before, after })
  const changed = await deps.store.datasets.change(after, before.modifiedMs, items, audit)
  if (changed === 'taken') throw nameTaken(gateway, after.name)
  if (changed === 'changed') {
    throw new ChangedMeanwhile('precondition_failed', `The dataset ${before.id} was changed meanwhile. Read it again.`)
  }
  return changed
}

function datasetAudit(
  deps: ManagementDeps,
  caller: Caller,
  gateway: GatewayRecord,
  { before, after }: { before: DatasetRecord | null; after: DatasetRecord | null },
) {
  return auditEntry(deps, caller, {
    accountId: gateway.accountId,
    gatewayId: gateway.id,
    action: before === null ? 'create' : after === null ? 'delete' : 'update',
    resource: 'dataset',
    resourceId: (after ?? before)?.id ?? '',
    before: before && presentDataset(gateway, before),
    after: after && presentDataset(gateway, after),
  })
}

function nameTaken({ id }: GatewayRecord, name: string): GatewayError {
  return new GatewayError('input_invalid', `A dataset ${name} already exists in the gateway ${id}.`, {
    path: ['body', 'name'],
  })
}

function goneMeanwhile({ id }: DatasetRecord): GatewayError {
  return new GatewayError('not_found', `Dataset not found: ${id} was removed meanwhile.`)
}
