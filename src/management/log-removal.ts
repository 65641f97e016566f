import type { LogFilter } from '../contract/log-filter.ts'
import type { logRoutes } from '../contract/logs.ts'
import type { LogIdWalk, LogMark, Store } from '../store/store.ts'
import { auditEntry } from './audit.ts'
import type { ManagementDeps } from './deps.ts'
import { findGateway } from './find-gateway.ts'
import { notesOnSearch, requireSearch } from './log-list.ts'
import { toIso } from './present.ts'
import type { Reply } from './respond.ts'
import type { Input } from './routes.ts'

const maxRemoved = 10_000
/** Rows that are found and then removed, before the next are looked for. */
const rowsPerCall = 2500
const walkMs = 100

type DeleteInput = Input<typeof logRoutes.delete>

/** Removes what the query, or else the body, asks for; what was removed is in the audit log, also where it fails half-way. */
export async function deleteLogs(
  deps: ManagementDeps,
  { params, query, body, caller }: DeleteInput,
): Promise<Reply<{ deleted: number }>> {
  const gateway = await findGateway(deps, params.account_id, params.gateway_id)
  const { number, accountId, id: gatewayId } = gateway
  const { before, filters = [], search = null, limit = maxRemoved, ...order } = { ...body, ...query }
  if (search !== null) requireSearch(caller, gateway)
  await deps.caughtUp()
  const conditions: LogFilter[] = [
    ...filters,
    ...(before === undefined ? [] : [{ key: 'created_at', operator: 'lt', values: [before] } satisfies LogFilter]),
  ]
  const orderBy = order.order_by ?? 'created_at'
  const direction = order.order_by_direction ?? 'asc'
  let deleted = 0
  try {
    for await (const count of removed(deps.store, {
      gateway: number,
      filters: conditions,
      search,
      orderBy,
      direction,
      limit,
    })) {
      deleted += count
    }
  } finally {
    if (deleted > 0) {
      const how = {
        deleted,
        limit,
        order_by: orderBy,
        order_by_direction: direction,
        filters: conditions.map(presentFilter),
        ...(search !== null && { search }),
      }
      const what = { accountId, gatewayId, resource: 'logs', resourceId: gatewayId, before: how, after: null }
      await deps.store.audit.append(auditEntry(deps, caller, { ...what, action: 'delete' }))
    }
  }
  return { result: { deleted }, notes: await notesOnSearch(deps, gateway, search) }
}

type Removal = Pick<LogIdWalk, 'gateway' | 'filters' | 'search' | 'orderBy' | 'direction' | 'limit'>

/** Looks for rows where others read, so that what writes is never busy with looking. How many went, step by step. */
async function* removed({ logs }: Store, removal: Removal): AsyncGenerator<number> {
  let left = removal.limit
  let after: LogMark | null = null
  const isSorted = !walkable.includes(removal.orderBy)
  do {
    // A sort is not gone on with: it is done once.
    const limit = isSorted ? left : Math.min(left, rowsPerCall)
    const { rows, next }: Awaited<ReturnType<typeof logs.walkIds>> = await logs.walkIds({
      ...removal,
      after,
      limit,
      budgetMs: walkMs,
    })
    if (rows.length > 0) {
      const count = await logs.removeIds(removal.gateway, rows)
      left -= rows.length
      yield count
    }
    after = next
  } while (after !== null && left > 0)
}

const walkable: readonly LogIdWalk['orderBy'][] = ['created_at', 'provider', 'model', 'model_type', 'success', 'cached']

/** A filter in words: `model eq "a" | "b"`. As an object its `value` would be masked like a secret. */
function presentFilter({ key, operator, values }: LogFilter): string {
  const shown = values.map((item) =>
    JSON.stringify(typeof item === 'object' && item !== null ? toIso(item.startMs) : item),
  )
  return `${key} ${operator} ${shown.join(' | ')}`
}
