import type { datasetItemRoutes } from '../contract/dataset-items.ts'
import type { DatasetItem, DatasetRecord, ItemChange } from '../contract/dataset-record.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import { GatewayError } from '../kernel/errors.ts'
import { readItems } from './dataset-file.ts'
import { fromLogs } from './dataset-logs.ts'
import { findDataset, presentItem, requireDistinct, toItem } from './dataset-view.ts'
import { changeDataset } from './datasets.ts'
import type { ManagementDeps } from './deps.ts'
import { untilWritten } from './documents.ts'
import { writeExport } from './dataset-export.ts'
import type { Handlers, Input } from './routes.ts'

type Routes = typeof datasetItemRoutes
/** Of a call about a dataset, and one about an item of it. */
type Of = Pick<Input<Routes['list']>, 'params' | 'caller'>
type OfItem = Pick<Input<Routes['get']>, 'params'>

const nothing: ItemChange = { clear: false, remove: [], put: [], staged: null }
/** Rows of an import that are written at once. */
const rowsPerStage = 200
const stageCharacters = 2 << 20

export function createDatasetItemHandlers(deps: ManagementDeps): Handlers<Routes> {
  const { datasets } = deps.store
  return {
    async list({ params, query }) {
      const { dataset } = await findDataset(deps, params)
      const { page, per_page: perPage, version = dataset.version } = query
      const place = { dataset: dataset.number, version: Math.min(version, dataset.version) }
      const rows = await datasets.items({ ...place, limit: perPage, skip: (page - 1) * perPage })
      const total = await datasets.count(place.dataset, place.version)
      return {
        result: rows.map(presentItem),
        resultInfo: { page, per_page: perPage, count: rows.length, total_count: total },
      }
    },

    async create({ params, body, caller }) {
      const put = body.data.map((given) => toItem(deps, given))
      requireDistinct(put)
      return { result: await add(deps, { params, caller }, { put }) }
    },

    async fromLogs({ params, body, caller }) {
      const { gateway, dataset } = await findDataset(deps, params)
      const { items, skipped } = await fromLogs(deps, gateway, body)
      const result =
        items.length === 0
          ? { version: dataset.version, item_count: dataset.itemCount, added: 0 }
          : await add(deps, { params, caller }, { put: items })
      return { result: { ...result, skipped } }
    },

    import: (input) => importFile(deps, input),

    async export({ params, query }) {
      const { dataset } = await findDataset(deps, params)
      return writeExport(deps, dataset, query)
    },

    async get({ params }) {
      return { result: presentItem((await findItem(deps, params)).item) }
    },

    update: ({ params, body, caller }) =>
      untilWritten(async () => {
        const { gateway, dataset, item } = await findItem(deps, params)
        const changed = { ...toItem(deps, body), id: item.id }
        await changeDataset(deps, caller, gateway, { before: dataset, next: {}, items: { ...nothing, put: [changed] } })
        return { result: presentItem(changed) }
      }),

    delete: ({ params, caller }) =>
      untilWritten(async () => {
        const { gateway, dataset, item } = await findItem(deps, params)
        await changeDataset(deps, caller, gateway, {
          before: dataset,
          next: {},
          items: { ...nothing, remove: [item.id] },
        })
        return { result: presentItem(item) }
      }),
  }
}

async function findItem(
  deps: ManagementDeps,
  params: OfItem['params'],
): Promise<{ gateway: GatewayRecord; dataset: DatasetRecord; item: DatasetItem }> {
  const { gateway, dataset } = await findDataset(deps, params)
  const item = await deps.store.datasets.item(dataset.number, dataset.version, params.item_id)
  if (item !== null) return { gateway, dataset, item }
  throw new GatewayError('not_found', `Item not found: the dataset ${dataset.id} has no item ${params.item_id}.`)
}

/** Adds items, anew where another change came in between. */
function add(deps: ManagementDeps, { params, caller }: Of, what: Partial<ItemChange>) {
  return untilWritten(async () => {
    const { gateway, dataset: before } = await findDataset(deps, params)
    const items = { ...nothing, ...what }
    const after = await changeDataset(deps, caller, gateway, { before, next: {}, items })
    return {
      version: after.version,
      item_count: after.itemCount,
      added: after.itemCount - before.itemCount,
    }
  })
}

/** Reads the file as it comes and puts its items aside; once all of it was read, they are added at once. */
async function importFile(deps: ManagementDeps, { params, query, file, caller }: Input<Routes['import']>) {
  const { dataset } = await findDataset(deps, params)
  const name = deps.newId()
  const stage = (items: DatasetItem[]): Promise<void> =>
    deps.store.datasets.stage({ dataset: dataset.number, name, items, nowMs: deps.clock.nowMs() })
  try {
    let waiting: DatasetItem[] = []
    let characters = 0
    for await (const given of readItems(file, query.format)) {
      // Another id than in the file: the dataset may have that already.
      waiting.push(toItem(deps, { ...given, id: undefined }))
      characters += JSON.stringify(given).length
      if (waiting.length < rowsPerStage && characters < stageCharacters) continue
      await stage(waiting)
      waiting = []
      characters = 0
    }
    if (waiting.length > 0) await stage(waiting)
    return { result: await add(deps, { params, caller }, { staged: name }) }
  } catch (error) {
    await deps.store.datasets.unstage(dataset.number, name)
    throw error
  }
}
