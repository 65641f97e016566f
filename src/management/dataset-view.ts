import type { DatasetItem, DatasetRecord, TestCase } from '../contract/dataset-record.ts'
import { type Dataset, type GivenItem, mostInline, type ShownItem } from '../contract/datasets.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import { GatewayError } from '../kernel/errors.ts'
import { idTimeMs, isId } from '../kernel/ids.ts'
import type { ManagementDeps } from './deps.ts'
import { findGateway } from './find-gateway.ts'
import { toIso } from './present.ts'

/** A dataset and the gateway that it belongs to. Throws `not_found`. */
export async function findDataset(
  deps: ManagementDeps,
  { account_id, gateway_id, id }: { account_id: string; gateway_id: string; id: string },
): Promise<{ gateway: GatewayRecord; dataset: DatasetRecord }> {
  const gateway = await findGateway(deps, account_id, gateway_id)
  const dataset = await deps.store.datasets.get(gateway.number, id)
  if (dataset !== null) return { gateway, dataset }
  throw new GatewayError('not_found', `Dataset not found: the gateway ${gateway_id} has no dataset ${id}.`)
}

/** A dataset as lists and evaluations show it. */
export function presentDataset(
  { accountId, id: gatewayId }: Pick<GatewayRecord, 'accountId' | 'id'>,
  dataset: DatasetRecord,
): Dataset {
  return {
    id: dataset.id,
    name: dataset.name,
    gateway_id: gatewayId,
    account_id: accountId,
    account_tag: accountId,
    enable: dataset.enable,
    filters: dataset.filters,
    sample_rate: dataset.sampleRate,
    use_answers: dataset.usesAnswers,
    version: dataset.version,
    item_count: dataset.itemCount,
    created_at: toIso(dataset.createdMs),
    modified_at: toIso(dataset.modifiedMs),
  }
}

/** The same with its test cases. */
export async function presentWhole(
  { store }: Pick<ManagementDeps, 'store'>,
  gateway: GatewayRecord,
  dataset: DatasetRecord,
): Promise<Dataset> {
  const { number, version } = dataset
  const items = await store.datasets.items({ dataset: number, version, limit: mostInline })
  return { ...presentDataset(gateway, dataset), data: items.map(presentItem) }
}

export function presentItem({ id, body }: DatasetItem): ShownItem {
  // It was read by `testCaseSchema` before it was stored.
  return { ...body, id, created_at: toIso(idTimeMs(id)) } as ShownItem
}

/** A test case that came in, with the id that it had before or a new one. */
export function toItem(
  { newId }: Pick<ManagementDeps, 'newId'>,
  { id, created_at: _, ...given }: GivenItem,
): DatasetItem {
  const body = given as TestCase // The schema says that `input` is there.
  return { id: id !== undefined && isId(id) ? id : newId(), body }
}

/** Throws where two have one id. */
export function requireDistinct(items: readonly DatasetItem[]): void {
  const seen = new Set<string>()
  for (const [at, { id }] of items.entries()) {
    if (seen.has(id)) {
      throw new GatewayError('input_invalid', `data.${at}.id: ${id} was given twice, expected each id once`, {
        path: ['body', 'data', at, 'id'],
      })
    }
    seen.add(id)
  }
}
