import type { DatasetItem, SavedFilter } from '../contract/dataset-record.ts'
import type { GatewayRecord } from '../contract/gateway-record.ts'
import { logFiltersSchema } from '../contract/log-filters.ts'
import { testCaseOf } from '../formats/test-case.ts'
import { isId } from '../kernel/ids.ts'
import type { ManagementDeps } from './deps.ts'

/** Bodies that are read at once. */
const idsPerRead = 50
const walkMs = 1000

interface FromLogs {
  log_ids?: string[] | undefined
  filters?: SavedFilter[] | undefined
  limit: number
  use_answers: boolean
}

/** Test cases made of logs, the oldest first, and which logs were left out, and why. */
export async function fromLogs(
  deps: ManagementDeps,
  { number: gateway }: GatewayRecord,
  what: FromLogs,
): Promise<{ items: DatasetItem[]; skipped: { log_id: string; reason: string }[] }> {
  await deps.caughtUp()
  const ids = what.log_ids ?? (await newest(deps, gateway, what))
  const items: DatasetItem[] = []
  const skipped: { log_id: string; reason: string }[] = []
  for (let at = 0; at < ids.length; at += idsPerRead) {
    const some = ids.slice(at, at + idsPerRead)
    const known = some.map((id) => id.toLowerCase()).map((id) => (isId(id) ? id : ''))
    const bodies = await deps.store.logs.manyBodies(gateway, known)
    for (const [index, id] of some.entries()) {
      const made = testCaseOf(id, bodies[index] ?? null, what.use_answers)
      if (typeof made === 'string') skipped.push({ log_id: id, reason: made })
      else items.push({ id: deps.newId(), body: made })
    }
  }
  return { items, skipped }
}

async function newest(
  { store }: ManagementDeps,
  gateway: number,
  { filters = [], limit }: FromLogs,
): Promise<string[]> {
  const { rows } = await store.logs.walkIds({
    gateway,
    filters: logFiltersSchema.parse(filters),
    search: null,
    orderBy: 'created_at',
    direction: 'desc',
    after: null,
    limit,
    budgetMs: walkMs,
  })
  return rows.toReversed()
}
